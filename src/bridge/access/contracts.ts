/**
 * The user's functions that decide about a request.
 */
import type { Target } from '../base/address.js';
import type { Refusal } from '../base/refusal.js';
import type { BridgeRequest } from '../base/request.js';

/**
 * Returns the target of a WebSocket, a Refusal to answer with, or `undefined` for a plain 403. An exception is logged and
 * answered with 500. `signal` aborts when the client leaves or `connectTimeout` expires.
 */
export interface TargetSource {
  (
    request: BridgeRequest,
    signal: AbortSignal,
  ): Target | Refusal | undefined | Promise<Target | Refusal | undefined>;
  /** Returns the token of a request that the source has found a target for; `maxSessionsPerToken` counts sessions by it. */
  tokenOf?(request: BridgeRequest): string | undefined;
  /** Releases the source's resources. The bridge calls this at its end. */
  close?(): void | Promise<void>;
}

/** Returns `true` to allow a request, or the refusal to answer with. An exception is logged and answered with 500. */
export type Authenticate = (
  request: BridgeRequest,
  signal: AbortSignal,
) => true | Refusal | Promise<true | Refusal>;
