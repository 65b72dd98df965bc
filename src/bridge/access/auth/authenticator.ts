/**
 * Decides who may connect, in addition to the checks of `Host` and `Origin` that always apply.
 */
import type { Refusal } from '../../base/refusal.js';
import type { BridgeRequest } from '../../base/request.js';

/** Allows a request or refuses it. */
export interface Authenticator {
  /**
   * True allows the request; a refusal is the answer to send; anything else is a plain 403, so that an authenticator that forgets to
   * answer lets nobody in. Never take identity from headers that any client can send, such as `X-Forwarded-User`.
   */
  authenticate(request: BridgeRequest): boolean | Refusal | Promise<boolean | Refusal>;
  /** Other origins whose pages may connect, as with `allowOrigins`. */
  readonly origins?: readonly string[];
}
