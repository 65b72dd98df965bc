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
   * ports and sockets: call this for each. `rules` names the entry of `listenRules` that applies there; by default, the
   * bridge's own options apply.
   */
  listen(port: number, host?: string, rules?: string): Promise<Address>;
  /**
   * Creates a unix socket and listens on it. Rejects when the path can't be used; a socket left by an earlier
   * run is replaced.
   */
  listen(source: UnixSource): Promise<UnixSource>;
  /** Takes over a listening socket that this process inherited, for example from systemd. Rejects if it does not listen. */
  listen(source: InheritedSource): Promise<Address | InheritedSource>;
  /** Serves a connection accepted elsewhere, with `allowHalfOpen`. `rules` is as for `listen`; throws a RangeError if unknown. */
  serve(socket: Socket, rules?: string): void;
  /**
   * Stops listening and, `drain` ms later or when all sessions are over, ends every connection: WebSockets with 1001,
   * targets after the bytes that had arrived for them. Resolves when nothing is left; anything that takes more than
   * another 5 s is cut off. A further call can only shorten the wait. With `lameDuck`, the bridge first keeps listening for
   * that many ms while `/readyz` answers 503, so that load balancers choose another bridge before this one refuses anybody.
   */
  close(options?: {
    readonly drain?: number | undefined;
    readonly lameDuck?: number | undefined;
  }): Promise<void>;
  /**
   * Hands all ports and sockets over to another bridge from `createBridge`, for instance one with other options: every new
   * connection goes there. Open ones stay here until they end; this bridge ends with the last of them, or after a `close`.
   * Throws a RangeError when `next` lacks one of the `listenRules`, and a TypeError when either bridge is closed.
   */
  handOver(next: Bridge): void;
  /** Resolves when the bridge has ended, by `close` or by itself (`runOnce`, `listenTimeout`, `idleTimeout`). */
  readonly closed: Promise<void>;
  /** Bytes forwarded to targets (`up`) and to clients (`down`) so far, in open and ended sessions. */
  readonly carried: { readonly up: number; readonly down: number };
}

/** The bridge of one of several worker processes. */
export interface WorkerBridge extends Bridge {
  /** Serves the WebSocket of a client that returns to a session here, accepted by another process. */
  resume(client: Duplex, identity: Identity): void;
}

/** What the bridge of a worker needs from the other processes. */
export interface Surroundings {
  /** Passes a client on to the process to whose session it returns; false if that is not another process. */
  readonly passOn: (url: string, client: Duplex, identity: Identity) => boolean;
  /** Called when the bridge needs no more connections. */
  readonly onShut: () => void;
}
