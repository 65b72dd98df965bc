/**
 * What stands at the port: the limits on connections.
 */
import type { Socket } from 'node:net';
import type { Limits } from '../base/limits.js';
import { type Peer, peerOf } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import { refuseSocket } from '../http/refuse.js';

/** Refused connections that get an answer at the same time; those beyond are dropped. */
const MAX_FAREWELLS = 64;

/** The options of a gate. */
export interface GateOptions {
  readonly limits: Limits;
  /** Whether a refused client can read an answer in plain text. */
  readonly speaksPlainly: boolean;
  /** Takes a connection that is let in. */
  readonly open: (socket: Socket) => void;
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

  /** Takes a connection: lets it in, or refuses it. */
  readonly admit = (socket: Socket): void => {
    const { limits, open } = this.#options;
    // Nobody else listens until it has said what it speaks.
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
    open(socket);
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
    if (!this.#options.speaksPlainly || this.#farewells >= MAX_FAREWELLS) {
      socket.destroy();
      return;
    }
    this.#farewells += 1;
    socket.once('close', () => (this.#farewells -= 1));
    refuseSocket(socket, refusal);
  }
}

function ignore(): void {
  // 'close' follows and is what counts.
}
