/**
 * What a socket can be told: types, defaults and validation in one place.
 */

/** Makes a socket; called as `new WebSocket(url, protocols)`. */
export type WebSocketClass = new (url: string | URL, protocols?: string | string[]) => object;

/** The options of a `Websock`. Sizes are in bytes. */
export interface WebsockOptions {
  /**
   * The most bytes that may wait unread; Infinity: no limit. The message that would exceed it is refused whole: an `error` with
   * `ERR_RECEIVE_OVERFLOW`, then the socket closes with 4009. Default: 40 MiB.
   */
  receiveLimit?: number | undefined;
  /** Small pushes gather up to this size, then leave as one message. Default: 10 KiB. */
  sendBufferSize?: number | undefined;
  /**
   * The most bytes that may wait in the send queue (Infinity: no limit), while connecting or while a data channel is full. A push
   * over it throws `ERR_SEND_OVERFLOW`. Default: 16 MiB.
   */
  sendLimit?: number | undefined;
  /** Larger pushes are cut into messages of at most this size. Default: 64 KiB. */
  maxMessageSize?: number | undefined;
  /**
   * What to do with a text frame: `'utf8'` (default) appends its UTF-8 bytes, `'error'` refuses it and closes
   * with 1003 (4003 where the platform allows no 1003, as in browsers).
   */
  text?: 'utf8' | 'error' | undefined;
  /** The class to open sockets with, where there is no global `WebSocket` (Node 20) or not the one wanted. */
  WebSocket?: WebSocketClass | undefined;
}

/** The options after defaults. */
export interface ResolvedOptions {
  receiveLimit: number;
  sendBufferSize: number;
  sendLimit: number;
  maxMessageSize: number;
  text: 'utf8' | 'error';
  WebSocket?: WebSocketClass | undefined;
}

const DEFAULTS: ResolvedOptions = {
  receiveLimit: 40 * 1024 * 1024,
  sendBufferSize: 10 * 1024,
  sendLimit: 16 * 1024 * 1024,
  maxMessageSize: 64 * 1024,
  text: 'utf8',
};

/** What may be without a limit, and what must be a size: a buffer is allocated, a message is cut. */
const LIMITS = ['receiveLimit', 'sendLimit'] as const;
const SIZES = ['sendBufferSize', 'maxMessageSize'] as const;

/**
 * Fills in the defaults; an option that is undefined counts as not given.
 * @throws RangeError for a size that is not a whole number of bytes above 0, or another value outside its range
 */
export function resolveOptions(options: WebsockOptions): ResolvedOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: ResolvedOptions = { ...DEFAULTS, ...Object.fromEntries(given) };
  for (const name of [...LIMITS, ...SIZES]) {
    const size = resolved[name];
    const unlimited = size === Infinity && LIMITS.some((limit) => limit === name);
    if (unlimited || (Number.isInteger(size) && size > 0)) continue;
    throw new RangeError(`Cannot use ${name} ${size}: it must be a whole number of bytes above 0`);
  }
  if (resolved.text !== 'utf8' && resolved.text !== 'error') {
    throw new RangeError(`Cannot use text ${String(resolved.text)}: it must be 'utf8' or 'error'`);
  }
  return resolved;
}
