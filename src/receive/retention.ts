/**
 * Which consumed bytes stay: those of the message being read and the 64 KiB before it, or all of them while `hold()` is in
 * effect. A few bytes must not pin much memory: what stays of a large block moves to a small one.
 */
import { isLarge, newBlock, sizeOf, type Block } from './block.js';
import { Chain } from './chain.js';
import { Spare } from './spare.js';

/** How many consumed bytes, before those of the message being read, stay available to `rewind()`. */
const REWIND_KEPT = 64 * 1024;

/** Messages below this size (bytes) are gathered with others; larger ones only while a reader waits for a large frame. */
export const SMALL = 4096;

/** Offsets beyond this are rebased: from 2 ** 30 they are no longer small integers, which engines handle faster. */
const OFFSET_MAX = 2 ** 29;

/** A position that is never reached; a small integer in every engine. */
const NEVER = 0x3fffffff;

/** Whether the block gathers small messages. */
export const isArena = (block: Block): boolean => block.home !== undefined && !isLarge(block);

/** A chain that releases consumed bytes. */
export abstract class Retention extends Chain {
  /** The block that small messages go to. */
  protected open: Block | undefined;
  protected holds = 0;
  /** Memory for bytes that move out of large blocks. */
  readonly #spare = new Spare();
  /** The read offset from which the oldest segment may be released. */
  #trimAt = 0;

  /** Keeps every consumed byte until the matching `release()`. */
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
    // The loop stops at the segment being read at the latest, since that ends after `from`.
    while (this.oldestOffset + sizeOf(oldest) <= from) {
      this.oldestOffset += sizeOf(oldest);
      this.oldest = oldest = this.unlink(oldest)!;
    }
    // An empty open block that is large is not kept for what may still come.
    if (this.open?.users === 1 && isLarge(this.open)) this.close();
    this.trimFrom = isLarge(this.current!.block) ? this.end : NEVER;
    this.#trimAt = this.oldestOffset + sizeOf(oldest) + REWIND_KEPT;
  }

  /** Moves the bytes between two offsets into one block, if some of them would pin a large block. */
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

  /** Closes the open block: nothing more is written to it. */
  protected close(): void {
    const { open } = this;
    this.open = undefined;
    if (open) this.free(open);
  }

  /** Rebases all offsets to a point `by` bytes later. */
  protected forget(by: number): void {
    this.forgotten += by;
    this.oldestOffset -= by;
    this.base -= by;
  }
}
