/**
 * The codec of each subprotocol.
 */
import { base64 } from './base64.js';
import { binary } from './binary.js';
import type { Codec } from './codec.js';

/** Returns the codec of a subprotocol; '' stands for none. */
export function codecOf(subprotocol: string): Codec {
  return subprotocol === 'base64' ? base64 : binary;
}
