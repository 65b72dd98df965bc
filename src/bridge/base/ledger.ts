/**
 * Counts places and failures against their limits. Bridges that take over from each other share a ledger, and so do the
 * processes of one bridge, so each answer may be asynchronous.
 */

/** One of the counts to take a place from. */
export interface Claim {
  readonly key: string;
  /** How many places there are; 0: no limit. */
  readonly limit: number;
}

/** A function that releases the places, to be called once, or the index of the first claim without a free place. */
export type Entry = (() => void) | number;

/** A count of recent failures. */
export interface Tally {
  readonly failures: number;
  /** When they will be forgotten, in ms from now. */
  readonly wait: number;
}

/** Counts places, failures and single uses, each under a key. */
export interface Ledger {
  /** Takes one place from every count, or none at all. */
  enter(claims: readonly Claim[]): Entry | Promise<Entry>;
  /** Returns the failures counted so far. */
  failures(key: string): Tally | Promise<Tally>;
  /** Counts a failure, unless there are already `limit`; returns the failures before it. */
  fail(key: string, limit: number): Tally | Promise<Tally>;
  /** Returns whether this is the first use of a key that may be used once. Also false while too many uses are remembered. */
  use(key: string): boolean | Promise<boolean>;
}

/** How long failures are counted, from the first one on, in ms. */
const WINDOW = 60_000;
/** How many keys with failures are remembered; beyond that, a new one replaces the oldest. */
const MAX_FAILED = 10_000;
/** How long a use is remembered, in ms: longer than a signature is valid, even if the clock is set back by 5 s meanwhile. */
const REMEMBERED = 40_000;
/** How many uses are remembered at once. */
const MAX_USED = 100_000;

/** A ledger in this process's memory. */
export class LocalLedger implements Ledger {
  #counts = new Map<string, number>();
  readonly #failed = new Map<string, { failures: number; readonly until: number }>();
  /** When each key was used, oldest first, by `performance.now()`, which is monotonic. */
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
    // Deleted first, so that the map stays in order of time and its first key is the oldest.
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

  /** Merges its counts of places with another ledger's: a place taken from either counts in both from then on. */
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

/** Passes a value to `next`: at once, or when its promise resolves. */
export function whenThere<T>(value: T | Promise<T>, next: (value: T) => void): void {
  if (!(value instanceof Promise)) return next(value);
  void (async () => next(await value))();
}
