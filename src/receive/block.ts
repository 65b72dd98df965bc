/**
 * The memory of a receive queue. A block is memory with a count of its users; a segment is a view of part of a block,
 * and a link in the chain that forms the stream.
 */
import type { Spare } from './spare.js';

/** Memory that is filled from its start. */
export interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes are filled; the rest is free. */
  used: number;
  /** How many segments view it, plus one while it is open for filling. */
  users: number;
  /** Where the memory returns when it has no more users; undefined for memory from outside. */
  readonly home: Spare | undefined;
}

/** A run of the stream's bytes in one block. */
export interface Segment {
  readonly block: Block;
  readonly start: number;
  end: number;
  next: Segment | undefined;
}

/** A block larger than this (bytes) is not kept just for a few bytes that were consumed or are yet to come. */
export const LARGE = 256 * 1024;

export const isLarge = ({ bytes }: Block): boolean => bytes.length > LARGE;

export const sizeOf = ({ start, end }: Segment): number => end - start;

/** An empty block without users. */
export const newBlock = (bytes: Uint8Array<ArrayBuffer>, home?: Spare): Block => ({
  bytes,
  used: 0,
  users: 0,
  home,
});
