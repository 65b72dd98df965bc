/**
 * The storage under the receive queue: the chain, and what a reader does with it. Contiguous bytes are handed out as
 * views; only bytes that straddle segments are copied, and no more of them than were requested.
 */
import { newBlock } from './block.js';
import { Placement } from './placement.js';
import { Scratch, SCRATCH_MAX } from './scratch.js';
import { search } from './search.js';

/** Views across segments that are larger than this (bytes) are made in reused memory. */
const JOIN_FRESH_MAX = 128 * 1024;

/** A chain that can be read. */
export class Segments extends Placement {
  /** Where `bytes` begins in `buffer`. */
  #byteOffset = 0;
  /** Memory for small views across segments. */
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

  /** Consumes n bytes, which must be queued. */
  skip(n: number): void {
    if (n > this.end - this.position) return this.seek(this.offset + n);
    this.position += n;
    if (this.position === this.end && this.position >= this.trimFrom) this.trim();
  }

  /** Moves on to the next segment, if the current one has been read to its end. */
  advance(): void {
    this.seek(this.offset);
  }

  /** Puts a byte before the unread ones, in place of the last consumed byte if that is kept. */
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

  /** A view of the next n bytes, which must be queued; valid until more bytes arrive. Consumes nothing. */
  view(n: number): Uint8Array<ArrayBuffer> {
    const { bytes, position } = this;
    if (n > this.end - position) return this.#join(n);
    if (n === bytes.length) return bytes;
    // The buffer is cached: asking the array for it is half the cost of a view.
    const buffer = this.buffer ?? this.#findBuffer();
    return new Uint8Array(buffer, this.#byteOffset + position, n);
  }

  #findBuffer(): ArrayBuffer {
    this.#byteOffset = this.bytes.byteOffset;
    return (this.buffer = this.bytes.buffer);
  }

  /** The next n bytes, which span several segments, copied to contiguous memory. */
  #join(n: number): Uint8Array<ArrayBuffer> {
    if (n <= SCRATCH_MAX) return this.copyTo(this.#scratch.take(n, this.received));
    if (n <= JOIN_FRESH_MAX) return this.copyTo(new Uint8Array(n));
    const memory = this.spare.take(n, this.received);
    this.spare.keep(memory, this.received);
    return this.copyTo(memory.subarray(0, n));
  }

  /** A copy of the next n bytes, which must be queued. Consumes nothing. */
  copy(n: number): Uint8Array<ArrayBuffer> {
    const { position } = this;
    if (n > this.end - position) return this.copyTo(new Uint8Array(n));
    return this.bytes.slice(position, position + n);
  }

  /** The position of `pattern` in the unread bytes, at or after `from`; -1 if it is not found. */
  indexOf(pattern: ArrayLike<number>, from: number): number {
    return search(this.current, this.position, pattern, from);
  }
}
