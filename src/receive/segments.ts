/**
 * The storage under the receive queue: the bytes as they came, in a chain of segments. Large chunks become a
 * segment as they are, without a copy; small ones are gathered into shared arenas. What was read stays linked
 * in front of the read position for a while, so that a parser can step back over it.
 *
 * All positions in the stream are offsets: bytes from its start, or from a later point if it is long.
 */

import type { Cursor } from './cursor.js';
import { Scratch, SCRATCH_MAX } from './scratch.js';
import { Spare } from './spare.js';

/** Chunks from this size on (bytes) are adopted; below it, a copy costs less than an object of their own. */
const ADOPT_MIN = 4096;

/** When nothing is unread, so that a chunk is likely to be read by itself, it is adopted from this size on. */
const ADOPT_DRAINED = 512;

/** An arena's size in bytes. It doubles from the first to the last, so that an idle socket stays small. */
const ARENA_MIN = 8 * 1024;
const ARENA_MAX = 128 * 1024;

/**
 * When the reader waits for more than an arena, and small chunks come, all of it is gathered side by side up to this
 * size, so that it gets it without another copy. A bound, for it is the peer who says how much to wait for.
 */
const FRAME_MAX = 16 * 1024 * 1024;

/**
 * Messages of up to this size go there. It gets memory for two of them more: the one before it may be partly read, and
 * the one that completes it brings some of the next.
 */
const FRAME_MESSAGE_MAX = 64 * 1024;

/** How many consumed bytes, before those of the segment being read, stay available to `rewind()`. */
const REWIND_KEPT = 64 * 1024;

/** A consumed segment larger than this gives its memory back; only the end of it is copied and kept. */
const CONSUMED_MAX = 4 * REWIND_KEPT;

/** Offsets of such a size are counted anew: from 2 ** 30 on they are no small integers, which engines are faster with. */
const OFFSET_MAX = 2 ** 29;

/** A position that no segment has to be trimmed at; a small integer to every engine. */
const NEVER = 0x3fffffff;

interface Segment {
  bytes: Uint8Array<ArrayBuffer>;
  start: number;
  end: number;
  next: Segment | undefined;
  /** The last one in an arena that is full: when it is let go of, the arena may serve again. */
  isLast: boolean;
  /** The end of a large one, in memory of its own. */
  isEnd: boolean;
}

const sizeOf = (segment: Segment): number => segment.end - segment.start;

/** A chain of segments with a read position. */
export class Segments implements Cursor {
  bytes = new Uint8Array(0);
  position = 0;
  end = 0;

  /** Those of `bytes`, once a view was asked for. */
  #buffer: ArrayBuffer | undefined;
  #byteOffset = 0;

  /** How many bytes lie in the segments after this one. */
  #queued = 0;
  /** How many bytes came before offset 0. */
  #forgotten = 0;
  /** The offset of `bytes[0]`, were it in the stream; of the oldest byte kept. */
  #base = 0;
  #oldestOffset = 0;
  /** Up to which offset a message may be a large one; after it, they are small. */
  #largeUntil = 0;
  /** Up to which offset a message may be larger than FRAME_MESSAGE_MAX. */
  #hugeUntil = 0;
  /** Up to which offset a reader waits. */
  #wantedUntil = 0;

  #oldest: Segment | undefined;
  #current: Segment | undefined;
  #newest: Segment | undefined;

  /** The last segment in the arena that is being filled. */
  #open: Segment | undefined;
  /** How many bytes of small chunks go to the end of the segment being read, whatever is consumed meanwhile. */
  #room = 0;
  #arenaSize = ARENA_MIN;
  /** For arenas and frames; for the ends that are kept of large segments. */
  readonly #spare = new Spare();
  readonly #spareEnd = new Spare();
  /** For small views of several segments. */
  readonly #scratch = new Scratch();
  #holds = 0;
  /** From which position in the segment being read there may be something to trim. */
  #trimFrom = NEVER;
  /** From which offset of the segment being read on the oldest one may go. */
  #trimAt = 0;

  /** @param limit the most unread bytes */
  constructor(readonly limit: number) {}

  /** Unread bytes. */
  get length(): number {
    return this.end - this.position + this.#queued;
  }

  /** The offset of the read position. */
  get offset(): number {
    return this.#base + this.position;
  }

