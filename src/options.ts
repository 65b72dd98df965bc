/**
 * What a socket can be told: types, defaults and validation in one place.
 */

/** Makes a socket; called as `new WebSocket(url, protocols)`. */
export type WebSocketClass = new (url: string | URL, protocols?: string | string[]) => object;

/** The options of a `Websock`. Sizes are in bytes. */
export interface WebsockOptions {
  /**
   * The most bytes that may wait unread. The message that would exceed it is refused whole: an `error` with
   * `ERR_RECEIVE_OVERFLOW`, then the socket closes with 4009. Default: 40 MiB.
   */
  receiveLimit?: number;
  /** Small pushes gather up to this size, then leave as one message. Default: 10 KiB. */
  sendBufferSize?: number;
  /**
   * The most bytes that may wait in the send queue, while connecting or while a data channel is full. A push
   * over it throws `ERR_SEND_OVERFLOW`. Default: 16 MiB.
   */
  sendLimit?: number;
  /** Larger pushes are cut into messages of at most this size. Default: 64 KiB. */
  maxMessageSize?: number;
  /**
   * What to do with a text frame: `'utf8'` (default) appends its UTF-8 bytes, `'error'` refuses it and closes
   * with 1003 (4003 where the platform allows no 1003, as in browsers).
   */
  text?: 'utf8' | 'error';
  /** The class to open sockets with, where there is no global `WebSocket` (Node 20) or not the one wanted. */
  WebSocket?: WebSocketClass;
}

/** The options after defaults. */
export type ResolvedOptions = Required<Omit<WebsockOptions, 'WebSocket'>> &
  Pick<WebsockOptions, 'WebSocket'>;

const DEFAULTS: ResolvedOptions = {
  receiveLimit: 40 * 1024 * 1024,
  sendBufferSize: 10 * 1024,
  sendLimit: 16 * 1024 * 1024,
  maxMessageSize: 64 * 1024,
  text: 'utf8',
};

const SIZES = ['receiveLimit', 'sendBufferSize', 'sendLimit', 'maxMessageSize'] as const;

/**
 * Fills in the defaults; an option that is undefined counts as not given.
 * @throws RangeError for a size that is not a whole number of bytes above 0, or another value outside its range
 */
export function resolveOptions(options: WebsockOptions): ResolvedOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: ResolvedOptions = { ...DEFAULTS, ...Object.fromEntries(given) };
  for (const name of SIZES) {
    const size = resolved[name];
    if (!(size > 0 && (Number.isInteger(size) || size === Infinity))) {
      throw new RangeError(
        `Cannot use ${name} ${size}: it must be a whole number of bytes above 0`,
      );
    }
  }
  if (resolved.text !== 'utf8' && resolved.text !== 'error') {
    throw new RangeError(`Cannot use text ${String(resolved.text)}: it must be 'utf8' or 'error'`);
  }
  return resolved;
}
