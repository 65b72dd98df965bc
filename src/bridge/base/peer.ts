/**
 * The client at the other end of a connection. Its address is read once, when the connection arrives: a socket loses it when
 * the client leaves.
 */
import type { Socket } from 'node:net';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { type Address, formatAddress } from './address.js';
import type { Refusal } from './refusal.js';

/** The client of a connection. */
export interface Peer {
  /** Its IP address; none for a client of a unix socket, or one that has already left. */
  readonly address: string | undefined;
  /** Its port; 0 if unknown. */
  readonly port: number;
  /** Its name in the log. */
  readonly name: string;
  /** The address that it connected to; none for a unix socket. */
  readonly local: Address | undefined;
  readonly isTls: boolean;
  /** The host name that it asked for in the TLS handshake (SNI, RFC 6066 section 3). */
  readonly serverName: string | undefined;
  /** The verified certificate that it presented. */
  readonly certificate: PeerCertificate | undefined;
  /** Set on a connection beyond the limits, let in only for a client that returns to a session: the refusal for all others. */
  readonly excess?: Refusal | undefined;
}

/** What a trusted proxy says about a connection that it forwards. */
export interface Announcement {
  readonly source: Address;
  readonly destination: Address | undefined;
  /** Whether the client speaks TLS with the proxy. */
  readonly isTls: boolean;
}

const announcements = new WeakMap<Socket, Announcement>();

/** Records what a trusted proxy said about a connection, for `peerOf` on the socket itself or on the TLS socket over it. */
export function announce(socket: Socket, announcement: Announcement): void {
  announcements.set(socket, announcement);
}

const excesses = new WeakMap<Socket, Refusal>();

/** Marks a connection as beyond the limits. */
export function markExcess(socket: Socket, refusal: Refusal): void {
  excesses.set(socket, refusal);
}

/** Reads the client of a connection from its socket. */
export function peerOf(socket: Socket): Peer {
  return new SocketPeer(socket);
}

/** A class, since every object literal with a getter gets a shape of its own. */
class SocketPeer implements Peer {
  readonly address: string | undefined;
  readonly port: number;
  readonly name: string;
  readonly local: Address | undefined;
  readonly isTls: boolean;
  readonly excess?: Refusal | undefined;
  readonly #secure: TLSSocket | undefined;

  constructor(socket: Socket) {
    this.#secure = socket instanceof TLSSocket ? socket : undefined;
    const carrier = this.#secure ? carrierOf(this.#secure) : socket;
    const announced = announcements.get(carrier);
    this.excess = excesses.get(carrier);
    this.address = announced ? announced.source.host : socket.remoteAddress;
    this.port = announced ? announced.source.port : (socket.remotePort ?? 0);
    this.name =
      this.address === undefined
        ? nameless(socket)
        : formatAddress({ host: this.address, port: this.port });
    this.local = announced ? announced.destination : localOf(socket);
    this.isTls = this.#secure !== undefined || (announced?.isTls ?? false);
  }

  get serverName(): string | undefined {
    return this.#secure?.servername || undefined;
  }

  get certificate(): PeerCertificate | undefined {
    return this.#secure?.authorized ? this.#secure.getPeerCertificate() : undefined;
  }
}

/** The client behind a proxy, whose address comes from a request's headers; everything else comes from the connection. */
export function peerBehind(proxy: Peer, address: string, port: number): Peer {
  return {
    address,
    port,
    name: port === 0 ? address : formatAddress({ host: address, port }),
    local: proxy.local,
    isTls: proxy.isTls,
    serverName: proxy.serverName,
    get certificate() {
      return proxy.certificate;
    },
    excess: proxy.excess,
  };
}

/** The socket under a TLS socket. Node exposes it only as `_parent`. */
function carrierOf(socket: TLSSocket): Socket {
  const parent: unknown = Reflect.get(socket, '_parent');
  return parent instanceof Object ? (parent as Socket) : socket;
}

function localOf({ localAddress, localPort }: Socket): Address | undefined {
  if (localAddress === undefined || localPort === undefined) return undefined;
  return { host: localAddress, port: localPort };
}

/** Whether the client left before its address could be read. A unix socket has no addresses, so its client never counts. */
export function hasGone({ remoteAddress, localAddress }: Socket): boolean {
  return remoteAddress === undefined && localAddress !== undefined;
}

function nameless(socket: Socket): string {
  return hasGone(socket) ? 'gone' : 'unix';
}
