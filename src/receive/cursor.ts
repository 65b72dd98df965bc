/**
 * The place of the next bytes, for the fast paths of the typed reads.
 */

/** A reader that finds its n bytes between `position` and `end` takes them from `bytes` and moves `position`. */
export interface Cursor {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;
  /** How many bytes are unread, including those outside `bytes`. */
  readonly length: number;
}

/** Stands in for a cursor whose bytes must not be taken: it shows none. */
export class BarredCursor implements Cursor {
  readonly bytes = new Uint8Array(0);
  readonly position = 0;
  readonly end = 0;
  readonly #barred: Cursor;

  constructor(barred: Cursor) {
    this.#barred = barred;
  }

  get length(): number {
    return this.#barred.length;
  }
}
