/**
 * What stands at the port: the limits on connections, and the header of a proxy.
 */
import type { Socket } from 'node:net';
import type { Limits } from '../base/limits.js';
import { announce, hasGone, type Peer, peerOf } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import type { TrustedProxies } from '../base/trusted-proxies.js';
import { refuseSocket } from '../http/refuse.js';
import { awaitProxyHeader, type Heard } from './proxy-protocol/await-header.js';

/** Refused connections that get an answer at the same time; those beyond are dropped. */
const MAX_FAREWELLS = 64;

const NO_HEADER: Refusal = { status: 400, message: 'Expected a valid PROXY header.' };
const UNTRUSTED: Refusal = {
  status: 403,
  message: 'PROXY headers from this network are not trusted (--trust-proxy).',
};

/** The options of a gate. */
export interface GateOptions {
  readonly limits: Limits;
  /** Whether a refused client can read an answer in plain text. */
  readonly speaksPlainly: boolean;
  /** Takes a connection that is let in. */
  readonly open: (socket: Socket) => void;
  readonly trustedProxies: TrustedProxies;
  /** Whether trusted proxies begin each connection with a PROXY header. */
  readonly proxyProtocol: boolean;
  readonly onRefused: (peer: Peer, refusal: Refusal) => void;
}

/** Takes each connection that the port gets. */
export class Gate {
  readonly #options: GateOptions;
  /** The connections, each with what gives its place back. */
  readonly #places = new Map<Socket, () => void>();
  #farewells = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Takes a connection: lets it in, or refuses it. */
  readonly admit = (socket: Socket): void => {
    const { limits, trustedProxies, proxyProtocol, open } = this.#options;
    // Nobody else listens until it has said what it speaks.
    socket.on('error', ignore);
    const { remoteAddress: address } = socket;
    const isProxy = trustedProxies.trusts(address);
    // The connections of a proxy are those of many clients.
    const place = limits.enter(isProxy ? undefined : address);
    if (typeof place !== 'function') {
      this.#refuse(socket, place);
      return;
    }
    this.#places.set(socket, place);
    socket.once('close', () => {
      this.#places.get(socket)?.();
      this.#places.delete(socket);
    });
    if (!proxyProtocol) open(socket);
    else awaitProxyHeader(socket, isProxy, (heard) => this.#hear(socket, heard, isProxy));
  };

  /** Drops the connections that have said nothing yet, as browsers keep them ready. */
  destroySilent(): void {
    for (const socket of this.#places.keys()) if (socket.bytesRead === 0) socket.destroy();
  }

  /** Drops every connection. */
  destroy(): void {
    for (const socket of this.#places.keys()) socket.destroy();
  }

  /** Believes the header of a trusted proxy. Anybody else has to do without one. */
  #hear(socket: Socket, heard: Heard, isProxy: boolean): void {
    const isHeader = typeof heard === 'object';
    if (hasGone(socket)) {
      // A health check may not wait for more. Nobody knows any more whether it was a proxy's.
      socket.destroy();
      return;
    }
    if (isProxy ? !isHeader : heard !== 'absent') {
      this.#options.onRefused(peerOf(socket), isProxy ? NO_HEADER : UNTRUSTED);
      socket.destroy();
      return;
    }
    if (isHeader && heard.source) {
      const { source, destination, isTls } = heard;
      announce(socket, { source, destination, isTls });
      // The place was the proxy's; now it is the client's.
      this.#places.get(socket)?.();
      this.#places.delete(socket);
      const place = this.#options.limits.enter(source.host);
      if (typeof place !== 'function') {
        this.#refuse(socket, place);
        return;
      }
      this.#places.set(socket, place);
    }
    this.#options.open(socket);
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
