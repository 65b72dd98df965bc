/**
 * The ports and unix sockets that a bridge listens on, each with a server of its own.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Source } from '../base/source.js';
import { listenOn } from './listen.js';

/** The options of the listeners. */
export interface ListenersOptions {
  /** How long a connection may be silent before TCP sends keep-alive probes, in ms. */
  readonly keepAliveDelay: number;
  /** Whether connections arrive paused, with nothing read from them yet. */
  readonly pauseOnConnect?: boolean;
  /** Takes each connection, half-open allowed, and the name of its listener's rules. */
  readonly onConnection: (socket: Socket, rules: string | undefined) => void;
  /** Told why a connection could not be accepted: no file descriptor was left, for example. */
  readonly onError: (error: Error) => void;
}

/** Everything that a bridge listens on. */
export class Listeners {
  readonly #options: ListenersOptions;
  /** Each server, and the name of its rules. */
  readonly #servers = new Map<Server, string | undefined>();

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /** Starts to listen and resolves with the actual address. Rejects, with the reason, when it can't listen there. */
  async listen<T extends Source>(where: T): Promise<T> {
    const { keepAliveDelay, pauseOnConnect = false } = this.#options;
    const server = createServer({
      allowHalfOpen: true,
      pauseOnConnect,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
    });
    this.#connect(server, where.rules);
    const address = await listenOn(server, where);
    // When one connection fails, the bridge continues.
    server.on('error', this.#options.onError);
    this.#servers.set(server, where.rules);
    return address;
  }

  /** Hands the servers over to `others`, which take every connection from here on. */
  moveTo(others: Listeners): void {
    for (const [server, rules] of this.#servers) {
      server.removeAllListeners('connection').off('error', this.#options.onError);
      others.#connect(server, rules);
      server.on('error', others.#options.onError);
      others.#servers.set(server, rules);
    }
    this.#servers.clear();
  }

  /** Stops listening at once; resolves when no connection is left. */
  async close(): Promise<void> {
    const closing = [...this.#servers.keys()].map(
      (server) => new Promise((resolve) => server.close(resolve)),
    );
    await Promise.all(closing);
  }

  #connect(server: Server, rules: string | undefined): void {
    server.on('connection', (socket) => this.#options.onConnection(socket, rules));
  }
}
