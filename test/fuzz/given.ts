/**
 * What a queue has handed out, looked at again later: a view is good until the next message, a copy for ever.
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

  /** @param expected memory that stays as it is until the next message */
  add(kind: 'copy' | 'view', bytes: Uint8Array, expected: Uint8Array): void {
    const random = this.#random;
    if (kind === 'view') {
      this.#views.push({ bytes, expected });
    } else if (random.oneIn(2)) {
      // The caller's own: whatever is written there must not show in the queue.
      bytes.fill(0x55);
    } else if (random.oneIn(4)) {
      const at = random.below(COPIES_KEPT);
      if (this.#copies[at]) this.#check('a copy, later', this.#copies[at]);
      this.#copies[at] = { bytes, expected: expected.slice() };
    }
  }

  /** To be called before a message is delivered; it ends the views. */
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
