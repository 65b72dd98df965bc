/**
 * The storage under the receive queue: the chain, with what a reader does to it. Bytes are handed out as views where
 * they lie side by side; only what straddles two segments is copied, and no more of it than was asked for.
 */
import { newBlock } from './block.js';
import { Placement } from './placement.js';
import { Scratch, SCRATCH_MAX } from './scratch.js';
import { search } from './search.js';

/** Views of several segments larger than this (bytes) are made in memory that serves again. */
const JOIN_FRESH_MAX = 128 * 1024;

/** A chain that can be read. */
export class Segments extends Placement {
  /** Where `bytes` begins in `buffer`. */
  #byteOffset = 0;
  /** For small views of several segments. */
  readonly #scratch = new Scratch();

  /**
   * Appends a message as {@link append} does and reports it, keeping everything that is consumed meanwhile.
   * @returns false, with nothing done, when it is empty or more than the limit would be unread
   */
  deliver(
    bytes: Uint8Array,
    buffer: ArrayBuffer | undefined,
    tell: (payload?: undefined) => void,
  ): boolean {
    if (!this.append(bytes, buffer)) return false;
    this.hold();
    try {
      tell(undefined);
    } finally {
      this.release();
    }
    return true;
  }

  /** Consumes n bytes; they must be there. */
  skip(n: number): void {
    if (n > this.end - this.position) return this.seek(this.offset + n);
    this.position += n;
    if (this.position === this.end && this.position >= this.trimFrom) this.trim();
  }

  /** Goes on to the next segment, if the current one was read to its end. */
  advance(): void {
    this.seek(this.offset);
  }

  /** Puts a byte before the unread ones: in the place of the one that was consumed last, if that is kept. */
  unshift(byte: number): void {
    if (this.kept === 0) {
      const block = newBlock(new Uint8Array(1));
      this.use(block);
      this.oldest = { block, start: 0, end: 1, next: this.oldest };
      this.newest ??= this.oldest;
      this.oldestOffset--;
    }
    this.seek(this.offset - 1);
    this.bytes[this.position] = byte;
  }

  /** The next n bytes, which must be there: a view, good until more bytes arrive. Consumes nothing. */
  view(n: number): Uint8Array<ArrayBuffer> {
    const { bytes, position } = this;
    if (n > this.end - position) return this.#join(n);
    if (n === bytes.length) return bytes;
    // Asking the array for its buffer is half the price of a view.
    const buffer = this.buffer ?? this.#findBuffer();
    return new Uint8Array(buffer, this.#byteOffset + position, n);
  }

  #findBuffer(): ArrayBuffer {
    this.#byteOffset = this.bytes.byteOffset;
    return (this.buffer = this.bytes.buffer);
  }

  /** The next n bytes, which lie in several segments, side by side. */
  #join(n: number): Uint8Array<ArrayBuffer> {
    if (n <= SCRATCH_MAX) return this.copyTo(this.#scratch.take(n, this.received));
    if (n <= JOIN_FRESH_MAX) return this.copyTo(new Uint8Array(n));
    const memory = this.spare.take(n, this.received);
    this.spare.keep(memory, this.received);
    return this.copyTo(memory.subarray(0, n));
  }

  /** A copy of the next n bytes, which must be there. Consumes nothing. */
  copy(n: number): Uint8Array<ArrayBuffer> {
    const { position } = this;
    if (n > this.end - position) return this.copyTo(new Uint8Array(n));
    return this.bytes.slice(position, position + n);
  }

  /** Where `pattern` begins in the unread bytes, at `from` or after it; -1 when it does not. */
  indexOf(pattern: ArrayLike<number>, from: number): number {
    return search(this.current, this.position, pattern, from);
  }
}
