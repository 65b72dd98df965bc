/**
 * Checks later the bytes that a queue has returned: a view is valid until the next message, a copy for ever.
 */
import type { Journal } from './journal.js';
import type { Random } from './random.js';

interface Bytes {
  readonly bytes: Uint8Array;
  readonly expected: Uint8Array;
}

const COPIES_KEPT = 8;

export class Given {
  readonly #random: Random;
  readonly #journal: Journal;
  #views: Bytes[] = [];
  readonly #copies: Bytes[] = [];

  constructor(random: Random, journal: Journal) {
    this.#random = random;
    this.#journal = journal;
  }

  /** @param expected memory that does not change until the next message */
  add(kind: 'copy' | 'view', bytes: Uint8Array, expected: Uint8Array): void {
    const random = this.#random;
    if (kind === 'view') {
      this.#views.push({ bytes, expected });
    } else if (random.oneIn(2)) {
      // The copy belongs to the caller: writing to it must not affect the queue.
      bytes.fill(0x55);
    } else if (random.oneIn(4)) {
      const at = random.below(COPIES_KEPT);
      if (this.#copies[at]) this.#check('a copy, later', this.#copies[at]);
      this.#copies[at] = { bytes, expected: expected.slice() };
    }
  }

  /** Must be called before each message, which invalidates the views. */
  checkViews(): void {
    for (const view of this.#views) this.#check('a view, later', view);
    this.#views = [];
  }

  checkCopies(): void {
    for (const copy of this.#copies.filter(Boolean)) this.#check('a copy, later', copy);
  }

  #check(what: string, { bytes, expected }: Bytes): void {
    this.#journal.compare(what, bytes, expected);
  }
}
