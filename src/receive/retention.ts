/**
 * What stays of the bytes that were consumed: those of the message being read, and 64 KiB before them; everything
 * while somebody holds. Few bytes must not keep much memory: what stays of a large block moves to a small one.
 */
import { isLarge, newBlock, sizeOf, type Block } from './block.js';
import { Chain } from './chain.js';
import { Spare } from './spare.js';

/** How many consumed bytes, before those of the message being read, stay available to `rewind()`. */
const REWIND_KEPT = 64 * 1024;

/** Messages below this size (bytes) are gathered with others, unless a large frame is waited for. */
export const SMALL = 4096;

/** Offsets of this size are rebased: from 2 ** 30 on they are not small integers, with which engines are faster. */
const OFFSET_MAX = 2 ** 29;

/** No position is as high; a small integer to every engine. */
const NEVER = 0x3fffffff;

/** Whether several messages lie in the block, all of them small. */
export const isArena = (block: Block): boolean => block.home !== undefined && !isLarge(block);

/** A chain that releases what was consumed. */
export abstract class Retention extends Chain {
  /** The block that small messages go to. */
  protected open: Block | undefined;
  protected holds = 0;
  /** For the bytes that moved out of large blocks. */
  readonly #spare = new Spare();
  /** From which read position in the stream on the oldest segment may go. */
  #trimAt = 0;

  /** From now to the matching `release()` every consumed byte is kept. */
  hold(): void {
    this.holds++;
  }

  release(): void {
    this.holds--;
    if (this.position >= this.trimFrom) this.trim();
  }

  protected trim(): void {
    const { current } = this;
    if (this.holds > 0 || !current) return;
    if (this.offset < this.#trimAt && this.large === 0) {
      this.trimFrom = NEVER;
      return;
    }
    if (this.base > OFFSET_MAX) this.forget(this.oldestOffset);
    const isDrained = this.length === 0;
    const begin = this.base + current.start;
    // Where the message being read began, or somewhat before that.
    const message = isArena(current.block) ? this.offset - SMALL : begin;
    const from = (isDrained ? this.total : message) - REWIND_KEPT;
    if (this.large > 0) this.#leaveLarge(from, isDrained ? this.total : begin);
    let oldest = this.oldest!;
    // It ends at the segment being read, for that ends behind `from`.
    while (this.oldestOffset + sizeOf(oldest) <= from) {
      this.oldestOffset += sizeOf(oldest);
      this.oldest = oldest = this.unlink(oldest)!;
    }
    // It is too large to stay for what may still fill it.
    if (this.open?.users === 1 && isLarge(this.open)) this.close();
    this.trimFrom = isLarge(this.current!.block) ? this.end : NEVER;
    this.#trimAt = this.oldestOffset + sizeOf(oldest) + REWIND_KEPT;
  }

  /** Moves the bytes between two offsets together, if a large block is kept for some of them. */
  #leaveLarge(from: number, until: number): void {
    let at = this.oldestOffset;
    const first = Math.max(from, at);
    for (let segment = this.oldest; segment && at < until; segment = segment.next) {
      at += sizeOf(segment);
      if (at > first && isLarge(segment.block)) {
        const bytes = this.#spare.take(until - first, this.received);
        return this.move(first, until, newBlock(bytes, this.#spare));
      }
    }
  }

  /** Nothing more goes to the open block. */
  protected close(): void {
    const { open } = this;
    this.open = undefined;
    if (open) this.free(open);
  }

  /** Counts offsets from a later point on. */
  protected forget(by: number): void {
    this.forgotten += by;
    this.oldestOffset -= by;
    this.base -= by;
  }
}
