/**
 * What stands between the port and the HTTP server: the limits on connections, and the choice between TLS and plain
 * by a connection's first byte.
 */
import type { Socket } from 'node:net';
import { networkOf } from '../base/network.js';
import type { Refusal } from '../base/refusal.js';
import { refuseUpgrade } from '../http/refuse.js';
import type { TlsGate } from './tls.js';

/** How long a client may take to send its first byte where that decides, in ms. */
const FIRST_BYTE_TIMEOUT = 10_000;
/** Refused connections that get an answer at the same time; those beyond are dropped. */
const MAX_FAREWELLS = 64;
/** A TLS record begins with its type, a control character; HTTP with a letter. */
const FIRST_LETTER = 0x20;

const TOO_MANY = { status: 503, message: 'Too many connections.' };
const TOO_MANY_HERE = { status: 429, message: 'Too many connections from this address.' };

/** What a door is told; 0 is no limit. */
export interface DoorOptions {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly tls: TlsGate | undefined;
  /** Serves a connection as plain HTTP. */
  readonly serve: (socket: Socket) => void;
  readonly onRefused: (socket: Socket, refusal: Refusal) => void;
}

/** Takes each connection that the port gets. */
export class Door {
  readonly #options: DoorOptions;
  readonly #counts = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  #farewells = 0;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Takes a connection: serves it, now or when it has said what it speaks, or refuses it. */
  readonly admit = (socket: Socket): void => {
    const { tls, serve } = this.#options;
    const network = networkOf(socket.remoteAddress);
    const refusal = this.#judge(network);
    // The HTTP server listens only once it has the socket.
    socket.on('error', ignore);
    if (refusal) {
      this.#refuse(socket, refusal);
      return;
    }
    this.#sockets.add(socket);
    this.#count(network, 1);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#count(network, -1);
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

  #judge(network: string | undefined): Refusal | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#options;
    if (maxConnections > 0 && this.#sockets.size >= maxConnections) return TOO_MANY;
    const count = network === undefined ? 0 : (this.#counts.get(network) ?? 0);
    return maxConnectionsPerAddress > 0 && count >= maxConnectionsPerAddress
      ? TOO_MANY_HERE
      : undefined;
  }

  #refuse(socket: Socket, refusal: Refusal): void {
    this.#options.onRefused(socket, refusal);
    // A TLS client could not read it.
    if (this.#options.tls || this.#farewells >= MAX_FAREWELLS) {
      socket.destroy();
      return;
    }
    this.#farewells += 1;
    socket.once('close', () => (this.#farewells -= 1));
    refuseUpgrade(socket, refusal);
  }

  #count(network: string | undefined, change: number): void {
    if (network === undefined) return;
    const count = (this.#counts.get(network) ?? 0) + change;
    if (count > 0) this.#counts.set(network, count);
    else this.#counts.delete(network);
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
