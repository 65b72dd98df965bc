/**
 * The ledger of the main process, as its workers use it, and the answers to them.
 */
import type { Claim, Entry, Ledger, LocalLedger, Tally } from '../../base/ledger.js';
import type { Answer, Question, ToMain } from './messages.js';

/** Asks the main process. */
export class RemoteLedger implements Ledger {
  readonly #send: (message: ToMain) => void;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  constructor(send: (message: ToMain) => void) {
    this.#send = send;
  }

  async enter(claims: readonly Claim[]): Promise<Entry> {
    const answer = await this.#ask({ about: 'enter', claims });
    if (typeof answer === 'object' && 'place' in answer) {
      return () => this.#send({ type: 'leave', place: answer.place });
    }
    return (answer as { readonly full: number }).full;
  }

  async failures(key: string): Promise<Tally> {
    return (await this.#ask({ about: 'failures', key })) as Tally;
  }

  async fail(key: string, limit: number): Promise<Tally> {
    return (await this.#ask({ about: 'fail', key, limit })) as Tally;
  }

  async use(key: string): Promise<boolean> {
    return (await this.#ask({ about: 'use', key })) as boolean;
  }

  /** An answer has come. */
  answered(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #ask(question: Question): Promise<Answer> {
    this.#last += 1;
    const id = this.#last;
    this.#send({ type: 'ask', id, question });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}

/** Answers the questions of one worker, and knows the places that it has. */
export class LedgerDesk {
  readonly #ledger: LocalLedger;
  readonly #places = new Map<number, () => void>();
  #last = 0;

  constructor(ledger: LocalLedger) {
    this.#ledger = ledger;
  }

  answer(question: Question): Answer {
    switch (question.about) {
      case 'enter':
        return this.#enter(question.claims);
      case 'failures':
        return this.#ledger.failures(question.key);
      case 'fail':
        return this.#ledger.fail(question.key, question.limit);
      case 'use':
        return this.#ledger.use(question.key);
    }
  }

  /** Gives a place back. */
  leave(place: number): void {
    this.#places.get(place)?.();
    this.#places.delete(place);
  }

  /** Gives all places back: the worker is no more. */
  close(): void {
    for (const place of this.#places.keys()) this.leave(place);
  }

  #enter(claims: readonly Claim[]): Answer {
    const entry = this.#ledger.enter(claims);
    if (typeof entry === 'number') return { full: entry };
    this.#last += 1;
    this.#places.set(this.#last, entry);
    return { place: this.#last };
  }
}
