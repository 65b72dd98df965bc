/**
 * Turns an authenticator into the bridge's option, with a limit on failures that applies to every authenticator.
 */
import { DEFAULT_FAILURES, Failures } from '../failures.js';
import type { Authenticate } from '../contracts.js';
import { type Ledger, LocalLedger } from '../../base/ledger.js';
import type { Refusal } from '../../base/refusal.js';
import type { Authenticator } from './authenticator.js';

const REFUSED: Refusal = { status: 403, message: 'Not allowed.' };
const FAILED: Refusal = { status: 503, message: 'Authentication is temporarily unavailable.' };

/** How often an address may fail to authenticate. */
export interface AuthenticationRules {
  /** After this many wrong passwords within a minute, an address gets 429 for the rest of that minute. Default 10; 0: never. */
  readonly maxFailures?: number | undefined;
  /** Counts the wrong passwords. Default: a ledger of its own. */
  readonly ledger?: Ledger | undefined;
}

/**
 * Turns an authenticator into a function for the option `authenticate` of `createBridge`. After `maxFailures` wrong
 * passwords within a minute (default 10; 0: never), an address gets 429 for the rest of that minute. If the authenticator
 * has `origins`, list them in `allowOrigins` as well. Throws a RangeError for an invalid `maxFailures`.
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
      // The message is left out: it may contain what the client sent.
      return { ...FAILED, detail: 'the authenticator failed' };
    }
    // A browser's first request has no password yet: the 401 tells it that one is required.
    const isGuess = answer !== true && request.headers.has('authorization');
    // Checked again: many guesses may run concurrently, and those beyond the limit must learn nothing.
    const late = await (isGuess ? failures.add(remoteAddress) : failures.refusal(remoteAddress));
    if (late) return late;
    if (answer === true) return true;
    return typeof answer === 'object' && answer !== null && 'status' in answer ? answer : REFUSED;
  };
}
