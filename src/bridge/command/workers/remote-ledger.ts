/**
 * The ledger of the main process: how a worker uses it, and how the main process answers.
 */
import type { Claim, Entry, Ledger, LocalLedger, Tally } from '../../base/ledger.js';
import type { Answer, Question, ToMain } from './messages.js';

/** How many free places a worker keeps. */
const MAX_KEPT = 32;

/** A free place that has not been returned yet. */
interface Kept {
  /** The claims that it was taken for, as JSON. */
  readonly claims: string;
  readonly place: number;
}

/**
 * Asks the main process. A place that becomes free is kept for the next client with the same claims, until the main process
 * recalls it.
 */
export class RemoteLedger implements Ledger {
  readonly #send: (message: ToMain) => void;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  /** Oldest first. */
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

  /** Called with the answer to a question. */
  answered(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  /** Returns the places that it keeps. */
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

/** Answers the questions of one worker, and keeps track of its places. */
export class LedgerDesk {
  readonly #ledger: LocalLedger;
  readonly #recall: () => Promise<void>;
  readonly #places = new Map<number, () => void>();
  #isClosed = false;
  #last = 0;

  /** `recall` makes all workers return the places that they keep. */
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

  /** Releases a place. */
  leave(place: number): void {
    this.#places.get(place)?.();
    this.#places.delete(place);
  }

  /** Releases all places: the worker has ended. */
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
    // If the worker has ended meanwhile, nobody would release its place.
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
