/**
 * Routes each connection by its protocol: TLS, HTTP, or any other, which goes to the fallback. The rules have
 * libwebsockets' names and order: redirect, allow plain HTTP, fallback, close.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, type Speech } from '../base/first-bytes.js';
import { type Peer, peerOf } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import { awaitSpeech } from './await-speech.js';
import type { TlsGate } from './tls.js';

/** Where connections may go. */
export interface RouterOptions {
  /** The port's TLS, if it has any. */
  readonly tls: TlsGate | undefined;
  /** Serves a connection as HTTP/1. */
  readonly serveHttp1: (socket: Socket) => void;
  /** Serves a connection as HTTP/2, if that is on. */
  readonly serveHttp2: ((socket: Socket) => void) | undefined;
  /** Forwards a connection that speaks neither HTTP nor TLS, if there is a fallback. */
  readonly fallback: ((socket: Socket) => void) | undefined;
  /** How long a client may be silent before it goes to the fallback, in ms; 0: forever. */
  readonly silenceTimeout: number;
  /** Forwards every connection, whatever it speaks: nothing is served then. */
  readonly raw: ((socket: Socket) => void) | undefined;
  readonly onRefused: (peer: Peer, refusal: Refusal) => void;
}

/** Routes the connections of a port. */
export class Router {
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Routes a connection that comes from the port. */
  readonly open = (socket: Socket): void => {
    const { tls, raw, fallback, serveHttp2 } = this.#options;
    if (tls && raw) handOver(socket, (it) => tls.admit(it));
    else if (raw) raw(socket);
    else if (tls || fallback || serveHttp2) this.#listenTo(socket);
    else handOver(socket, this.#options.serveHttp1);
  };

  /** Routes what a TLS connection carries. */
  readonly openSecure = (socket: TLSSocket): void => {
    const { raw, fallback, serveHttp2 } = this.#options;
    if (raw) raw(socket);
    else if (serveHttp2 && socket.alpnProtocol === 'h2') serveHttp2(socket);
    // Browsers announce HTTP in the handshake (ALPN), and may then be silent for a long time.
    else if (fallback && !socket.alpnProtocol) this.#listenTo(socket);
    else this.#options.serveHttp1(socket);
  };

  #listenTo(socket: Socket): void {
    const { fallback, silenceTimeout } = this.#options;
    awaitSpeech(socket, fallback ? silenceTimeout : 0, {
      onSpeech: (speech, bytes) => this.#lead(socket, speech, bytes),
      onSilence: () => fallback?.(socket),
    });
  }

  #lead(socket: Socket, speech: Speech, bytes: Buffer): void {
    const { tls, fallback, serveHttp1, serveHttp2 } = this.#options;
    const isSecure = socket instanceof TLSSocket;
    const isPlainServed = !tls || isSecure || !tls.only;
    // HTTP/2 with prior knowledge (RFC 9113 section 3.3); over TLS, clients choose it in the handshake.
    const isHttp2 = speech === 'http/2' && isPlainServed && !isSecure;
    if (speech === 'tls' && tls && !isSecure) handOver(socket, (it) => tls.admit(it));
    else if (isHttp2 && serveHttp2) handOver(socket, serveHttp2);
    else if (speech !== 'http/1' && fallback) fallback(socket);
    else if (isPlainServed || (speech === 'http/1' && tls.redirects)) handOver(socket, serveHttp1);
    else this.#close(socket, speech, bytes);
  }

  #close(socket: Socket, speech: Speech, bytes: Buffer): void {
    const isHttp = speech === 'http/1' || speech === 'http/2';
    const detail = isHttp ? 'plain HTTP on a TLS-only port' : describe(bytes);
    this.#options.onRefused(peerOf(socket), { status: 400, message: 'Expected TLS.', detail });
    socket.destroy();
  }
}

/** Hands over a connection, which may be paused, to code that reads at once. */
function handOver(socket: Socket, take: (socket: Socket) => void): void {
  take(socket);
  process.nextTick(() => socket.resume());
}
