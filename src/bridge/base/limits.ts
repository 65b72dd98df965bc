/**
 * How many may be there at the same time, in all and from one address.
 */
import { isIPv6 } from 'node:net';
import type { Refusal } from './refusal.js';

/** The limits; 0 means no limit. */
export interface LimitOptions {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

const TOO_MANY: Refusal = { status: 503, message: 'Too many connections.' };
const TOO_MANY_HERE: Refusal = {
  status: 429,
  message: 'Too many connections from this address.',
};

/** Counts whatever is limited. */
export class Limits {
  readonly #options: LimitOptions;
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(options: LimitOptions) {
    this.#options = options;
  }

  /** Takes a place and returns a function that releases it, to be called once; or a refusal if none is left. */
  enter(address: string | undefined): Refusal | (() => void) {
    const { maxConnections, maxConnectionsPerAddress } = this.#options;
    const network = networkOf(address);
    const count = network === undefined ? 0 : (this.#counts.get(network) ?? 0);
    if (maxConnections > 0 && this.#total >= maxConnections) return TOO_MANY;
    if (maxConnectionsPerAddress > 0 && count >= maxConnectionsPerAddress) return TOO_MANY_HERE;
    this.#count(network, 1);
    return () => this.#count(network, -1);
  }

  #count(network: string | undefined, change: number): void {
    this.#total += change;
    if (network === undefined) return;
    const count = (this.#counts.get(network) ?? 0) + change;
    if (count > 0) this.#counts.set(network, count);
    else this.#counts.delete(network);
  }
}

/** What counts as one address: an IPv4 address, or an IPv6 network of 64 bits, which one host can have to itself. */
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
