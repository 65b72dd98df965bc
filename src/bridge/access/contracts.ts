/**
 * The functions of the user's that decide about a request.
 */
import type { IncomingMessage } from 'node:http';
import type { Target } from '../base/address.js';
import type { Refusal } from '../base/refusal.js';

/**
 * Tells where a WebSocket goes; `undefined` and a Refusal refuse it, the first with 403 and no hint. An exception is
 * logged and answered with 500. `signal` aborts when the client leaves or `connectTimeout` is over.
 */
export type TargetSource = (
  request: IncomingMessage,
  signal: AbortSignal,
) => Target | Refusal | undefined | Promise<Target | Refusal | undefined>;

/** Tells whether a request may go on: `true`, or what to answer. An exception is logged and answered with 500. */
export type Authenticate = (
  request: IncomingMessage,
  signal: AbortSignal,
) => true | Refusal | Promise<true | Refusal>;
