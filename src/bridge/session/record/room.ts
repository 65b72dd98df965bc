/**
 * The memory that all recordings of a bridge share for what is not written yet.
 */

/** The limits for all recordings together, and for one of them, in bytes. */
const TOTAL = 64 * 1024 * 1024;
const EACH = 16 * 1024 * 1024;

export class Room {
  #taken = 0;

  /** Whether a recording with `held` bytes waiting may have `more` bytes. */
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
