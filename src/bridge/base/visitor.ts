/**
 * The seam between HTTP and what lies behind it: a client that asks for a WebSocket, over any version of HTTP.
 */
import type { Duplex } from 'node:stream';
import type { Refusal } from './refusal.js';
import type { RequestHead } from './request.js';

/** A client that waits for its WebSocket. It is either accepted or refused, once. */
export interface Visitor {
  readonly request: RequestHead;
  /** The subprotocols that it offers, in its order. */
  readonly protocols: readonly string[];
  /** Aborted when the client leaves before it is answered, and by any code that gives up on it. */
  readonly leave: AbortController;
  /**
   * Opens the WebSocket with `subprotocol` ('' for none) and returns its byte stream, half-open allowed; undefined if the
   * client has left.
   */
  accept(subprotocol: string): Duplex | undefined;
  refuse(refusal: Refusal): void;
}
