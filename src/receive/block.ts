/**
 * What the bytes of a receive queue lie in. A block is memory with a count of its users; a segment is a view of a
 * part of one, and a link in the chain that is the stream.
 */
import type { Spare } from './spare.js';

/** Memory that is filled from its start on. */
export interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes of it are filled; what follows them is free. */
  used: number;
  /** How many segments view it, and one more as long as it is open to be filled. */
  users: number;
  /** Where the memory goes when nobody uses it any more; undefined for memory that came from outside. */
  readonly home: Spare | undefined;
}

/** Some bytes of the stream. */
export interface Segment {
  readonly block: Block;
  readonly start: number;
  end: number;
  next: Segment | undefined;
}

/** A block of more bytes than this is too large to stay for a few that were consumed, or are yet to come. */
export const LARGE = 256 * 1024;

export const isLarge = ({ bytes }: Block): boolean => bytes.length > LARGE;

export const sizeOf = ({ start, end }: Segment): number => end - start;

/** A block that nothing lies in, and that nobody uses. */
export const newBlock = (bytes: Uint8Array<ArrayBuffer>, home?: Spare): Block => ({
  bytes,
  used: 0,
  users: 0,
  home,
});
