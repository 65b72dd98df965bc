/**
 * What stands at the port: the limits on connections, and the header of a proxy.
 */
import type { Socket } from 'node:net';
import { whenThere } from '../base/ledger.js';
import type { Limits } from '../base/limits.js';
import { announce, hasGone, markExcess, type Peer, peerOf } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import type { TrustedProxies } from '../base/trusted-proxies.js';
import { refuseSocket } from '../http/refuse.js';
import { awaitProxyHeader, type Heard } from './proxy-protocol/await-header.js';

/** Refused connections that get an answer at the same time; those beyond are dropped. */
const MAX_FAREWELLS = 64;
/** Connections beyond the limits that are let in for clients that come back to a session. */
const MAX_EXTRAS = 64;

const NO_HEADER: Refusal = {
  status: 400,
  kind: 'proxy',
  message: 'Expected a valid PROXY header.',
};
const UNTRUSTED: Refusal = {
  status: 403,
  kind: 'proxy',
  message: 'PROXY headers from this network are not trusted (--trust-proxy).',
};

/** The options of a gate. */
export interface GateOptions {
  readonly limits: Limits;
  /** Whether a refused client can read an answer in plain text. */
  readonly speaksPlainly: boolean;
  /** Whether there are sessions to which clients may come back. */
  readonly hasResumable: () => boolean;
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
  /** Those that have no place within the limits yet, and their addresses. */
  readonly #extras = new Map<Socket, string | undefined>();
  #farewells = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Takes a connection: lets it in, or refuses it. */
  readonly admit = (socket: Socket): void => {
    const { trustedProxies, proxyProtocol, open } = this.#options;
    // Nobody else listens until it has said what it speaks.
    socket.on('error', ignore);
    const { remoteAddress: address } = socket;
    const isProxy = trustedProxies.trusts(address);
    socket.on('close', () => this.#unseat(socket));
    // The connections of a proxy are those of many clients.
    this.#seat(socket, isProxy ? undefined : address, () => {
      if (!proxyProtocol) open(socket);
      else awaitProxyHeader(socket, isProxy, (heard) => this.#hear(socket, heard, isProxy));
    });
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
      this.#unseat(socket);
      this.#seat(socket, source.host, () => this.#options.open(socket));
      return;
    }
    this.#options.open(socket);
  }

  /** Gives a connection a place, if need be one beyond the limits, and serves it; or refuses it. */
  #seat(socket: Socket, address: string | undefined, next: () => void): void {
    const { limits, hasResumable } = this.#options;
    this.#places.set(socket, ignore);
    whenThere(limits.enter(address), (place) => {
      const isPlace = typeof place === 'function';
      if (socket.destroyed) {
        // It has gone while it was waiting.
        if (isPlace) place();
        return;
      }
      if (isPlace) this.#places.set(socket, place);
      else if (hasResumable() && this.#extras.size < MAX_EXTRAS) {
        markExcess(socket, place);
        this.#extras.set(socket, address);
        this.#places.set(socket, () => this.#extras.delete(socket));
      } else {
        this.#places.delete(socket);
        this.#refuse(socket, place);
        return;
      }
      next();
    });
  }

  /** Gives a place back; whoever has none within the limits gets it. */
  #unseat(socket: Socket): void {
    this.#places.get(socket)?.();
    this.#places.delete(socket);
    for (const [extra, address] of this.#extras) {
      whenThere(this.#options.limits.enter(address), (place) => {
        if (typeof place !== 'function') return;
        if (this.#extras.delete(extra)) this.#places.set(extra, place);
        else place();
      });
    }
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
  // For an error, 'close' follows and is what counts. There is no place to give back yet.
}
