/**
 * The codec of each subprotocol.
 */
import { base64 } from './base64.js';
import { binary } from './binary.js';
import type { Codec } from './codec.js';

/** The codec of a subprotocol; '' is none. */
export function codecOf(subprotocol: string): Codec {
  return subprotocol === 'base64' ? base64 : binary;
}
