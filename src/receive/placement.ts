/**
 * Where bytes that arrive go. Large messages are adopted, without a copy; small ones are gathered in arenas; and for
 * a reader that waits for a large frame, all of that frame is gathered side by side.
 */
import { isLarge, newBlock, type Block } from './block.js';
import { isArena, Retention, SMALL } from './retention.js';

/** When nothing is unread, so that a message is likely to be read by itself, it is adopted from this size on (bytes). */
const ADOPT_DRAINED = 512;

/** An arena's size. It doubles from the first to the last, so that an idle socket stays small. */
const ARENA_MIN = 8 * 1024;
const ARENA_MAX = 128 * 1024;

/** The most memory for a frame: it is the peer who says how much to wait for. */
const FRAME_MAX = 16 * 1024 * 1024;

/**
 * Messages of up to this size go there. It gets memory for two of them more: the one before it may be partly read, and
 * the one that completes it brings some of the next.
 */
const FRAME_MESSAGE_MAX = 64 * 1024;

/** A chain that takes bytes. */
export abstract class Placement extends Retention {
  #arenaSize = ARENA_MIN;
  /** Up to which offset a reader waits. */
  #wantedUntil = 0;
  /** Up to which offset a message may be larger than FRAME_MESSAGE_MAX. */
  #hugeUntil = 0;

  /** @param limit the most unread bytes */
  constructor(readonly limit: number) {
    super();
  }

  /** How many bytes a reader waits for, from the read position on; not above 0 when it does not. */
  get wanted(): number {
    return this.#wantedUntil - this.offset;
  }

  /** A reader waits until n bytes are unread. */
  want(n: number): void {
    this.#wantedUntil = this.offset + n;
  }

  /**
   * Takes over `chunk`, which nobody may change from now on.
   * @param buffer its memory, if it is known to be all of that
   * @returns false, with nothing done, when it is empty, or more than the limit would be unread
   */
  append(chunk: Uint8Array, buffer: ArrayBuffer | undefined): boolean {
    const size = chunk.length;
    // The way of most messages is kept short, here and in what it calls, so that the engine inlines all of it.
    const most = this.position === this.end ? ADOPT_DRAINED : SMALL;
    if (size >= most || size > this.room || size === 0) return this.#place(chunk, buffer);
    this.bytes.set(chunk, this.end);
    this.current!.end = this.end += size;
    this.room -= size;
    return true;
  }

  /** A message that is large, or finds no room. */
  #place(chunk: Uint8Array, buffer: ArrayBuffer | undefined): boolean {
    const size = chunk.length;
    if (size === 0 || this.length + size > this.limit) return false;
    const { open, newest } = this;
    // The short way did not tell it.
    if (open && newest?.block === open) open.used = newest.end;
    const isOwn = buffer !== undefined && isFixed(buffer);
    if (isOwn && size >= ADOPT_DRAINED && this.length === 0) this.#adopt(chunk);
    else if (size < SMALL || this.#isForFrame(size)) this.#gather(chunk);
    else this.#adopt(isOwn || isAdoptable(chunk) ? chunk : new Uint8Array(chunk));
    return true;
  }

  #adopt(chunk: Uint8Array): void {
    this.add(newBlock(chunk as Block['bytes']), chunk.length);
    if (chunk.length > FRAME_MESSAGE_MAX) this.#hugeUntil = this.total;
  }

  /** Copies a message to the end of the open block, or of another one. */
  #gather(chunk: Uint8Array): void {
    const block = this.#blockFor(chunk.length);
    block.bytes.set(chunk, block.used);
    this.add(block, chunk.length);
    if (this.current === this.newest)
      this.room = Math.min(block.bytes.length - block.used, this.limit - this.length) | 0;
  }

  /** Whether a large message goes into the frame that is waited for: beside it, the frame would be copied as a whole. */
  #isForFrame(size: number): boolean {
    const { open } = this;
    if (!open || open !== this.newest?.block || !isLarge(open)) return false;
    const isFitting = size <= FRAME_MESSAGE_MAX && size <= open.bytes.length - open.used;
    return isFitting && this.wanted > this.length;
  }

  #blockFor(size: number): Block {
    const { open } = this;
    if (!open || size > open.bytes.length - open.used) return this.#openBlock();
    // What is left of a frame that came in large messages would be held for as long as small ones need to fill it.
    const isPast = isLarge(open) && open !== this.newest?.block;
    return isPast && this.wanted - this.length <= SMALL ? this.#openBlock() : open;
  }

  #openBlock(): Block {
    this.close();
    // So that memory is there to use again.
    this.trim();
    const wanted = Math.min(this.wanted, FRAME_MAX);
    const consumed = this.#consumed();
    const isFrame = wanted - this.length > ARENA_MAX && consumed <= FRAME_MESSAGE_MAX;
    const size = isFrame ? wanted + 2 * FRAME_MESSAGE_MAX : this.#arenaSize;
    const block = newBlock(this.spare.take(size), this.spare);
    if (!isFrame) this.#arenaSize = Math.min(ARENA_MAX, 2 * size);
    // What there is of a frame moves to its start, so that what comes stands beside it; with it what was consumed of
    // the message being read, which must not fall behind, out of what is kept.
    else if (this.length > 0) this.move(this.offset - consumed, this.total, block);
    this.use(block);
    return (this.open = block);
  }

  /** How much was consumed of the message being read; at most. */
  #consumed(): number {
    const { current } = this;
    if (!current || this.length === 0) return 0;
    const consumed = this.position - current.start;
    // What is held may be gone back to, far into a message that would be torn.
    if (this.holds > 0) return consumed;
    if (isArena(current.block)) return Math.min(consumed, SMALL);
    return this.offset < this.#hugeUntil ? consumed : Math.min(consumed, FRAME_MESSAGE_MAX);
  }

  protected override forget(by: number): void {
    super.forget(by);
    // What lies long before the oldest byte may stay anywhere before it.
    this.#wantedUntil = Math.max(0, this.#wantedUntil - by);
    this.#hugeUntil = Math.max(0, this.#hugeUntil - by);
  }
}

/** Not memory that others can change or cut short, nor a small view, which would pin the whole of a large buffer. */
function isAdoptable(chunk: Uint8Array): boolean {
  const { buffer } = chunk;
  return isFixed(buffer) && buffer.byteLength <= 2 * chunk.length;
}

function isFixed(buffer: ArrayBufferLike): boolean {
  return buffer instanceof ArrayBuffer && !(buffer as { resizable?: boolean }).resizable;
}
