/**
 * The memory that all recordings of a bridge share for what is not written yet.
 */

/** For all recordings, and for one of them, in bytes. */
const TOTAL = 64 * 1024 * 1024;
const EACH = 16 * 1024 * 1024;

export class Room {
  #taken = 0;

  /** Whether a recording that has `held` bytes waiting may have `more`. */
  has(held: number, more: number): boolean {
    return held + more <= EACH && this.#taken + more <= TOTAL;
  }

  take(bytes: number): void {
    this.#taken += bytes;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}
