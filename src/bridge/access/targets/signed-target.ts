/**
 * Targets signed by a page's own server: the bridge needs neither a list nor a lookup, only a shared secret.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Address, formatAddress, parseTarget } from '../../base/address.js';
import type { Ledger } from '../../base/ledger.js';
import { parseOrigin } from '../../base/origin.js';
import { queryOf } from '../../base/request.js';

/** How long a signature is valid, in ms. */
export const SIGNATURE_LIFETIME = 30_000;
/** How far the signer's clock may be ahead of the bridge's, in ms. */
const CLOCK_TOLERANCE = 5_000;
const MIN_SECRET = 32;

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

/** Verifies what `signTarget` has signed. */
export class SignedTargets {
  readonly #secret: string | Uint8Array;
  readonly #ledger: Ledger | undefined;

  /** With a ledger, a signature is valid for one connection. Throws a RangeError for a secret of less than 32 bytes. */
  constructor(secret: string | Uint8Array, ledger: Ledger | undefined) {
    this.#secret = requireSecret(secret);
    this.#ledger = ledger;
  }

  /** Whether the request's URL claims to be signed. */
  static claims(url: string): boolean {
    return queryOf(url).has('signature');
  }

  /** The target in the request's URL; undefined if its signature is wrong, expired, for another page, or already used. */
  async verify(url: string, origin: string | undefined): Promise<Address | undefined> {
    const query = queryOf(url);
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
    // Negated, so that NaN is refused too.
    if (!(left > 0 && left <= SIGNATURE_LIFETIME + CLOCK_TOLERANCE)) return undefined;
    const key = `signature ${expected.toString('base64url')}`;
    if (this.#ledger && !(await this.#ledger.use(key))) return undefined;
    return parseTarget(fields.target);
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
