/**
 * HTTP/1: answers plain requests, and turns valid requests for a WebSocket into visitors.
 */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { destroyOnError } from '../base/destroy-on-error.js';
import { type Peer, peerOf } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { Visitor } from '../base/visitor.js';
import { H1Visitor } from './h1-visitor.js';
import { asksForWebSocket, judgeUpgrade } from './handshake.js';
import { readHead } from './head.js';
import { judgeVisit, type VisitOptions } from './judge-visit.js';
import { answerPlain, NO_PROXY, type PlainOptions } from './plain.js';
import { readFailure } from './malformed.js';
import { rehearse } from './rehearsal.js';
import { hangUp, refuseSocket } from './refuse.js';

/** How long a client may take to send a request's headers, in ms. */
const HEADERS_TIMEOUT = 10_000;
/** How long an HTTP connection may go without a byte in either direction, in ms. */
const IDLE_TIMEOUT = 60_000;
/** How many requests may wait for their answers on a connection; a client that sends more is dropped. */
const MAX_WAITING = 100;

const TOO_EARLY: Refusal = {
  status: 400,
  message: 'An earlier request on this connection is still pending.',
};

/** The options of an HTTP/1 server. */
export interface H1Options extends PlainOptions, VisitOptions {
  /** Takes a client with a valid request. */
  readonly onVisitor: (visitor: Visitor) => void;
  /** Called for what is not a valid request, or not complete in time. */
  readonly onMalformed: (peer: Peer, refusal: Refusal) => void;
}

/** An HTTP/1 server without a port: connections are given to it. */
export class H1Server {
  readonly #server: Server;
  readonly #options: H1Options;
  readonly #peers = new WeakMap<Duplex, Peer>();
  /** The unfinished responses of each connection, in order. */
  readonly #waiting = new WeakMap<Duplex, Set<ServerResponse>>();

  constructor(options: H1Options) {
    this.#options = options;
    this.#server = createServer({
      headersTimeout: HEADERS_TIMEOUT,
      connectionsCheckingInterval: 1_000,
    });
    this.#server.timeout = IDLE_TIMEOUT;
    // Node would drop headers beyond a limit on their number before they are judged; their size is limited anyway.
    this.#server.maxHeadersCount = 0;
    this.#server.on('request', (request, response) => this.#request(request, response));
    this.#server.on('upgrade', (request, socket, head) =>
      this.#upgrade(request, socket as Socket, head),
    );
    this.#server.on('connect', (request, socket) => this.#refuseConnect(request, socket as Socket));
    this.#server.on('clientError', (error, socket) =>
      this.#refuseMalformed(error, socket as Socket),
    );
    // This starts Node's check for clients that take too long to send their headers.
    this.#server.emit('listening');
  }

  /** Serves a connection. */
  serve(socket: Socket): void {
    this.#peers.set(socket, peerOf(socket));
    this.#server.emit('connection', socket);
  }

  /** Drops the connections that have no request in progress. */
  close(): void {
    this.#server.close();
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(this.#headOf(request), request, response);
  }

  /** Answers a request after the earlier ones on its connection. Until then, it opens no file and calls no user function. */
  #answer(head: RequestHead, request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (socket.destroyed) return;
    const waiting = this.#waiting.get(socket) ?? new Set();
    const earlier = [...waiting].at(-1);
    if (waiting.size >= MAX_WAITING) {
      socket.destroy();
      return;
    }
    this.#waiting.set(socket, waiting.add(response));
    response.once('close', () => waiting.delete(response));
    const answer = () => {
      // A response without a socket follows an answer that ended the connection.
      if (!response.socket || rehearse(head, response, this.#options)) return;
      void answerPlain(head, request.headers, response, this.#options);
    };
    if (earlier) earlier.once('close', answer);
    else answer();
  }

  #upgrade(request: IncomingMessage, socket: Socket, rest: Buffer): void {
    socket.setTimeout(0);
    destroyOnError(socket);
    // Bytes that came with the handshake go back in front now, before more arrive.
    if (rest.length > 0) socket.unshift(rest);
    const head = this.#headOf(request);
    const earlier = [...(this.#waiting.get(socket) ?? [])].at(-1);
    const isWebSocket = asksForWebSocket(head.fields);
    if (earlier || !isWebSocket) this.#keepAnswering(socket);
    if (isWebSocket) this.#admit(new H1Visitor(head, socket), request.httpVersion, earlier);
    else if (earlier) earlier.once('close', () => this.#ignoreUpgrade(head, request, socket));
    else this.#ignoreUpgrade(head, request, socket);
  }

  #admit(visitor: Visitor, httpVersion: string, earlier: ServerResponse | undefined): void {
    const { onVisitor, onRefused } = this.#options;
    const refusal = earlier
      ? TOO_EARLY
      : judgeVisit(visitor.request, this.#options, (head, services) =>
          judgeUpgrade(head, httpVersion, services),
        );
    if (!refusal) {
      onVisitor(visitor);
      return;
    }
    onRefused(visitor.request, refusal);
    // Sent after the earlier answer: otherwise the client would take this one for a part of it.
    if (earlier) earlier.once('close', () => visitor.refuse(refusal));
    else visitor.refuse(refusal);
  }

  /**
   * Answers a request for an upgrade to another protocol as if it had asked for none (RFC 9110 section 7.8). Node has
   * detached the connection from its server, so the connection ends with the answer.
   */
  #ignoreUpgrade(head: RequestHead, request: IncomingMessage, socket: Socket): void {
    if (socket.destroyed) return;
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => {
      response.detachSocket(socket);
      hangUp(socket);
    });
    this.#answer(head, request, response);
  }

  /** CONNECT is for forward proxies. */
  #refuseConnect(request: IncomingMessage, socket: Socket): void {
    const head = this.#headOf(request);
    destroyOnError(socket);
    this.#options.onRefused(head, NO_PROXY);
    const [earlier] = [...(this.#waiting.get(socket) ?? [])].slice(-1);
    if (earlier) earlier.once('close', () => refuseSocket(socket, NO_PROXY));
    else refuseSocket(socket, NO_PROXY);
  }

  /** Refuses what Node's parser can't read, or has waited for too long. */
  #refuseMalformed(error: Error, socket: Socket): void {
    const refusal = readFailure(error, socket);
    if (!refusal || !socket.writable) {
      socket.destroy();
      return;
    }
    this.#options.onMalformed(this.#peers.get(socket) ?? peerOf(socket), refusal);
    // While another answer is pending, the client would take this one for a part of it.
    if ((this.#waiting.get(socket)?.size ?? 0) > 0) socket.destroy();
    else refuseSocket(socket, refusal);
  }

  /** Does for the pending answers what Node does not after an upgrade: relays 'drain', and drops an idle connection. */
  #keepAnswering(socket: Socket): void {
    socket.on('drain', () => {
      const [response] = this.#waiting.get(socket) ?? [];
      response?.emit('drain');
    });
    socket.setTimeout(IDLE_TIMEOUT, () => socket.destroy());
  }

  #headOf(request: IncomingMessage): RequestHead {
    const { socket } = request;
    return readHead(
      request,
      this.#peers.get(socket) ?? peerOf(socket),
      this.#options.trustedProxies,
    );
  }
}
