/**
 * HTTP/2: answers plain requests, and turns valid requests for a WebSocket (RFC 8441) into visitors.
 */
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { type Peer, peerOf } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { Visitor } from '../base/visitor.js';
import { H2Response } from './h2-response.js';
import { H2Session } from './h2-session.js';
import { H2Visitor } from './h2-visitor.js';
import { sessionWindow, STREAM_WINDOW } from './h2-windows.js';
import { judgeConnect } from './handshake.js';
import { readStreamHead } from './head.js';
import { judgeVisit, type VisitOptions } from './judge-visit.js';
import { answerPlain, NO_PROXY, type PlainOptions } from './plain.js';
import { refuseStream } from './refuse.js';
import { rehearse } from './rehearsal.js';

/** Streams that one client may have open: WebSockets and requests alike. */
const MAX_STREAMS = 64;
const SESSION_WINDOW = sessionWindow(MAX_STREAMS);
/** The most bytes in all headers of a request, as for HTTP/1. */
const MAX_HEADERS = 16 * 1024;
/**
 * Node counts the bytes queued for a slow client against this, in MB, and refuses further streams above it. The queue of
 * each stream has its own limit here.
 */
const SESSION_MEMORY = 1_000;
/** How long a plain request may go without a byte in either direction, in ms. */
const IDLE_TIMEOUT = 60_000;

/** Node's types leave out the last argument: header names and values in turn, as received. */
type StreamListener = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  raw?: string[],
) => void;

const UNKNOWN_PROTOCOL: Refusal = { status: 501, message: 'Only WebSockets are accepted.' };

/** The options of an HTTP/2 server. */
export interface H2Options extends PlainOptions, VisitOptions {
  /** Takes a client with a valid request. */
  readonly onVisitor: (visitor: Visitor) => void;
  /** Called for bytes that are not HTTP/2. */
  readonly onMalformed: (peer: Peer, refusal: Refusal) => void;
}

/** An HTTP/2 server without a port: connections are given to it. */
export class H2Server {
  readonly #server: Http2Server;
  readonly #options: H2Options;
  readonly #sessions = new Set<H2Session>();
  #isClosed = false;

  constructor(options: H2Options) {
    this.#options = options;
    this.#server = createServer({
      maxSessionMemory: SESSION_MEMORY,
      settings: {
        enableConnectProtocol: true,
        enablePush: false,
        initialWindowSize: STREAM_WINDOW,
        maxConcurrentStreams: MAX_STREAMS,
        maxHeaderListSize: MAX_HEADERS,
      },
    });
  }

  /** Serves a connection. */
  serve(socket: Socket): void {
    const peer = peerOf(socket);
    // HTTP/2 has no use for a half-open connection, and would not notice that the client has left.
    socket.allowHalfOpen = false;
    const begin = (session: ServerHttp2Session) => this.#begin(session, peer);
    this.#server.once('session', begin);
    this.#server.emit('connection', socket);
    this.#server.off('session', begin);
  }

  /** Tells every client to open no more streams; open ones continue. */
  close(): void {
    this.#isClosed = true;
    for (const session of this.#sessions) session.close();
  }

  #begin(session: ServerHttp2Session, peer: Peer): void {
    const client = new H2Session(session);
    this.#sessions.add(client);
    session.setLocalWindowSize(SESSION_WINDOW);
    const open: StreamListener = (stream, headers, _flags, raw = []) =>
      this.#open(client, stream, headers, readStreamHead(raw, peer, this.#options.trustedProxies));
    session.on('stream', open);
    session.on('error', (error) => {
      const detail = `HTTP/2: ${error.message}`;
      this.#options.onMalformed(peer, { status: 400, message: 'Expected HTTP/2.', detail });
    });
    session.once('close', () => this.#sessions.delete(client));
    if (this.#isClosed) session.close();
  }

  #open(
    client: H2Session,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    head: RequestHead | Refusal,
  ): void {
    stream.on('error', () => {
      // 'close' follows and is what counts.
    });
    // The client reset the stream in the same packet.
    if (stream.destroyed || stream.closed) return;
    client.opened(stream);
    if ('status' in head) refuseStream(stream, head);
    else if (head.method !== 'CONNECT') this.#answer(stream, headers, head);
    else if (headers[':protocol'] === 'websocket') {
      this.#admit(client, new H2Visitor(head, stream, client.windows));
    } else {
      const refusal = headers[':protocol'] === undefined ? NO_PROXY : UNKNOWN_PROTOCOL;
      this.#options.onRefused(head, refusal);
      refuseStream(stream, refusal);
    }
  }

  #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, head: RequestHead): void {
    stream.setTimeout(IDLE_TIMEOUT, () => stream.destroy(new Error('The request took too long')));
    // The body of a request is discarded.
    stream.resume();
    const response = new H2Response(stream);
    if (rehearse(head, response, this.#options)) return;
    void answerPlain(head, headers, response, this.#options);
  }

  #admit(client: H2Session, visitor: H2Visitor): void {
    const refusal = judgeVisit(visitor.request, this.#options, judgeConnect);
    if (refusal) {
      this.#options.onRefused(visitor.request, refusal);
      visitor.refuse(refusal);
    } else {
      client.count(visitor, this.#options);
      this.#options.onVisitor(visitor);
    }
  }
}
