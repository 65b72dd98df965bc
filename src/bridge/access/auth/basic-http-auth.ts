/**
 * Checks a user name and a password sent by HTTP Basic (RFC 7617).
 */
import type { Refusal } from '../../base/refusal.js';
import type { BridgeRequest } from '../../base/request.js';
import { sameSecret } from '../../base/secret.js';
import type { Authenticator } from './authenticator.js';

const UNAUTHORIZED: Refusal = {
  status: 401,
  message: 'A user name and password are required.',
  headers: { 'WWW-Authenticate': 'Basic realm="websock-bridge", charset="UTF-8"' },
};

/** Allows clients that know the user name and password, and answers the others with 401. */
export class BasicHTTPAuth implements Authenticator {
  readonly #credentials: string;

  /** Takes `user:password`. Throws a RangeError when there is no colon. */
  constructor(source: string) {
    if (!source.includes(':')) {
      throw new RangeError('Cannot use the source of BasicHTTPAuth: expected user:password');
    }
    this.#credentials = source;
  }

  authenticate({ headers }: BridgeRequest): boolean | Refusal {
    const line = headers.get('authorization') ?? '';
    const [, encoded] = /^basic +([a-z\d+/]+={0,2})$/i.exec(line) ?? [];
    if (encoded === undefined) return UNAUTHORIZED;
    const given = Buffer.from(encoded, 'base64').toString();
    return sameSecret(given, this.#credentials) || UNAUTHORIZED;
  }
}
