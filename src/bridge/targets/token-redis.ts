/**
 * Tokens in Redis: whoever hands them out sets a key with a time to live, and every bridge finds it.
 */
import type { createClient } from 'redis';
import { type Address, parseTarget } from '../address.js';
import { loadPeer } from '../optional-peer.js';
import type { TokenSource } from './token-source.js';

type Client = ReturnType<typeof createClient>;

/** How long Redis may take to accept a connection, in ms. */
const CONNECT_TIMEOUT = 5_000;
/** The longest pause before the next attempt when the connection is lost, in ms. */
const MAX_PAUSE = 2_000;

/**
 * Keys are `token`, or `namespace:token`; values `host:port`, or `{"host": "host:port"}`. A lost connection is made
 * again; until then lookups fail. Needs the package `redis`.
 */
export class TokenRedis implements TokenSource {
  readonly #client: Client;
  readonly #prefix: string;

  private constructor(client: Client, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /**
   * Connects to `host[:port[:db[:password[:namespace]]]]` (6379, 0, none, none). Rejects when the source is not
   * written so, when Redis can't be reached and when the package `redis` is not installed.
   */
  static async open(source: string): Promise<TokenRedis> {
    const { host, port, database, password, namespace } = readSource(source);
    const redis = await loadPeer('redis', () => import('redis'), 'TokenRedis');
    let reached = false;
    const client: Client = redis.createClient({
      socket: {
        host,
        port,
        connectTimeout: CONNECT_TIMEOUT,
        reconnectStrategy: (retries) => reached && Math.min(50 * 2 ** retries, MAX_PAUSE),
      },
      database,
      ...(password && { password }),
      // What can't be asked now fails now: the client waits for an answer.
      disableOfflineQueue: true,
    });
    // Told by the lookups, which fail.
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (cause) {
      client.destroy();
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new Error(`Cannot use Redis at ${host}:${port}: ${code ?? message}`, { cause });
    }
    reached = true;
    return new TokenRedis(client, namespace && `${namespace}:`);
  }

  async lookup(token: string): Promise<Address | undefined> {
    const value = await this.#client.get(this.#prefix + token);
    return value === null ? undefined : parseTarget(readValue(value));
  }

  close(): void {
    this.#client.destroy();
  }
}

/** A value is `host:port`, or JSON with that as its member `host`. */
function readValue(value: string): string {
  if (!value.trimStart().startsWith('{')) return value.trim();
  const { host } = JSON.parse(value) as { host?: unknown };
  return String(host);
}

function readSource(source: string) {
  const [, v6, name, port = '6379', database = '0', password = '', namespace = ''] =
    /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{0,5})(?::(\d*)(?::([^:]*)(?::(.*))?)?)?)?$/.exec(source) ??
    [];
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535) {
    throw new RangeError(
      'Cannot use the source of TokenRedis: expected host[:port[:db[:password[:namespace]]]]',
    );
  }
  return { host, port: Number(port || 6379), database: Number(database), password, namespace };
}
