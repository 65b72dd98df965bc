/**
 * The gate at the port: enforces the limits on connections, and reads PROXY headers.
 */
import type { Socket } from 'node:net';
import { whenThere } from '../base/ledger.js';
import type { Limits } from '../base/limits.js';
import { announce, hasGone, markExcess, type Peer, peerOf } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import type { TrustedProxies } from '../base/trusted-proxies.js';
import { refuseSocket } from '../http/refuse.js';
import { awaitProxyHeader, type Heard } from './proxy-protocol/await-header.js';

/** How many refused connections get an answer at the same time; further ones are dropped. */
const MAX_FAREWELLS = 64;
/** How many connections beyond the limits are let in at the same time, for clients that come back to a session. */
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
  /** Whether there are sessions that clients may come back to. */
  readonly hasResumable: () => boolean;
  /** Takes a connection that is let in. */
  readonly open: (socket: Socket) => void;
  readonly trustedProxies: TrustedProxies;
  /** Whether trusted proxies begin each connection with a PROXY header. */
  readonly proxyProtocol: boolean;
  readonly onRefused: (peer: Peer, refusal: Refusal) => void;
}

/** Admits or refuses each connection to the port. */
export class Gate {
  readonly #options: GateOptions;
  /** Each connection, with the function that releases its place. */
  readonly #places = new Map<Socket, () => void>();
  /** The connections that were let in beyond the limits, and their addresses. */
  readonly #extras = new Map<Socket, string | undefined>();
  #farewells = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Lets a connection in, or refuses it. */
  readonly admit = (socket: Socket): void => {
    const { trustedProxies, proxyProtocol, open } = this.#options;
    // Nobody else handles its errors until its protocol is known.
    socket.on('error', ignore);
    const { remoteAddress: address } = socket;
    const isProxy = trustedProxies.trusts(address);
    socket.on('close', () => this.#unseat(socket));
    // A proxy's connections are those of many clients, so the limit for one address does not hold for them.
    this.#seat(socket, isProxy ? undefined : address, () => {
      if (!proxyProtocol) open(socket);
      else awaitProxyHeader(socket, isProxy, (heard) => this.#hear(socket, heard, isProxy));
    });
  };

  /** Drops the connections that have sent nothing yet, such as those that browsers open ahead of use. */
  destroySilent(): void {
    for (const socket of this.#places.keys()) if (socket.bytesRead === 0) socket.destroy();
  }

  /** Drops every connection. */
  destroy(): void {
    for (const socket of this.#places.keys()) socket.destroy();
  }

  /** Requires a header from a trusted proxy, and refuses one from anybody else. */
  #hear(socket: Socket, heard: Heard, isProxy: boolean): void {
    const isHeader = typeof heard === 'object';
    if (hasGone(socket)) {
      // Probably a health check that did not wait. Without its address, nobody can tell whether it was a proxy's.
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
      // The place was counted for the proxy; now it counts for the client.
      this.#unseat(socket);
      this.#seat(socket, source.host, () => this.#options.open(socket));
      return;
    }
    this.#options.open(socket);
  }

  /** Gives a connection a place, beyond the limits if need be, and calls `next`; or refuses the connection. */
  #seat(socket: Socket, address: string | undefined, next: () => void): void {
    const { limits, hasResumable } = this.#options;
    this.#places.set(socket, ignore);
    whenThere(limits.enter(address), (place) => {
      const isPlace = typeof place === 'function';
      if (socket.destroyed) {
        // It closed while it was waiting for its place.
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

  /** Releases a place, which then goes to a connection beyond the limits. */
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
  // After an error, 'close' follows and is what counts. In `#places`: there is no place to release yet.
}
