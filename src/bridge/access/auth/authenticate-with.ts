/**
 * Turns an authenticator into the bridge's option, with the limit on failures that applies to all of them.
 */
import { DEFAULT_FAILURES, Failures } from '../failures.js';
import type { Authenticate } from '../contracts.js';
import { type Ledger, LocalLedger } from '../../base/ledger.js';
import type { Refusal } from '../../base/refusal.js';
import type { Authenticator } from './authenticator.js';

const REFUSED: Refusal = { status: 403, message: 'Not allowed.' };
const FAILED: Refusal = { status: 503, message: 'Authentication is temporarily unavailable.' };

/** The rules for who may try. */
export interface AuthenticationRules {
  /** Wrong passwords within a minute after which an address gets 429 for the rest of it. Default 10; 0: never. */
  readonly maxFailures?: number | undefined;
  /** Where they are counted. Default: by themselves. */
  readonly ledger?: Ledger | undefined;
}

/**
 * An authenticator, for the option `authenticate` of `createBridge`. After `maxFailures` (default 10; 0: never) wrong
 * passwords within a minute, an address gets 429 for the rest of that minute. The authenticator's `origins` must be
 * allowed as well (`allowOrigins`). Throws a RangeError for an invalid `maxFailures`.
 *
 * ```js
 * const auth = await openAuthenticator('BasicHTTPAuth', 'alice:secret');
 * const bridge = createBridge({ target, authenticate: authenticateWith(auth) });
 * ```
 */
export function authenticateWith(
  authenticator: Authenticator,
  { maxFailures = DEFAULT_FAILURES, ledger = new LocalLedger() }: AuthenticationRules = {},
): Authenticate {
  const failures = new Failures('password', maxFailures, ledger);
  return async (request) => {
    const { remoteAddress } = request;
    const early = await failures.refusal(remoteAddress);
    if (early) return early;
    let answer: boolean | Refusal;
    try {
      answer = await authenticator.authenticate(request);
    } catch {
      // Without the message: what the client sent may be in it.
      return { ...FAILED, detail: 'the authenticator failed' };
    }
    // A browser's first request has no password yet: it learns from the 401 that one is wanted.
    const isGuess = answer !== true && request.headers.has('authorization');
    // Checked again: of many concurrent guesses, those beyond the limit get no answer either.
    const late = await (isGuess ? failures.add(remoteAddress) : failures.refusal(remoteAddress));
    if (late) return late;
    if (answer === true) return true;
    return typeof answer === 'object' && answer !== null && 'status' in answer ? answer : REFUSED;
  };
}
