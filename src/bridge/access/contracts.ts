/**
 * The functions of the user's that decide about a request.
 */
import type { Target } from '../base/address.js';
import type { Refusal } from '../base/refusal.js';
import type { BridgeRequest } from '../base/request.js';

/**
 * Tells where a WebSocket goes; `undefined` and a Refusal refuse it, the first with 403 and no hint. An exception is
 * logged and answered with 500. `signal` aborts when the client leaves or `connectTimeout` is over.
 */
export interface TargetSource {
  (
    request: BridgeRequest,
    signal: AbortSignal,
  ): Target | Refusal | undefined | Promise<Target | Refusal | undefined>;
  /** Gives back what the source holds. The bridge calls it when it has ended. */
  close?(): void | Promise<void>;
}

/** Tells whether a request may go on: `true`, or what to answer. An exception is logged and answered with 500. */
export type Authenticate = (
  request: BridgeRequest,
  signal: AbortSignal,
) => true | Refusal | Promise<true | Refusal>;
