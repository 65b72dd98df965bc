/**
 * The seam between HTTP and what is behind it: a client that asks for a WebSocket, whatever version of HTTP it came by.
 */
import type { Duplex } from 'node:stream';
import type { Refusal } from './refusal.js';
import type { RequestHead } from './request.js';

/** A client that waits for its WebSocket. It is either accepted or refused, once. */
export interface Visitor {
  readonly request: RequestHead;
  /** The subprotocols that it offers, in its order. */
  readonly protocols: readonly string[];
  /** Aborted when the client leaves before it is answered, and by whoever gives up on it. */
  readonly leave: AbortController;
  /**
   * Opens the WebSocket, with `subprotocol` ('' for none), and returns its bytes both ways, half-open allowed; nothing
   * when the client has left.
   */
  accept(subprotocol: string): Duplex | undefined;
  refuse(refusal: Refusal): void;
}
