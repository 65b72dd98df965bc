/**
 * How messages carry a stream's bytes: chosen once, with the subprotocol.
 */
import type { Violation } from './close.js';

/** Converts between messages and a stream, both ways. It keeps no state. */
export interface Codec {
  /** Returns the stream's bytes from those of binary messages, or what is wrong with them. */
  readBinary(bytes: Buffer): Buffer | Violation;
  /** Returns the stream's bytes from a text message, or what is wrong with it. */
  readText(text: Buffer): Buffer | Violation;
  /** Makes a frame from the stream's next bytes. The `HEADER_ROOM` bytes before them in memory may be overwritten. */
  frame(bytes: Buffer): Buffer;
  /** How many bytes of the stream fit into a frame with a payload of `size` bytes. */
  capacity(size: number): number;
}
