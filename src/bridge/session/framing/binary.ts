/**
 * The subprotocol `binary`, or none: the stream is the payload of binary messages.
 */
import type { Codec } from './codec.js';
import { frameInPlace } from './encoder.js';
import { BINARY } from './opcode.js';

export const binary: Codec = {
  readBinary: (bytes) => bytes,
  readText: () => ({ code: 1003, why: 'a text message in a binary session' }),
  frame: (bytes) => frameInPlace(BINARY, bytes),
  capacity: (size) => size,
};