  /** The offset of the end of all bytes so far. */
  get total(): number {
    return this.#base + this.end + this.#queued;
  }

  /** How many bytes ever came. */
  get received(): number {
    return this.#forgotten + this.total;
  }

  /** How many consumed bytes are still there to step back over. */
  get kept(): number {
    return this.offset - this.#oldestOffset;
  }

  /**
   * Takes over `chunk`, at least 1 byte, which nobody may change from now on.
   * @param buffer its memory, if it is known to be all of that
   * @returns false, with nothing done, when more than the limit would be unread
   */
  append(chunk: Uint8Array, buffer: ArrayBuffer | undefined): boolean {
    const size = chunk.length;
    // The way of most messages is kept short, here and in what it calls, so that the engine inlines all of it.
    const most = this.position === this.end ? ADOPT_DRAINED : ADOPT_MIN;
    if (size >= most || size > this.#room) return this.#appendElse(chunk, buffer);
    this.bytes.set(chunk, this.end);
    this.#current!.end = this.end += size;
    this.#room -= size;
    return true;
  }

  /** A chunk that is large, or finds no room. */
  #appendElse(chunk: Uint8Array, buffer: ArrayBuffer | undefined): boolean {
    const size = chunk.length;
    if (this.length + size > this.limit) return false;
    const isOwn = buffer !== undefined && isFixed(buffer);
    if (isOwn && size >= ADOPT_DRAINED && this.position === this.end && this.#queued === 0) {
      this.#adopt(chunk as Segment['bytes'], buffer);
    } else if (size < ADOPT_MIN) {
      this.#gather(chunk);
    } else if (this.#isForFrame(size)) {
      this.#gather(chunk);
      this.#largeUntil = this.total;
    } else {
      const bytes = isOwn || isAdoptable(chunk) ? chunk : new Uint8Array(chunk);
      this.#link(bytes as Segment['bytes'], 0, size);
      this.#largeUntil = this.total;
      if (size > FRAME_MESSAGE_MAX) this.#hugeUntil = this.total;
      if (this.position === this.end) this.advance();
    }
    return true;
  }

