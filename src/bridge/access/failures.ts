/**
 * Counts wrong guesses by address, so that secrets can't be tried out one after the other.
 */
import { networkOf } from '../base/limits.js';
import type { Refusal } from '../base/refusal.js';

/** The default number of failures within a minute before an address is blocked. */
export const DEFAULT_FAILURES = 10;
/** The time in which failures count together, in ms. */
const WINDOW = 60_000;
/** Addresses that are remembered; the oldest is forgotten for a new one. */
const MAX_ADDRESSES = 10_000;

/** Failures by address. A network of IPv6 (64 bits) is one address: its owner has all of them. */
export class Failures {
  readonly #limit: number;
  readonly #counts = new Map<string, { failures: number; readonly until: number }>();

  /** After `limit` failures within a minute an address is blocked for the rest of it. 0: never. */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 0) {
      throw new RangeError(`Cannot allow ${limit} failures: expected an integer, 0 or more`);
    }
    this.#limit = limit;
  }

  /** The answer to an address that is blocked: 429. A client without one came by a unix socket, and never is. */
  refusal(address: string | undefined): Refusal | undefined {
    const network = networkOf(address);
    const entry = network !== undefined && this.#counts.get(network);
    if (!entry || entry.failures < this.#limit) return undefined;
    const wait = Math.ceil((entry.until - performance.now()) / 1000);
    if (wait <= 0) return undefined;
    return {
      status: 429,
      message: 'Too many failed attempts from this address.',
      headers: { 'Retry-After': String(wait) },
    };
  }

  /** Counts a failure. */
  add(address: string | undefined): void {
    const network = networkOf(address);
    if (this.#limit === 0 || network === undefined) return;
    const now = performance.now();
    const entry = this.#counts.get(network);
    if (entry && entry.until > now) {
      entry.failures += 1;
      return;
    }
    // Deleted first: the map is then in the order of time, and what is forgotten is the oldest.
    this.#counts.delete(network);
    this.#counts.set(network, { failures: 1, until: now + WINDOW });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MAX_ADDRESSES && oldest !== undefined) this.#counts.delete(oldest);
  }
}
