/**
 * The options of a socket: types, defaults and validation in one place.
 */

import { refuseUnknown } from './known-options.js';
import type { FlowOption } from './transport/flow.js';

/** A class that opens sockets; called as `new WebSocket(url, protocols)`. */
export type WebSocketClass = new (url: string | URL, protocols?: string | string[]) => object;

/** The options of a `Websock`. Sizes are in bytes. */
export interface WebsockOptions {
  /**
   * The most bytes that may be unread (Infinity: no limit). A message that would exceed it is rejected whole: the socket emits
   * `error` with `ERR_RECEIVE_OVERFLOW`, then closes with 4009. Default: 40 MiB.
   */
  receiveLimit?: number | undefined;
  /**
   * At this many unread bytes a channel with backpressure is paused, unless there is a `message` handler or a read is
   * waiting for more. Default: 1 MiB.
   */
  receiveHighWaterMark?: number | undefined;
  /** Small pushes are buffered up to this size, then sent as one message. Default: 10 KiB. */
  sendBufferSize?: number | undefined;
  /**
   * The most bytes in the send queue (Infinity: no limit), which fills while connecting and while a data channel or stream is full.
   * A push beyond it throws `ERR_SEND_OVERFLOW`. Default: 16 MiB.
   */
  sendLimit?: number | undefined;
  /**
   * `write()` waits until at most this many bytes are unsent; `drain` is emitted when their number has fallen to this.
   * Default: 1 MiB.
   */
  sendHighWaterMark?: number | undefined;
  /** Larger pushes are split into messages of at most this size. Default: 64 KiB. */
  maxMessageSize?: number | undefined;
  /**
   * What to do with a text frame: `'utf8'` (default) appends its UTF-8 bytes, `'error'` rejects it and closes
   * with 1003 (4003 where the platform does not allow 1003, as in browsers).
   */
  text?: 'utf8' | 'error' | undefined;
  /**
   * What `open()` opens: `'websocket'` (default), or `'auto'`: a WebSocketStream, which has backpressure, if the
   * platform has it, otherwise a WebSocket. With the option `flow` it is always a WebSocket.
   */
  transport?: 'websocket' | 'auto' | undefined;
  /** A connection that is not open after this time (ms) fails with `ERR_OPEN_TIMEOUT`. Default: the platform's own limit, if any. */
  openTimeout?: number | undefined;
  /** The event `idle` is emitted each time this long (ms) passes without a received byte. Default: never. */
  idleTimeout?: number | undefined;
  /** The class to open sockets with, if there is no global `WebSocket` (Node 20) or you want another. */
  WebSocket?: WebSocketClass | undefined;
  /** A stream that outlives its WebSocket: the result of `flow()` from `websock-client/flow`. Default: none. */
  flow?: FlowOption | undefined;
}

/** The options of a `WebsockCore`, which supports neither channels with backpressure nor `flow`. */
export type WebsockCoreOptions = Omit<
  WebsockOptions,
  'transport' | 'receiveHighWaterMark' | 'flow'
>;

/** The options with defaults filled in. */
export interface ResolvedOptions {
  receiveLimit: number;
  receiveHighWaterMark: number;
  sendHighWaterMark: number;
  sendBufferSize: number;
  sendLimit: number;
  maxMessageSize: number;
  text: 'utf8' | 'error';
  transport: 'websocket' | 'auto';
  openTimeout: number;
  idleTimeout: number;
  WebSocket?: WebSocketClass | undefined;
  flow?: FlowOption | undefined;
}

/** The longest delay of a timer (ms); with a longer one it fires at once. */
const TIME_MAX = 2 ** 31 - 1;

/** What a value must be, in words and as a test. */
type Rule = readonly [words: string, holds: (value: unknown) => boolean];

const isAboveZero = (value: unknown): boolean => (value as number) > 0;

/** A finite size: a buffer of this size is allocated, or messages are cut to it. */
const SIZE: Rule = [
  'a whole number of bytes above 0',
  (value) => Number.isInteger(value) && isAboveZero(value),
];
const LIMIT: Rule = [SIZE[0], (value) => value === Infinity || SIZE[1](value)];
const TIME: Rule = [
  `a time in ms, at most ${TIME_MAX}`,
  (value) => value === Infinity || (isAboveZero(value) && (value as number) <= TIME_MAX),
];
const oneOf = (...allowed: unknown[]): Rule => [
  `'${allowed.join("' or '")}'`,
  (value) => allowed.includes(value),
];

type Checked = Exclude<keyof ResolvedOptions, 'WebSocket' | 'flow'>;

/** The default of each option, and the rule for given values. */
const OPTIONS: { [Name in Checked]: readonly [byDefault: ResolvedOptions[Name], rule: Rule] } = {
  receiveLimit: [40 * 1024 * 1024, LIMIT],
  receiveHighWaterMark: [1024 * 1024, LIMIT],
  sendHighWaterMark: [1024 * 1024, LIMIT],
  sendBufferSize: [10 * 1024, SIZE],
  sendLimit: [16 * 1024 * 1024, LIMIT],
  maxMessageSize: [64 * 1024, SIZE],
  text: ['utf8', oneOf('utf8', 'error')],
  transport: ['websocket', oneOf('websocket', 'auto')],
  openTimeout: [Infinity, TIME],
  idleTimeout: [Infinity, TIME],
};

/**
 * Fills in the defaults; an option that is undefined counts as not given.
 * @throws RangeError for a size that is not a whole number of bytes above 0, or another value outside its range
 * @throws TypeError for an unknown option
 */
export function resolveOptions(options: WebsockOptions): ResolvedOptions {
  refuseUnknown(options, { ...OPTIONS, WebSocket: 1, flow: 1 });
  if (options.flow && typeof options.flow.open !== 'function') {
    throw new TypeError(
      'Cannot use this flow: it must be what flow() of websock-client/flow returns',
    );
  }
  const resolved: Record<string, unknown> = { WebSocket: options.WebSocket, flow: options.flow };
  for (const [name, [byDefault, [words, holds]]] of Object.entries(OPTIONS)) {
    const { [name]: value = byDefault } = options as Record<string, unknown>;
    if (!holds(value)) {
      throw new RangeError(`Cannot use ${name} ${String(value)}: it must be ${words}`);
    }
    resolved[name] = value;
  }
  return resolved as unknown as ResolvedOptions;
}
