/**
 * Turns an authenticator into the bridge's option, with the limit on failures that applies to all of them.
 */
import { DEFAULT_FAILURES, Failures } from '../failures.js';
import type { Authenticate } from '../contracts.js';
import type { Refusal } from '../../base/refusal.js';
import type { Authenticator } from './authenticator.js';

const REFUSED: Refusal = { status: 403, message: 'Not allowed.' };
const FAILED: Refusal = { status: 503, message: 'Authentication is temporarily unavailable.' };

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
  { maxFailures = DEFAULT_FAILURES }: { readonly maxFailures?: number | undefined } = {},
): Authenticate {
  const failures = new Failures(maxFailures);
  return async (request) => {
    const { remoteAddress } = request;
    const early = failures.refusal(remoteAddress);
    if (early) return early;
    let answer: boolean | Refusal;
    try {
      answer = await authenticator.authenticate(request);
    } catch {
      // Without the message: what the client sent may be in it.
      return { ...FAILED, detail: 'the authenticator failed' };
    }
    const late = failures.refusal(remoteAddress);
    if (late) return late;
    if (answer === true) return true;
    // A browser's first request has no password yet: it learns from the 401 that one is wanted.
    if (request.headers.has('authorization')) failures.add(remoteAddress);
    return typeof answer === 'object' && answer !== null && 'status' in answer ? answer : REFUSED;
  };
}
