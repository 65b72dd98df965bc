/**
 * Who is at the other end of a connection. It is asked once, when the connection comes: a socket whose client has gone
 * knows no address any more.
 */
import type { Socket } from 'node:net';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { type Address, formatAddress } from './address.js';
import type { Refusal } from './refusal.js';

/** The client of a connection. */
export interface Peer {
  /** Its IP address; none for a client of a unix socket, or one that had gone already. */
  readonly address: string | undefined;
  /** Its port; 0 where it is not known. */
  readonly port: number;
  /** What the log calls it. */
  readonly name: string;
  /** The address that it connected to; none for a unix socket. */
  readonly local: Address | undefined;
  readonly isTls: boolean;
  /** The name of the host that it asked for in the TLS handshake (SNI, RFC 6066 section 3). */
  readonly serverName: string | undefined;
  /** The certificate that it showed and that was verified. */
  readonly certificate: PeerCertificate | undefined;
  /** For a connection beyond the limits, which is let in for clients that come back to a session: what all others get. */
  readonly excess?: Refusal | undefined;
}

/** What a trusted proxy says of a connection that it carries. */
export interface Announcement {
  readonly source: Address;
  readonly destination: Address | undefined;
  /** Whether the client speaks TLS with the proxy. */
  readonly isTls: boolean;
}

const announcements = new WeakMap<Socket, Announcement>();

/** Notes what a trusted proxy said of a connection; `peerOf` tells it of the connection, and of TLS inside it. */
export function announce(socket: Socket, announcement: Announcement): void {
  announcements.set(socket, announcement);
}

const excesses = new WeakMap<Socket, Refusal>();

/** Notes that a connection is beyond the limits. */
export function markExcess(socket: Socket, refusal: Refusal): void {
  excesses.set(socket, refusal);
}

/** Looks at a connection's socket. */
export function peerOf(socket: Socket): Peer {
  return new SocketPeer(socket);
}

/** A class, since an object literal with a getter costs a shape of its own. */
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

/** The client behind a proxy, of whom the proxy told by a request's headers. What else is known is the connection's. */
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

/** The connection that carries the TLS of another one. Node tells it only by this name. */
function carrierOf(socket: TLSSocket): Socket {
  const parent: unknown = Reflect.get(socket, '_parent');
  return parent instanceof Object ? (parent as Socket) : socket;
}

function localOf({ localAddress, localPort }: Socket): Address | undefined {
  if (localAddress === undefined || localPort === undefined) return undefined;
  return { host: localAddress, port: localPort };
}

/** Whether a client had gone before anybody could ask for its address. One of a unix socket never has any. */
export function hasGone({ remoteAddress, localAddress }: Socket): boolean {
  return remoteAddress === undefined && localAddress !== undefined;
}

function nameless(socket: Socket): string {
  return hasGone(socket) ? 'gone' : 'unix';
}
