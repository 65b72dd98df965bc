/**
 * How a stream's bytes travel in messages: chosen once, with the subprotocol.
 */
import type { Violation } from './close.js';

/** Between messages and a stream, both ways. It keeps nothing. */
export interface Codec {
  /** The stream's bytes in those of binary messages, or what is wrong with them. */
  readBinary(bytes: Buffer): Buffer | Violation;
  /** The stream's bytes in a text message, or what is wrong with it. */
  readText(text: Buffer): Buffer | Violation;
  /** A frame with the stream's next bytes, which have `HEADER_ROOM` bytes before them that may be overwritten. */
  frame(bytes: Buffer): Buffer;
  /** How many bytes of the stream fit into a frame with a payload of `size` bytes. */
  capacity(size: number): number;
}
