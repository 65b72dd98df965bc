/**
 * The ports and unix sockets of a bridge: as many as are asked for, each with a server of its own.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Address } from '../base/address.js';
import type { UnixSource } from '../base/unix.js';
import { listenOn } from './listen.js';

/** The options of the listeners. */
export interface ListenersOptions {
  /** How long a connection may be silent before TCP asks whether the client is still there, in ms. */
  readonly keepAliveDelay: number;
  /** Takes each connection, half-open allowed. */
  readonly onConnection: (socket: Socket) => void;
  /** Told why a connection could not be taken: no file descriptor was left, for example. */
  readonly onError: (error: Error) => void;
}

/** Everything that a bridge listens on. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #servers = new Set<Server>();

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /** Starts to listen and resolves with the address that was got. Rejects, with the reason, when it can't be had. */
  async listen<T extends Address | UnixSource>(where: T): Promise<T> {
    const { keepAliveDelay, onConnection, onError } = this.#options;
    const server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
    });
    server.on('connection', onConnection);
    const address = await listenOn(server, where);
    // That one connection fails, the bridge continues.
    server.on('error', onError);
    this.#servers.add(server);
    return address;
  }

  /** Stops listening at once; resolves when no connection is left. */
  async close(): Promise<void> {
    const closing = [...this.#servers].map(
      (server) => new Promise((resolve) => server.close(resolve)),
    );
    await Promise.all(closing);
  }
}
