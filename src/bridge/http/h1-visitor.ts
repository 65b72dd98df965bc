/**
 * A visitor over HTTP/1.1: its WebSocket takes over the connection.
 */
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { Visitor } from '../base/visitor.js';
import { formatAcceptance } from './handshake.js';
import { refuseSocket } from './refuse.js';

/** A client whose request has been read from its socket. */
export class H1Visitor implements Visitor {
  readonly request: RequestHead;
  readonly leave = new AbortController();
  readonly #socket: Socket;
  readonly #settle: () => void;

  constructor(request: RequestHead, socket: Socket) {
    this.request = request;
    this.#socket = socket;
    const abort = () => this.leave.abort();
    socket.on('end', abort).on('close', abort);
    this.#settle = () => socket.off('end', abort).off('close', abort);
  }

  get protocols(): readonly string[] {
    return this.request.fields.list('sec-websocket-protocol');
  }

  accept(subprotocol: string): Duplex | undefined {
    this.#settle();
    const socket = this.#socket;
    if (!socket.readable || !socket.writable) {
      socket.destroy();
      return undefined;
    }
    socket.write(formatAcceptance(this.request.fields, subprotocol));
    return socket;
  }

  refuse(refusal: Refusal): void {
    this.#settle();
    refuseSocket(this.#socket, refusal);
  }
}
