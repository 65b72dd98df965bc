/**
 * A hundred thousand connections with random and mutated first bytes. Part of `npm run test:long`.
 */
import { test } from 'vitest';
import { besiegeForLeaks } from '../helpers/besiege.js';
import { firstSeed } from '../helpers/first-seed.js';

test(
  '100,000 connections with random first bytes do no harm and leave nothing behind',
  {
    timeout: 900_000,
  },
  () => besiegeForLeaks(100_000, firstSeed),
);
