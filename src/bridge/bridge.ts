/**
 * The bridge as its user sees it.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Address } from './base/address.js';
import type { Identity } from './base/identity.js';
import type { InheritedSource } from './base/inherited.js';
import type { UnixSource } from './base/unix.js';

/** Forwards WebSocket connections to a TCP port or a unix socket. */
export interface Bridge {
  /**
   * Starts to listen on `host` (default 127.0.0.1; an empty string means every interface) and resolves with the
   * actual address: port 0 takes a free port. Rejects when it can't listen on the port. A bridge may listen on several
   * ports and sockets: call this for each. `rules` names those of `listenRules` that hold there; by default those of the
   * bridge's own options do.
   */
  listen(port: number, host?: string, rules?: string): Promise<Address>;
  /**
   * Creates a unix socket and listens on it. Rejects when the path can't be used; a socket left by an earlier
   * run is replaced.
   */
  listen(source: UnixSource): Promise<UnixSource>;
  /** Takes over a socket that this process was started with, and that listens: systemd's, for example. */
  listen(source: InheritedSource): Promise<Address | InheritedSource>;
  /** Serves a connection that was accepted elsewhere, with `allowHalfOpen`, by the `rules` of that name. */
  serve(socket: Socket, rules?: string): void;
  /**
   * Stops listening and, `drain` ms later or when all sessions are over, ends every connection: WebSockets with 1001,
   * targets after the bytes that had arrived for them. Resolves when nothing is left; anything that takes more than
   * another 5 s is cut off. A further call can only shorten the wait. With `lameDuck` it keeps listening for that many ms,
   * while `/readyz` answers 503, so that load balancers choose another bridge before this one refuses anybody.
   */
  close(options?: { readonly drain?: number; readonly lameDuck?: number }): Promise<void>;
  /**
   * Gives all ports and sockets to another bridge, which `createBridge` made, for instance with other options: every new
   * connection goes there. Open ones stay until they end; this bridge ends with the last of them, or after a `close`.
   * Throws when `next` lacks one of the `listenRules`.
   */
  handOver(next: Bridge): void;
  /** Resolves when the bridge has ended, by `close` or by itself (`runOnce`, `listenTimeout`, `idleTimeout`). */
  readonly closed: Promise<void>;
  /** Bytes forwarded to targets (`up`) and to clients (`down`) so far, in open and ended sessions. */
  readonly carried: { readonly up: number; readonly down: number };
}

/** A bridge that is one of several processes. */
export interface WorkerBridge extends Bridge {
  /** Serves the WebSocket of a client that comes back, which another process has accepted. */
  resume(client: Duplex, identity: Identity): void;
}

/** What a bridge needs of those around it. */
export interface Surroundings {
  /** Passes on a client that comes back to a session of another process; false if there is none. */
  readonly passOn: (url: string, client: Duplex, identity: Identity) => boolean;
  /** It needs no connections any more. */
  readonly onShut: () => void;
}
