/**
 * Counts limited places and failures. Bridges that take over from each other share one, and so do the processes of one
 * bridge, so each answer may be asynchronous.
 */

/** One of the counts that a place is taken from. */
export interface Claim {
  readonly key: string;
  /** How many places there are; 0: no limit. */
  readonly limit: number;
}

/** A function that gives the places back, to be called once; or the index of the claim that has none left. */
export type Entry = (() => void) | number;

/** The failures that count together. */
export interface Tally {
  readonly failures: number;
  /** When they are forgotten, in ms from now. */
  readonly wait: number;
}

/** What counts. */
export interface Ledger {
  /** Takes one place from each count, or none. */
  enter(claims: readonly Claim[]): Entry | Promise<Entry>;
  /** The failures so far. */
  failures(key: string): Tally | Promise<Tally>;
  /** Counts a failure, unless there are `limit` already; resolves with those before it. */
  fail(key: string, limit: number): Tally | Promise<Tally>;
  /** Whether this is the first use of something that may be used once. False if too many are remembered. */
  use(key: string): boolean | Promise<boolean>;
}

/** The time in which failures count together, in ms. */
const WINDOW = 60_000;
/** Keys with failures that are remembered; the oldest is forgotten for a new one. */
const MAX_FAILED = 10_000;
/** How long a use is remembered, in ms: longer than anything is good for, also by a clock that was put back meanwhile. */
const REMEMBERED = 40_000;
/** Uses that are remembered at once. */
const MAX_USED = 100_000;

/** A ledger in this process. */
export class LocalLedger implements Ledger {
  #counts = new Map<string, number>();
  readonly #failed = new Map<string, { failures: number; readonly until: number }>();
  /** When things were used, by `performance.now()`, which is monotonic, and in that order. */
  readonly #used = new Map<string, number>();

  enter(claims: readonly Claim[]): Entry {
    const full = claims.findIndex(
      ({ key, limit }) => limit > 0 && (this.#counts.get(key) ?? 0) >= limit,
    );
    if (full !== -1) return full;
    for (const { key } of claims) this.#count(key, 1);
    return () => {
      for (const { key } of claims) this.#count(key, -1);
    };
  }

  failures(key: string): Tally {
    const { failures = 0, until = 0 } = this.#failed.get(key) ?? {};
    const wait = until - performance.now();
    return wait > 0 ? { failures, wait } : { failures: 0, wait: 0 };
  }

  fail(key: string, limit: number): Tally {
    const before = this.failures(key);
    const entry = this.#failed.get(key);
    if (before.failures > 0 && entry) {
      if (before.failures < limit) entry.failures += 1;
      return before;
    }
    // Deleted first: the map is then in the order of time, and what is forgotten is the oldest.
    this.#failed.delete(key);
    this.#failed.set(key, { failures: 1, until: performance.now() + WINDOW });
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > MAX_FAILED && oldest !== undefined) this.#failed.delete(oldest);
    return before;
  }

  use(key: string): boolean {
    const now = performance.now();
    if (this.#used.has(key)) return false;
    for (const [each, used] of this.#used) {
      if (now - used < REMEMBERED) break;
      this.#used.delete(each);
    }
    if (this.#used.size >= MAX_USED) return false;
    this.#used.set(key, now);
    return true;
  }

  /** Shares its counts with another ledger: the places that either has given away count in both. */
  continueFrom(other: LocalLedger): void {
    const own = this.#counts;
    if (own === other.#counts) return;
    this.#counts = other.#counts;
    for (const [key, count] of own) this.#count(key, count);
  }

  #count(key: string, change: number): void {
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}

/** Goes on with a value, now or when it is there. */
export function whenThere<T>(value: T | Promise<T>, next: (value: T) => void): void {
  if (!(value instanceof Promise)) return next(value);
  void (async () => next(await value))();
}
