/**
 * Targets signed by a page's own server: the bridge needs neither a list nor a lookup, only a shared secret.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Address, formatAddress, parseTarget } from '../../base/address.js';
import { parseOrigin } from '../../base/origin.js';
import { parseQuery } from './request-token.js';

/** How long a signature is good for, in ms. */
export const SIGNATURE_LIFETIME = 30_000;
/** How far the signer's clock may be ahead of the bridge's, in ms. */
const CLOCK_TOLERANCE = 5_000;
const MIN_SECRET = 32;
/** How long a used signature is remembered, in ms: until it expires, also by a clock that was put back meanwhile. */
const REMEMBERED = SIGNATURE_LIFETIME + 2 * CLOCK_TOLERANCE;
/** Used signatures that are remembered at once. */
const MAX_USED = 100_000;

/** What `signTarget` signs. */
export interface SignTargetOptions {
  /** The bridge's secret: at least 32 bytes. */
  readonly secret: string | Uint8Array;
  /** The target that the bridge connects to: `host:port`, with an IPv6 host in brackets. */
  readonly target: string;
  /** The origin of the page that may use it, such as `https://app.example`. Without it, only clients that are not browsers may. */
  readonly origin?: string | undefined;
}

/**
 * Signs a target for the next 30 s and returns the query for the WebSocket's URL, without `?`. Throws a
 * RangeError for an invalid target, origin or secret.
 *
 * ```js
 * const query = signTarget({ secret, target: '10.0.0.7:5900', origin: 'https://app.example' });
 * response.end(`wss://bridge.example/?${query}`);
 * ```
 */
export function signTarget({ secret, target, origin }: SignTargetOptions): string {
  const page = origin === undefined ? '' : parseOrigin(origin);
  if (page === undefined) {
    throw new RangeError(`Cannot sign for the origin "${origin}": expected scheme://host[:port]`);
  }
  const fields = {
    target: formatAddress(parseTarget(target)),
    expires: String(Date.now() + SIGNATURE_LIFETIME),
    nonce: randomBytes(12).toString('base64url'),
  };
  const signature = sign(requireSecret(secret), fields, page).toString('base64url');
  return new URLSearchParams({ ...fields, signature }).toString();
}

/** Checks what `signTarget` made. */
export class SignedTargets {
  readonly #secret: string | Uint8Array;
  readonly #once: boolean;
  /** When signatures were used, by `performance.now()`, which is monotonic, and in that order. */
  readonly #used = new Map<string, number>();

  /** With `once`, a signature is good for one connection. Throws a RangeError for a secret under 32 bytes. */
  constructor(secret: string | Uint8Array, once: boolean) {
    this.#secret = requireSecret(secret);
    this.#once = once;
  }

  /** Whether the request's URL claims to be signed. */
  static claims(url: string): boolean {
    return parseQuery(url).has('signature');
  }

  /** The target in the request's URL; nothing when its signature is wrong, expired, for another page, or used. */
  verify(url: string, origin: string | undefined): Address | undefined {
    const query = parseQuery(url);
    const field = (name: string) => query.getAll(name).join('\n');
    const fields = { target: field('target'), expires: field('expires'), nonce: field('nonce') };
    if (Object.values(fields).some((value) => value.includes('\n'))) return undefined;
    const page = origin === undefined ? '' : parseOrigin(origin);
    if (page === undefined) return undefined;

    const expected = sign(this.#secret, fields, page);
    const [signature = '', ...more] = query.getAll('signature');
    if (more.length > 0 || !/^[\w-]{43}=?$/.test(signature)) return undefined;
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const left = Number(fields.expires) - Date.now();
    // "Not in time", the other way round: NaN is neither.
    if (!(left > 0 && left <= SIGNATURE_LIFETIME + CLOCK_TOLERANCE)) return undefined;
    const key = expected.toString('base64url');
    if (this.#once && !this.#use(key)) return undefined;
    return parseTarget(fields.target);
  }

  /** Whether this is the signature's first use. Once too many are remembered, none is accepted: it could not be checked. */
  #use(signature: string): boolean {
    const now = performance.now();
    if (this.#used.has(signature)) return false;
    for (const [key, used] of this.#used) {
      if (now - used < REMEMBERED) break;
      this.#used.delete(key);
    }
    if (this.#used.size >= MAX_USED) return false;
    this.#used.set(signature, now);
    return true;
  }
}

type Fields = Readonly<Record<'target' | 'expires' | 'nonce', string>>;

/** HMAC-SHA256 over four lines: expiry (ms since 1970), target, origin (empty for none), nonce. */
function sign(secret: string | Uint8Array, { expires, target, nonce }: Fields, origin: string) {
  return createHmac('sha256', secret).update([expires, target, origin, nonce].join('\n')).digest();
}

function requireSecret(secret: string | Uint8Array): string | Uint8Array {
  const length = Buffer.byteLength(secret);
  if (length >= MIN_SECRET) return secret;
  throw new RangeError(
    `Cannot sign targets with a secret of ${length} bytes: expected at least ${MIN_SECRET}`,
  );
}
