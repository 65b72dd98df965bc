/**
 * Tokens in Redis: the issuer sets a key with a time to live, and every bridge finds it.
 */
import type { createClient } from 'redis';
import type { Address } from '../../base/address.js';
import { plainMessageOf } from '../../base/text.js';
import { loadPeer } from '../optional-peer.js';
import { parseTokenAddress, type TokenSource, UnusableEntryError } from './token-source.js';

type Client = ReturnType<typeof createClient>;

/** How long Redis may take to accept a connection, in ms. */
const CONNECT_TIMEOUT = 5_000;
/** How long Redis may be silent, in ms, before its connection, idle or hanging, is closed. */
const SILENCE = 30_000;

/**
 * Keys are `token` or `namespace:token`; values are `host:port` or `{"host": "host:port"}`. A lost connection is reopened
 * when it is next needed; the connection does not keep the process alive. Needs the package `redis`.
 */
export class TokenRedis implements TokenSource {
  readonly #connect: () => Promise<Client>;
  readonly #prefix: string;
  #client: Promise<Client>;

  private constructor(connect: () => Promise<Client>, prefix: string) {
    this.#connect = connect;
    this.#prefix = prefix;
    this.#client = connect();
  }

  /**
   * Connects to `host[:port[:db[:password[:namespace]]]]` (defaults: 6379, 0, none, none). Rejects when the source has
   * another form, when Redis can't be reached, and when the package `redis` is not installed.
   */
  static async open(source: string): Promise<TokenRedis> {
    const { host, port, database, password, namespace } = readSource(source);
    const redis = await loadPeer('redis', () => import('redis'), 'TokenRedis');
    const connect = async () => {
      const client: Client = redis.createClient({
        socket: {
          host,
          port,
          connectTimeout: CONNECT_TIMEOUT,
          socketTimeout: SILENCE,
          reconnectStrategy: false,
        },
        database,
        ...(password && { password }),
        disableOfflineQueue: true,
      });
      // Lookups notice: they fail or reconnect.
      client.on('error', () => {});
      try {
        await client.connect();
        client.unref();
        return client;
      } catch (cause) {
        if (client.isOpen) client.destroy();
        const { code, message } = cause as NodeJS.ErrnoException;
        throw new Error(`Cannot use Redis at ${host}:${port}: ${code ?? message}`, { cause });
      }
    };
    const tokens = new TokenRedis(connect, namespace && `${namespace}:`);
    await tokens.#client;
    return tokens;
  }

  async lookup(token: string): Promise<Address | undefined> {
    const client = await this.#ready();
    try {
      const value = await client.get(this.#prefix + token);
      return value === null ? undefined : parseTokenAddress(readValue(value));
    } catch (error) {
      // For example a key that holds a list, or an invalid value; neither is a failure of Redis.
      const isUnusable = error instanceof RangeError || error instanceof SyntaxError;
      if (!isUnusable && !plainMessageOf(error).startsWith('WRONGTYPE ')) throw error;
      throw new UnusableEntryError('the value of a key in Redis is not host:port');
    }
  }

  async close(): Promise<void> {
    const client = await this.#client.catch(() => undefined);
    if (client?.isOpen) client.destroy();
  }

  /** The connection; after a loss, a new one that all waiting lookups share. */
  async #ready(): Promise<Client> {
    const attempt = this.#client;
    const client = await attempt.catch(() => undefined);
    if (client?.isReady) return client;
    if (this.#client === attempt) this.#client = this.#connect();
    return this.#client;
  }
}

/** A value is `host:port`, or JSON with that as its member `host`. */
function readValue(value: string): string {
  if (!value.trimStart().startsWith('{')) return value.trim();
  const { host } = JSON.parse(value) as { host?: unknown };
  return String(host);
}

const SOURCE = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{0,5})(?::(\d*)(?::([^:]*)(?::(.*))?)?)?)?$/;

/** Whether this is a source of TokenRedis that contains a password. */
export function hasPassword(source: string): boolean {
  const [, , , , , password] = SOURCE.exec(source) ?? [];
  return Boolean(password);
}

function readSource(source: string) {
  const [, v6, name, port = '6379', database = '0', password = '', namespace = ''] =
    SOURCE.exec(source) ?? [];
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535) {
    throw new RangeError(
      'Cannot use the source of TokenRedis: expected host[:port[:db[:password[:namespace]]]]',
    );
  }
  return { host, port: Number(port || 6379), database: Number(database), password, namespace };
}
