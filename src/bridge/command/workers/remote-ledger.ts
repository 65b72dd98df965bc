/**
 * The ledger of the main process, as its workers use it, and the answers to them.
 */
import type { Claim, Entry, Ledger, LocalLedger, Tally } from '../../base/ledger.js';
import type { Answer, Question, ToMain } from './messages.js';

/** Places that a worker keeps at once. */
const MAX_KEPT = 32;

/** A place that is free, but not given back yet. */
interface Kept {
  /** The claims that it was taken for. */
  readonly claims: string;
  readonly place: number;
}

/**
 * Asks the main process. A place that is free again is kept for the next that wants the same, until the main process
 * wants it back.
 */
export class RemoteLedger implements Ledger {
  readonly #send: (message: ToMain) => void;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  /** The oldest first. */
  #kept: Kept[] = [];
  #last = 0;

  constructor(send: (message: ToMain) => void) {
    this.#send = send;
  }

  enter(claims: readonly Claim[]): Entry | Promise<Entry> {
    const wanted = JSON.stringify(claims);
    const at = this.#kept.findIndex((each) => each.claims === wanted);
    const [kept] = at === -1 ? [] : this.#kept.splice(at, 1);
    return kept ? () => this.#keep(kept) : this.#enter(claims, wanted);
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

  /** Gives back the places that it keeps. */
  recalled(id: number): void {
    const places = this.#kept.map(({ place }) => place);
    this.#kept = [];
    this.#send({ type: 'recalled', id, places });
  }

  async #enter(claims: readonly Claim[], wanted: string): Promise<Entry> {
    const answer = await this.#ask({ about: 'enter', claims });
    if (typeof answer === 'object' && 'place' in answer) {
      return () => this.#keep({ claims: wanted, place: answer.place });
    }
    return (answer as { readonly full: number }).full;
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept);
    const oldest = this.#kept.length > MAX_KEPT ? this.#kept.shift() : undefined;
    if (oldest) this.#send({ type: 'left', place: oldest.place });
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
  readonly #recall: () => Promise<void>;
  readonly #places = new Map<number, () => void>();
  #isClosed = false;
  #last = 0;

  /** `recall` lets all workers give back the places that they keep. */
  constructor(ledger: LocalLedger, recall: () => Promise<void>) {
    this.#ledger = ledger;
    this.#recall = recall;
  }

  answer(question: Question): Answer | Promise<Answer> {
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
    this.#isClosed = true;
    for (const place of this.#places.keys()) this.leave(place);
  }

  #enter(claims: readonly Claim[]): Answer | Promise<Answer> {
    const answer = this.#tryToEnter(claims);
    return 'place' in answer ? answer : this.#enterAfterRecall(claims, answer);
  }

  async #enterAfterRecall(claims: readonly Claim[], full: Answer): Promise<Answer> {
    await this.#recall();
    // Its worker may have ended meanwhile: nobody would give that place back.
    return this.#isClosed ? full : this.#tryToEnter(claims);
  }

  #tryToEnter(claims: readonly Claim[]): { readonly place: number } | { readonly full: number } {
    const entry = this.#ledger.enter(claims);
    if (typeof entry === 'number') return { full: entry };
    this.#last += 1;
    this.#places.set(this.#last, entry);
    return { place: this.#last };
  }
}
