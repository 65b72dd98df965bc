/**
 * Counts wrong guesses by address, so that secrets can't be found by brute force.
 */
import type { Ledger, Tally } from '../base/ledger.js';
import { networkOf } from '../base/limits.js';
import type { Refusal } from '../base/refusal.js';

/** The default number of failures within a minute before an address is blocked. */
export const DEFAULT_FAILURES = 10;

/** Failures by address. An IPv6 /64 network counts as one address: its owner has all the addresses in it. */
export class Failures {
  readonly #name: string;
  readonly #limit: number;
  readonly #ledger: Ledger;

  /**
   * After `limit` failures within a minute, an address is blocked for the rest of that minute (0: never). `name` says what is
   * guessed. Throws a RangeError for an invalid limit.
   */
  constructor(name: string, limit: number, ledger: Ledger) {
    if (!Number.isInteger(limit) || limit < 0) {
      throw new RangeError(`Cannot allow ${limit} failures: expected an integer, 0 or more`);
    }
    this.#name = name;
    this.#limit = limit;
    this.#ledger = ledger;
  }

  /** The refusal for a blocked address: 429. A client without an address came by a unix socket, and is never blocked. */
  async refusal(address: string | undefined): Promise<Refusal | undefined> {
    const key = this.#key(address);
    return key === undefined ? undefined : this.#judge(await this.#ledger.failures(key));
  }

  /** Counts a failure. Resolves with the refusal if the address was already blocked before it. */
  async add(address: string | undefined): Promise<Refusal | undefined> {
    const key = this.#key(address);
    return key === undefined ? undefined : this.#judge(await this.#ledger.fail(key, this.#limit));
  }

  #key(address: string | undefined): string | undefined {
    const network = networkOf(address);
    if (this.#limit === 0 || network === undefined) return undefined;
    return `${this.#name} guessed by ${network}`;
  }

  #judge({ failures, wait }: Tally): Refusal | undefined {
    if (failures < this.#limit) return undefined;
    return {
      status: 429,
      message: 'Too many failed attempts from this address.',
      headers: { 'Retry-After': String(Math.ceil(wait / 1000)) },
    };
  }
}
