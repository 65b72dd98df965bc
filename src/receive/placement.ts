/**
 * Where arriving bytes go. Large messages are adopted without a copy, small ones are gathered in arenas; and when a
 * reader waits for a large frame, the whole frame is gathered in contiguous memory.
 */
import { isLarge, newBlock, type Block } from './block.js';
import { isArena, Retention, SMALL } from './retention.js';

/** While nothing else is unread, a message of this size (bytes) or more is adopted: it will probably be read by itself. */
const ADOPT_DRAINED = 512;

/** The size of an arena (bytes). It doubles from the minimum to the maximum, so that an idle socket stays small. */
const ARENA_MIN = 8 * 1024;
const ARENA_MAX = 128 * 1024;

/** The most memory for a frame (bytes): the peer determines how much a reader waits for. */
const FRAME_MAX = 16 * 1024 * 1024;

/**
 * Messages of up to this size (bytes) are gathered in the frame's block. It has room for two more of them: the message before the
 * frame may be partly read, and the one that completes the frame may bring part of the next.
 */
const FRAME_MESSAGE_MAX = 64 * 1024;

/** A chain to which bytes can be appended. */
export abstract class Placement extends Retention {
  #arenaSize = ARENA_MIN;
  /** The offset up to which a reader is waiting for bytes. */
  #wantedUntil = 0;
  /** The offset before which a message may be larger than FRAME_MESSAGE_MAX. */
  #hugeUntil = 0;

  /** @param limit the most unread bytes */
  constructor(readonly limit: number) {
    super();
  }

  /** How many bytes a reader is waiting for, from the read position; 0 or less if none is waiting. */
  get wanted(): number {
    return this.#wantedUntil - this.offset;
  }

  /** Notes that a reader waits until n bytes are unread. */
  want(n: number): void {
    this.#wantedUntil = this.offset + n;
  }

  /**
   * Appends `chunk` and takes ownership of it: nobody may change it from now on.
   * @param buffer the buffer that the chunk fills, if known
   * @returns false, with nothing done, when the chunk is empty or more than `limit` bytes would be unread
   */
  append(chunk: Uint8Array, buffer: ArrayBuffer | undefined): boolean {
    const size = chunk.length;
    // The path of most messages is kept short, here and in the functions it calls, so that the engine inlines all of it.
    const most = this.position === this.end ? ADOPT_DRAINED : SMALL;
    if (size >= most || size > this.room || size === 0) return this.#place(chunk, buffer);
    this.bytes.set(chunk, this.end);
    this.current!.end = this.end += size;
    this.room -= size;
    return true;
  }

  /** Appends a message that is large or finds no room. */
  #place(chunk: Uint8Array, buffer: ArrayBuffer | undefined): boolean {
    const size = chunk.length;
    if (size === 0 || this.length + size > this.limit) return false;
    const { open, newest } = this;
    // The fast path does not update `used`.
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

  /** Copies a message into the open block, or into a new one. */
  #gather(chunk: Uint8Array): void {
    const block = this.#blockFor(chunk.length);
    block.bytes.set(chunk, block.used);
    this.add(block, chunk.length);
    if (this.current === this.newest)
      this.room = Math.min(block.bytes.length - block.used, this.limit - this.length) | 0;
  }

  /** Whether a large message is copied into the block of the awaited frame; adopted, it would cost a copy of the whole frame. */
  #isForFrame(size: number): boolean {
    const { open } = this;
    if (!open || open !== this.newest?.block || !isLarge(open)) return false;
    const isFitting = size <= FRAME_MESSAGE_MAX && size <= open.bytes.length - open.used;
    return isFitting && this.wanted > this.length;
  }

  #blockFor(size: number): Block {
    const { open } = this;
    if (!open || size > open.bytes.length - open.used) return this.#openBlock();
    // If a frame came in large messages, the rest of its block would be held until small messages have filled it.
    const isPast = isLarge(open) && open !== this.newest?.block;
    return isPast && this.wanted - this.length <= SMALL ? this.#openBlock() : open;
  }

  #openBlock(): Block {
    this.close();
    // This may free memory for reuse.
    this.trim();
    const wanted = Math.min(this.wanted, FRAME_MAX);
    const consumed = this.#consumed();
    const isFrame = wanted - this.length > ARENA_MAX && consumed <= FRAME_MESSAGE_MAX;
    const size = isFrame ? wanted + 2 * FRAME_MESSAGE_MAX : this.#arenaSize;
    const block = newBlock(this.spare.take(size), this.spare);
    if (!isFrame) this.#arenaSize = Math.min(ARENA_MAX, 2 * size);
    // The part of the frame that has arrived moves to the start of the block, so that the rest follows it contiguously. The
    // consumed part of the message being read moves along: left behind, it might drop out of what is kept.
    else if (this.length > 0) this.move(this.offset - consumed, this.total, block);
    this.use(block);
    return (this.open = block);
  }

  /** How many bytes were consumed of the message being read; an upper bound. */
  #consumed(): number {
    const { current } = this;
    if (!current || this.length === 0) return 0;
    const consumed = this.position - current.start;
    // While bytes are held, a parser may step back far into this message, so it must not be split.
    if (this.holds > 0) return consumed;
    if (isArena(current.block)) return Math.min(consumed, SMALL);
    return this.offset < this.#hugeUntil ? consumed : Math.min(consumed, FRAME_MESSAGE_MAX);
  }

  protected override forget(by: number): void {
    super.forget(by);
    // For an offset before the oldest byte, the exact value does not matter.
    this.#wantedUntil = Math.max(0, this.#wantedUntil - by);
    this.#hugeUntil = Math.max(0, this.#hugeUntil - by);
  }
}

/** False for memory that others can change or shrink, and for a small view, which would pin all of a large buffer. */
function isAdoptable(chunk: Uint8Array): boolean {
  const { buffer } = chunk;
  return isFixed(buffer) && buffer.byteLength <= 2 * chunk.length;
}

function isFixed(buffer: ArrayBufferLike): boolean {
  return buffer instanceof ArrayBuffer && !(buffer as { resizable?: boolean }).resizable;
}
