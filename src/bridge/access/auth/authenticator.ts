/**
 * What decides who may connect, beside the rules on `Host` and `Origin` that always hold.
 */
import type { Refusal } from '../../base/refusal.js';
import type { BridgeRequest } from '../../base/request.js';

/** Lets a request in or refuses it. */
export interface Authenticator {
  /**
   * True lets the request in; a refusal is its answer; anything else is a plain 403, so that what forgets to answer
   * lets nobody in. Identity never comes from headers that any client can send, such as `X-Forwarded-User`.
   */
  authenticate(request: BridgeRequest): boolean | Refusal | Promise<boolean | Refusal>;
  /** Other origins whose pages may ask, as with `allowOrigins`. */
  readonly origins?: readonly string[];
}
