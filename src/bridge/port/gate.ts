/**
 * What stands between the port and HTTP: the limits on connections, and the choice between TLS and plain by a
 * connection's first byte.
 */
import type { Socket } from 'node:net';
import type { Limits } from '../base/limits.js';
import { type Peer, peerOf } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import { refuseSocket } from '../http/refuse.js';
import type { TlsGate } from './tls.js';

/** How long a client may take to send its first byte where that decides, in ms. */
const FIRST_BYTE_TIMEOUT = 10_000;
/** Refused connections that get an answer at the same time; those beyond are dropped. */
const MAX_FAREWELLS = 64;
/** A TLS record begins with its type, a control character; HTTP with a letter. */
const FIRST_LETTER = 0x20;

/** The options of a gate. */
export interface GateOptions {
  readonly limits: Limits;
  readonly tls: TlsGate | undefined;
  /** Serves a connection as plain HTTP. */
  readonly serve: (socket: Socket) => void;
  readonly onRefused: (peer: Peer, refusal: Refusal) => void;
}

/** Takes each connection that the port gets. */
export class Gate {
  readonly #options: GateOptions;
  readonly #sockets = new Set<Socket>();
  #farewells = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Takes a connection: serves it, now or when it has said what it speaks, or refuses it. */
  readonly admit = (socket: Socket): void => {
    const { limits, tls, serve } = this.#options;
    // The HTTP server listens only once it has the socket.
    socket.on('error', ignore);
    const place = limits.enter(socket.remoteAddress);
    if (typeof place !== 'function') {
      this.#refuse(socket, place);
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      place();
    });
    if (!tls) serve(socket);
    else if (tls.only) tls.admit(socket);
    else sniff(socket, (byte) => (byte < FIRST_LETTER ? tls.admit(socket) : serve(socket)));
  };

  /** Drops the connections that have said nothing yet, as browsers keep them ready. */
  destroySilent(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  /** Drops every connection. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #refuse(socket: Socket, refusal: Refusal): void {
    this.#options.onRefused(peerOf(socket), refusal);
    // A TLS client could not read it.
    if (this.#options.tls || this.#farewells >= MAX_FAREWELLS) {
      socket.destroy();
      return;
    }
    this.#farewells += 1;
    socket.once('close', () => (this.#farewells -= 1));
    refuseSocket(socket, refusal);
  }
}

/** Waits for the first byte and leaves it where it was. */
function sniff(socket: Socket, decide: (byte: number) => void): void {
  const timer = setTimeout(() => socket.destroy(), FIRST_BYTE_TIMEOUT);
  const stop = () => clearTimeout(timer);
  // A client that ends without a word.
  const drop = () => socket.destroy();
  socket.once('close', stop).once('end', drop);
  socket.once('data', (chunk: Buffer) => {
    stop();
    socket.off('close', stop).off('end', drop);
    socket.pause();
    socket.unshift(chunk);
    decide(chunk[0] ?? 0);
    process.nextTick(() => socket.resume());
  });
}

function ignore(): void {
  // 'close' follows and is what counts.
}