  /** Copies a small chunk to the end of the chain: to the open arena, or to another one. */
  #gather(chunk: Uint8Array): void {
    const size = chunk.length;
    const open = this.#openFor(size);
    open.bytes.set(chunk, open.end);
    open.end += size;
    if (open === this.#current) {
      this.end += size;
      this.#room = Math.min(open.bytes.length - open.end, this.limit - this.length) | 0;
    } else {
      this.#queued += size;
      if (this.position === this.end) this.advance();
    }
  }

  /** Links a chunk, and goes on to it: it is the next to be read. */
  #adopt(bytes: Uint8Array<ArrayBuffer>, buffer: ArrayBuffer): void {
    const size = bytes.length;
    const segment: Segment = {
      bytes,
      start: 0,
      end: size,
      next: undefined,
      isLast: false,
      isEnd: false,
    };
    if (this.#newest) this.#newest.next = segment;
    else this.#oldest = segment;
    this.#newest = this.#current = segment;
    this.#room = 0;
    this.#base += this.end;
    this.bytes = bytes;
    this.#buffer = buffer;
    this.#byteOffset = 0;
    this.position = 0;
    this.end = size;
    if (size >= ADOPT_MIN) this.#largeUntil = this.#base + size;
    if (size > FRAME_MESSAGE_MAX) this.#hugeUntil = this.#base + size;
    this.#trimFrom = size > CONSUMED_MAX || this.#holds > 0 ? 0 : NEVER;
    if (this.#base >= this.#trimAt) this.#trim();
  }

  /** Puts a byte before the unread ones: in the place of the one that was consumed last, if that is kept. */
  unshift(byte: number): void {
    if (this.kept > 0) {
      this.seek(this.offset - 1);
      this.bytes[this.position] = byte;
      return;
    }
    const segment: Segment = {
      bytes: Uint8Array.of(byte),
      start: 0,
      end: 1,
      next: this.#oldest,
      isLast: false,
      isEnd: false,
    };
    this.#oldest = segment;
    this.#newest ??= segment;
    this.#enter(segment, --this.#oldestOffset, 0, this.length);
  }

  /** How many bytes a reader waits for, from the read position on; not above 0 when it does not. */
  get wanted(): number {
    return this.#wantedUntil - this.offset;
  }

  /** A reader waits until n bytes are unread. */
  want(n: number): void {
    this.#wantedUntil = this.offset + n;
  }

  /** Goes on to the next segment, if the current one was read to its end. */
  advance(): void {
    // Past empty ones: all that they had may have moved to a frame.
    while (this.position === this.end && this.#current?.next) {
      const { next } = this.#current;
      this.#enter(
        next,
        this.#base + this.end - next.start,
        next.start,
        this.#queued - sizeOf(next),
      );
    }
    this.#trim();
  }

  /** Consumes n bytes; they must be there. */
  skip(n: number): void {
    if (n > this.end - this.position) return this.seek(this.offset + n);
    this.position += n;
    if (this.position === this.end && this.position >= this.#trimFrom) this.#trim();
  }

  /** Moves the read position to an offset that is kept or queued. */
  seek(offset: number): void {
    let segment = this.#current;
    if (!segment) return;
    let base = this.#base;
    let queued = this.#queued;
    if (offset < base + segment.start) {
      segment = this.#oldest!;
      base = this.#oldestOffset - segment.start;
      for (let s = segment; s !== this.#current; s = s.next!) queued += sizeOf(s.next!);
    }
    while (segment.next && offset >= base + segment.end) {
      base += segment.end - segment.next.start;
      segment = segment.next;
      queued -= sizeOf(segment);
    }
    this.#enter(segment, base, offset - base, queued);
    this.#trim();
  }

  /** The next n bytes, which must be there: a view, good until more bytes arrive. Consumes nothing. */
  view(n: number): Uint8Array<ArrayBuffer> {
    const { bytes, position } = this;
    if (n > this.end - position) return this.#join(n);
    if (n === bytes.length) return bytes;
    // Asking the array for its buffer is half the price of a view.
    const buffer = this.#buffer ?? this.#findBuffer();
    return new Uint8Array(buffer, this.#byteOffset + position, n);
  }

  #findBuffer(): ArrayBuffer {
    this.#byteOffset = this.bytes.byteOffset;
    return (this.#buffer = this.bytes.buffer);
  }

  /** A copy of the next n bytes, which must be there. Consumes nothing. */
  copy(n: number): Uint8Array<ArrayBuffer> {
    const { position } = this;
    if (n > this.end - position) return this.copyTo(new Uint8Array(n));
    return this.bytes.slice(position, position + n);
  }

  /** The next n bytes, which lie in several segments, side by side. */
  #join(n: number): Uint8Array<ArrayBuffer> {
    if (n <= SCRATCH_MAX) return this.copyTo(this.#scratch.take(n, this.received));
    if (n <= ARENA_MAX) return this.copyTo(new Uint8Array(n));
    const memory = this.#spare.take(n, this.received);
    this.#spare.keep(memory, this.received);
    return this.copyTo(memory.subarray(0, n));
  }

  /** Fills `target` with the next bytes, which must be there, and consumes nothing. */
  copyTo<T extends Uint8Array>(target: T): T {
    let segment = this.#current;
    let from = this.position;
    for (let filled = 0; filled < target.length && segment; segment = segment.next) {
      const until = Math.min(segment.end, from + target.length - filled);
      target.set(segment.bytes.subarray(from, until), filled);
      filled += until - from;
      from = segment.next?.start ?? 0;
    }
    return target;
  }

  /** Where `pattern` begins in the unread bytes, at `from` or after it; -1 when it does not. */
  indexOf(pattern: ArrayLike<number>, from: number): number {
    let before = 0;
    let segment = this.#current;
    let start = this.position;
    while (segment) {
      // An arena goes on after the segment's end.
      const bytes = segment.bytes.subarray(0, segment.end);
      let at = start + Math.max(0, from - before) - 1;
      while ((at = bytes.indexOf(pattern[0], at + 1)) !== -1) {
        if (matches(pattern, segment, at)) return before + at - start;
      }
      before += segment.end - start;
      segment = segment.next;
      start = segment?.start ?? 0;
    }
    return -1;
  }

  /** From now to the matching `release()` every consumed byte is kept. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    if (--this.#holds === 0 && this.position >= this.#trimFrom) this.#trim();
  }

  /** Whether a large chunk goes into the frame that is waited for: beside it, the frame would be copied as a whole. */
  #isForFrame(size: number): boolean {
    const open = this.#open;
    if (!open || open !== this.#newest || open.bytes.length <= CONSUMED_MAX) return false;
    const isFitting = size <= FRAME_MESSAGE_MAX && size <= open.bytes.length - open.end;
    return isFitting && this.wanted > this.length;
  }

  /** The segment at the end of the chain with room for a small chunk. */
  #openFor(size: number): Segment {
    const open = this.#open;
    if (!open || size > open.bytes.length - open.end) return (this.#open = this.#openArena());
    if (open === this.#newest) return open;
    // What is left of a frame that came in large messages would be held for as long as small ones need to fill it.
    const isPast = open.bytes.length > CONSUMED_MAX && this.wanted - this.length <= ADOPT_MIN;
    if (isPast) return (this.#open = this.#openArena());
    return (this.#open = this.#link(open.bytes, open.end, open.end));
  }

  /** How much was consumed of the message being read; at most. */
  get #consumed(): number {
    const current = this.#current;
    if (!current || this.length === 0) return 0;
    const consumed = this.position - current.start;
    if (this.offset >= this.#largeUntil) return Math.min(consumed, ADOPT_MIN);
    const isInFrame = current.bytes === this.#open?.bytes && this.offset >= this.#hugeUntil;
    // What is held may be gone back to, far into a message that would be torn.
    return isInFrame && this.#holds === 0 ? Math.min(consumed, FRAME_MESSAGE_MAX) : consumed;
  }

  #openArena(): Segment {
    if (this.#open) this.#open.isLast = true;
    // So that memory is there to use again.
    this.#trim();
    const unread = this.length;
    const wanted = Math.min(this.wanted, FRAME_MAX);
    const consumed = this.#consumed;
    if (wanted - unread <= ARENA_MAX || consumed > FRAME_MESSAGE_MAX) {
      const bytes = this.#spare.take(this.#arenaSize);
      this.#arenaSize = Math.min(ARENA_MAX, 2 * this.#arenaSize);
      return this.#link(bytes, 0, 0);
    }
    // A frame: what there is of it moves to the start, so that what comes stands beside it; with it what was consumed
    // of the message being read, which must not fall behind, out of what is kept.
    const bytes = this.#spare.take(wanted + 2 * FRAME_MESSAGE_MAX);
    this.position -= consumed;
    this.copyTo(bytes.subarray(0, consumed + unread));
    const current = this.#current;
    if (current) {
      current.end = this.end = this.position;
      current.next = undefined;
      // Of its memory, for those after it are gone.
      current.isLast ||= current.bytes === this.#open?.bytes;
      this.#newest = current;
      this.#queued = 0;
    }
    const segment = this.#link(bytes, 0, consumed + unread);
    this.advance();
    this.position += consumed;
    return segment;
  }

  #link(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): Segment {
    const segment: Segment = { bytes, start, end, next: undefined, isLast: false, isEnd: false };
    if (this.#newest) {
      this.#newest.next = segment;
      this.#queued += end - start;
    } else {
      this.#oldest = segment;
      this.#enter(segment, 0 - start, start, 0);
    }
    this.#newest = segment;
    this.#room = 0;
    return segment;
  }

  #enter(segment: Segment, base: number, position: number, queued: number): void {
    this.#trimFrom = 0;
    this.#room = 0;
    this.#current = segment;
    this.#queued = queued;
    this.#base = base;
    this.bytes = segment.bytes;
    this.#buffer = undefined;
    // After 2 GiB the offsets are floats to the engine; a position must not become one, it is what all reads use.
    this.position = position >>> 0;
    this.end = segment.end;
  }

  /** Lets go of consumed bytes, but for the segment being read and REWIND_KEPT bytes before it. */
  #trim(): void {
    const current = this.#current;
    if (this.#holds > 0 || !current) return;
    if (this.#base > OFFSET_MAX) this.#forget();
    const drained = this.length === 0;
    // A small message that is being read began within the last ADOPT_MIN bytes.
    const start = this.offset < this.#largeUntil ? current.start : this.position - ADOPT_MIN;
    const from = (drained ? this.total : this.#base + start) - REWIND_KEPT;
    let oldest = this.#oldest!;
    let spareEnd: Uint8Array<ArrayBuffer> | undefined;
    while (oldest !== current && this.#oldestOffset + sizeOf(oldest) <= from) {
      this.#oldestOffset += sizeOf(oldest);
      // An arena stays to be filled. A frame is too large for that: large messages may have brought its bytes.
      const isFrame = oldest === this.#open && oldest.bytes.length > CONSUMED_MAX;
      if (isFrame) this.#open = undefined;
      if (oldest.isLast || isFrame) this.#spare.keep(oldest.bytes, this.received);
      if (oldest.isEnd) spareEnd = oldest.bytes;
      const next = oldest.next!;
      // Or one that has grown old holds on to all that came after it until a major collection.
      oldest.next = undefined;
      this.#oldest = oldest = next;
    }
    // An empty one was just made for what is to come.
    const isOver = sizeOf(oldest) > 0 && (oldest !== current || drained);
    if (isOver && oldest.bytes.length > CONSUMED_MAX)
      this.#shorten(oldest, Math.max(from, this.#oldestOffset));
    // Nor does a frame stay for the little that lies in it after a chunk that is kept. Others may lie in it too.
    const isRest = drained && oldest !== current && sizeOf(current) > 0;
    if (isRest && current.bytes.length > CONSUMED_MAX) {
      const bytes = current.bytes.slice(current.start, current.end);
      if (current === this.#open) this.#open = undefined;
      Object.assign(current, { bytes, start: 0, end: bytes.length, isLast: false });
      this.#enter(current, this.offset - bytes.length, bytes.length, 0);
    }
    this.#trimFrom = current.bytes.length > CONSUMED_MAX ? this.end : NEVER;
    this.#trimAt =
      oldest.bytes.length > CONSUMED_MAX ? 0 : this.#oldestOffset + sizeOf(oldest) + REWIND_KEPT;
    // Not before: it may have been viewed since the last bytes came, and the next to be shortened takes an older one.
    if (spareEnd) this.#spareEnd.keep(spareEnd, this.received);
  }

  /** Counts from the oldest byte on. What lies long before it may stay anywhere before it. */
  #forget(): void {
    const by = this.#oldestOffset;
    this.#forgotten += by;
    this.#oldestOffset = 0;
    this.#base -= by;
    this.#largeUntil = Math.max(0, this.#largeUntil - by);
    this.#hugeUntil = Math.max(0, this.#hugeUntil - by);
    this.#wantedUntil = Math.max(0, this.#wantedUntil - by);
  }

  /** Keeps only the bytes of the oldest segment from an offset on. */
  #shorten(oldest: Segment, from: number): void {
    const end = oldest.bytes.subarray(oldest.start + from - this.#oldestOffset, oldest.end);
    const bytes = this.#spareEnd.take(end.length, this.received);
    bytes.set(end);
    if (oldest.isLast || oldest === this.#open) this.#spare.keep(oldest.bytes, this.received);
    if (oldest === this.#open) this.#open = undefined;
    this.#oldestOffset = from;
    Object.assign(oldest, { bytes, start: 0, end: end.length, isLast: false, isEnd: true });
    if (oldest === this.#current) this.#enter(oldest, from, end.length, this.#queued);
  }
}

/** Whether the bytes from `at` on are those of the pattern, in this segment and those after it. */
function matches(pattern: ArrayLike<number>, from: Segment, at: number): boolean {
  let segment: Segment | undefined = from;
  let position = at;
  for (let i = 0; i < pattern.length; i++) {
    while (segment && position === segment.end) {
      segment = segment.next;
      position = segment?.start ?? 0;
    }
    if (!segment || segment.bytes[position++] !== pattern[i]) return false;
  }
  return true;
}

/** Not memory that others can change or cut short, nor a small view, which would pin the whole of a large buffer. */
function isAdoptable(chunk: Uint8Array): boolean {
  const { buffer } = chunk;
  return isFixed(buffer) && buffer.byteLength <= 2 * chunk.length;
}

function isFixed(buffer: ArrayBufferLike): boolean {
  return buffer instanceof ArrayBuffer && !(buffer as { resizable?: boolean }).resizable;
}
