/**
 * The bytes of a receive queue, in a chain of segments with a read position. Consumed segments stay linked in front
 * of it for a while, so that a parser can step back; the subclasses decide which ones stay, and where new bytes go.
 *
 * Positions in the stream are offsets, in bytes from its start, or from a later point in a long stream.
 */
import { isLarge, sizeOf, type Block, type Segment } from './block.js';
import type { Cursor } from './cursor.js';
import { Spare } from './spare.js';

/** A chain of segments with a movable read position. */
export abstract class Chain implements Cursor {
  bytes = new Uint8Array(0);
  position = 0;
  end = 0;

  /** The buffer of `bytes`, once a view has been requested. */
  protected buffer: ArrayBuffer | undefined;

  protected oldest: Segment | undefined;
  /** The segment that is being read: `bytes` and `end` are its own. */
  protected current: Segment | undefined;
  protected newest: Segment | undefined;

  /** How many bytes lie in the segments after the current one. */
  protected queued = 0;
  /** The offset that `bytes[0]` has, or would have, in the stream. */
  protected base = 0;
  protected oldestOffset = 0;
  /** How many bytes came before offset 0. */
  protected forgotten = 0;

  /** How many bytes the fast path may write at `end`. */
  protected room = 0;
  /** The position in the current segment from which `trim()` may have something to release. */
  protected trimFrom = 0;
  /** How many large blocks are in use. */
  protected large = 0;

  protected readonly spare = new Spare();

  /** How many bytes are unread. */
  get length(): number {
    return this.end - this.position + this.queued;
  }

  /** The offset of the read position. */
  get offset(): number {
    return this.base + this.position;
  }

  /** The offset of the end of the stream so far. */
  get total(): number {
    return this.base + this.end + this.queued;
  }

  /** How many bytes were received in all. */
  get received(): number {
    return this.forgotten + this.total;
  }

  /** How many consumed bytes are kept, to step back over. */
  get kept(): number {
    return this.offset - this.oldestOffset;
  }

  /** Releases what no longer needs to be kept. */
  protected abstract trim(): void;

  /** Moves the read position to an offset that is kept or queued. */
  seek(offset: number): void {
    this.#goTo(offset);
    this.trim();
  }

  #goTo(offset: number): void {
    let segment = this.current;
    let base = this.base;
    if (!segment || offset < base + segment.start) {
      segment = this.oldest;
      if (!segment) return;
      base = this.oldestOffset - segment.start;
    }
    while (segment.next && offset >= base + segment.end) {
      base += segment.end - segment.next.start;
      segment = segment.next;
    }
    this.#enter(segment, base, offset - base);
  }

  #enter(segment: Segment, base: number, position: number): void {
    this.queued = this.total - base - segment.end;
    this.current = segment;
    this.base = base;
    this.bytes = segment.block.bytes;
    this.buffer = undefined;
    // Past 2 GiB, the engine stores offsets as floats. The position must stay an integer, since all reads use it.
    this.position = position >>> 0;
    this.end = segment.end;
    this.room = 0;
    this.trimFrom = 0;
  }

  /** Appends n bytes that have just been written behind the used part of a block. */
  protected add(block: Block, n: number): void {
    const { newest } = this;
    const start = block.used;
    block.used += n;
    if (newest?.block === block) {
      newest.end = block.used;
    } else {
      this.use(block);
      const segment: Segment = { block, start, end: block.used, next: undefined };
      if (newest) newest.next = segment;
      else this.oldest = segment;
      this.newest = segment;
      this.room = 0;
    }
    if (this.newest === this.current) this.end += n;
    else this.queued += n;
    if (this.position < this.end) return;
    if (this.queued === n) this.#enter(this.newest!, this.base + this.end - start, start);
    else this.#goTo(this.offset);
    this.trim();
  }

  /** Moves the bytes between two offsets to the start of a block, as one segment. */
  protected move(from: number, until: number, block: Block): void {
    const { offset } = this;
    this.#goTo(from);
    this.copyTo(block.bytes.subarray(0, until - from));
    const before = this.#cut(from);
    const after = this.#cut(until)!.next;
    for (let gone = before ? before.next : this.oldest; gone !== after;) gone = this.unlink(gone!);
    this.use(block);
    block.used = until - from;
    const segment: Segment = { block, start: 0, end: block.used, next: after };
    if (before) before.next = segment;
    else this.oldest = segment;
    if (!after) this.newest = segment;
    this.current = undefined;
    this.#goTo(offset);
  }

  /** Splits the chain at an offset and returns the segment that ends there: undefined if the oldest one starts there. */
  #cut(offset: number): Segment | undefined {
    let before: Segment | undefined;
    let at = this.oldestOffset;
    for (let segment = this.oldest; segment && at < offset; segment = segment.next) {
      const { block, end, next } = segment;
      at += sizeOf(segment);
      if (at > offset) {
        const start = end - (at - offset);
        this.use(block);
        segment.end = start;
        segment.next = { block, start, end, next };
        at = offset;
      }
      before = segment;
    }
    return before;
  }

  /** Releases a segment and returns the next one. */
  protected unlink(segment: Segment): Segment | undefined {
    const { next } = segment;
    // Otherwise a segment in the old generation keeps all later ones alive until a major collection.
    segment.next = undefined;
    this.free(segment.block);
    return next;
  }

  protected use(block: Block): void {
    if (block.users++ === 0 && isLarge(block)) this.large++;
  }

  protected free(block: Block): void {
    if (--block.users > 0) return;
    if (isLarge(block)) this.large--;
    block.home?.keep(block.bytes, this.received);
  }

  /** Fills `target` with the next bytes, which must be queued; consumes nothing. */
  copyTo<T extends Uint8Array>(target: T): T {
    let segment = this.current;
    let from = this.position;
    for (let filled = 0; filled < target.length && segment; segment = segment.next) {
      const until = Math.min(segment.end, from + target.length - filled);
      target.set(segment.block.bytes.subarray(from, until), filled);
      filled += until - from;
      from = segment.next?.start ?? 0;
    }
    return target;
  }
}
