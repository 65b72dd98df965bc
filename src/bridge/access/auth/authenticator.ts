/**
 * Decides who may connect, in addition to the checks of `Host` and `Origin` that always apply.
 */
import type { Refusal } from '../../base/refusal.js';
import type { BridgeRequest } from '../../base/request.js';

/** Allows a request or refuses it. */
export interface Authenticator {
  /**
   * Returns `true` to allow the request, or the refusal to answer with. Any other value gets a plain 403, so an authenticator
   * that forgets to return one lets nobody in; an exception gets 503. Never take an identity from headers that any client can
   * send, such as `X-Forwarded-User`.
   */
  authenticate(request: BridgeRequest): boolean | Refusal | Promise<boolean | Refusal>;
  /** Other origins whose pages may connect, as with `allowOrigins`. */
  readonly origins?: readonly string[];
}
