/**
 * The ports and unix sockets of a bridge: as many as are asked for, each with a server of its own.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { listenOn, type Source } from './listen.js';

/** The options of the listeners. */
export interface ListenersOptions {
  /** How long a connection may be silent before TCP asks whether the client is still there, in ms. */
  readonly keepAliveDelay: number;
  /** Whether connections are not read yet when they are taken. */
  readonly pauseOnConnect?: boolean;
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
  async listen<T extends Source>(where: T): Promise<T> {
    const { keepAliveDelay, onConnection, onError, pauseOnConnect = false } = this.#options;
    const server = createServer({
      allowHalfOpen: true,
      pauseOnConnect,
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

  /** Lets others take every connection from here on. */
  moveTo(others: Listeners): void {
    for (const server of this.#servers) {
      server.off('connection', this.#options.onConnection).off('error', this.#options.onError);
      server.on('connection', others.#options.onConnection).on('error', others.#options.onError);
      others.#servers.add(server);
    }
    this.#servers.clear();
  }

  /** Stops listening at once; resolves when no connection is left. */
  async close(): Promise<void> {
    const closing = [...this.#servers].map(
      (server) => new Promise((resolve) => server.close(resolve)),
    );
    await Promise.all(closing);
  }
}
