/**
 * Limits how many connections or sessions may be open at the same time, in all and from one address.
 */
import { isIPv6 } from 'node:net';
import type { Entry, Ledger } from './ledger.js';
import type { Refusal } from './refusal.js';

/** The limits; 0 means no limit. */
export interface LimitOptions {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

const TOO_MANY: Refusal = { status: 503, kind: 'too_many', message: 'Too many connections.' };
const TOO_MANY_HERE: Refusal = {
  status: 429,
  kind: 'too_many_from_address',
  message: 'Too many connections from this address.',
};
const REFUSALS = [TOO_MANY, TOO_MANY_HERE];

/** A function that releases the place, to be called once, or the refusal if none is free. */
export type Place = Refusal | (() => void);

/** Hands out places within the limits. */
export class Limits {
  readonly #name: string;
  readonly #options: LimitOptions;
  readonly #ledger: Ledger;

  /** `name` says what is limited. */
  constructor(name: string, options: LimitOptions, ledger: Ledger) {
    this.#name = name;
    this.#options = options;
    this.#ledger = ledger;
  }

  /** Takes a place for a client at `address`. */
  enter(address: string | undefined): Place | Promise<Place> {
    const { maxConnections, maxConnectionsPerAddress } = this.#options;
    const network = networkOf(address);
    const total = { key: this.#name, limit: maxConnections };
    const here = { key: `${this.#name} of ${network}`, limit: maxConnectionsPerAddress };
    const entry = this.#ledger.enter(network === undefined ? [total] : [total, here]);
    return entry instanceof Promise ? entry.then(placeOf) : placeOf(entry);
  }
}

function placeOf(entry: Entry): Place {
  return typeof entry === 'number' ? (REFUSALS[entry] ?? TOO_MANY) : entry;
}

/** What counts as one address: an IPv4 address, or an IPv6 /64 network, since a single host may have all of it. */
export function networkOf(address: string | undefined): string | undefined {
  if (address === undefined || !isIPv6(address)) return address;
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  const [left = '', right] = address.replace(/%.*$/, '').split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array.from({ length: zeros }, () => '0'), ...tail].slice(0, 4).join(':');
}
