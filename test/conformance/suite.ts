/**
 * The behaviour that all kinds of channels share, on every platform.
 */
import { byteCases } from './cases/bytes.js';
import { endCases } from './cases/ends.js';
import { flowCases } from './cases/flow.js';
import { lifeCases } from './cases/life.js';
import { readCases } from './cases/reads.js';
import { streamCases } from './cases/streams.js';
import type { Case } from './contract.js';

export const cases: readonly Case[] = [
  ...byteCases,
  ...readCases,
  ...streamCases,
  ...flowCases,
  ...endCases,
  ...lifeCases,
];
