/**
 * Who is at the other end of a connection. It is asked once, when the connection comes: a socket whose client has gone
 * knows no address any more.
 */
import type { Socket } from 'node:net';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { formatAddress } from './address.js';

/** The client of a connection. */
export interface Peer {
  /** Its IP address; none for a client of a unix socket, or one that had gone already. */
  readonly address: string | undefined;
  /** What the log calls it. */
  readonly name: string;
  readonly isTls: boolean;
  /** The certificate that it showed and that was verified. */
  readonly certificate: PeerCertificate | undefined;
}

/** Looks at a connection's socket. */
export function peerOf(socket: Socket): Peer {
  const { remoteAddress: address, remotePort: port = 0 } = socket;
  const isTls = socket instanceof TLSSocket;
  return {
    address,
    name: address === undefined ? nameless(socket) : formatAddress({ host: address, port }),
    isTls,
    get certificate() {
      return isTls && socket.authorized ? socket.getPeerCertificate() : undefined;
    },
  };
}

function nameless({ localAddress }: Socket): string {
  return localAddress === undefined ? 'unix' : 'gone';
}
