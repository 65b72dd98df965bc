/**
 * What a socket can be told: types, defaults and validation in one place.
 */

import type { FlowOption } from './transport/flow.js';

/** Makes a socket; called as `new WebSocket(url, protocols)`. */
export type WebSocketClass = new (url: string | URL, protocols?: string | string[]) => object;

/** The options of a `Websock`. Sizes are in bytes. */
export interface WebsockOptions {
  /**
   * The most bytes that may wait unread; Infinity: no limit. The message that would exceed it is refused whole: an `error` with
   * `ERR_RECEIVE_OVERFLOW`, then the socket closes with 4009. Default: 40 MiB.
   */
  receiveLimit?: number | undefined;
  /**
   * At this many unread bytes a channel with backpressure is stopped, unless there is a `message` handler or more is
   * being waited for. Default: 1 MiB.
   */
  receiveHighWaterMark?: number | undefined;
  /** Small pushes gather up to this size, then leave as one message. Default: 10 KiB. */
  sendBufferSize?: number | undefined;
  /**
   * The most bytes that may wait in the send queue (Infinity: no limit), while connecting or while a data channel is full. A push
   * over it throws `ERR_SEND_OVERFLOW`. Default: 16 MiB.
   */
  sendLimit?: number | undefined;
  /** `write()` waits until at most this many bytes have not left; `drain` tells that so few are left again. Default: 1 MiB. */
  sendHighWaterMark?: number | undefined;
  /** Larger pushes are cut into messages of at most this size. Default: 64 KiB. */
  maxMessageSize?: number | undefined;
  /**
   * What to do with a text frame: `'utf8'` (default) appends its UTF-8 bytes, `'error'` refuses it and closes
   * with 1003 (4003 where the platform allows no 1003, as in browsers).
   */
  text?: 'utf8' | 'error' | undefined;
  /**
   * What `open()` opens: `'websocket'` (default), or `'auto'`: a WebSocketStream, which has backpressure, where the
   * platform has it, else a WebSocket.
   */
  transport?: 'websocket' | 'auto' | undefined;
  /** A connection that is not open after this time (ms) fails with `ERR_OPEN_TIMEOUT`. Default: no limit of ours. */
  openTimeout?: number | undefined;
  /** After each such time (ms) without a received byte the event `idle` comes. Default: never. */
  idleTimeout?: number | undefined;
  /** The class to open sockets with, where there is no global `WebSocket` (Node 20) or not the one wanted. */
  WebSocket?: WebSocketClass | undefined;
  /** A stream that outlives its WebSocket: what `flow()` of `websock-client/flow` has made. Default: none. */
  flow?: FlowOption | undefined;
}

/** The options of a `WebsockCore`: without those of channels that have backpressure. */
export type WebsockCoreOptions = Omit<
  WebsockOptions,
  'transport' | 'receiveHighWaterMark' | 'flow'
>;

/** The options after defaults. */
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

/** A timer's longest time in ms; with a longer one it fires at once. */
const TIME_MAX = 2 ** 31 - 1;

/** What a value must be, in words and as a test. */
type Rule = readonly [words: string, holds: (value: unknown) => boolean];

const isAboveZero = (value: unknown): boolean => (value as number) > 0;

/** A buffer is allocated, a message is cut: these are never without a limit. */
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

/** The default of each option, and the rule for what is given. */
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
 * @throws TypeError for an option that there is not
 */
export function resolveOptions(options: WebsockOptions): ResolvedOptions {
  const names = [...Object.keys(OPTIONS), 'WebSocket', 'flow'];
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw unknownOption(name, names);
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

function unknownOption(name: string, names: readonly string[]): TypeError {
  const [guess, likeness] = names
    .map((known) => [known, likenessOf(name, known)] as const)
    .reduce((best, next) => (next[1] > best[1] ? next : best));
  const rest = likeness > 0.5 ? `did you mean ${guess}?` : `the options are ${names.join(', ')}`;
  return new TypeError(`Cannot use the option ${name}: ${rest}`);
}

/** How many of their pairs of letters two names have in common: from 0, none, to 1, all. */
function likenessOf(a: string, b: string): number {
  const [those, these] = [pairsOf(a), pairsOf(b)];
  const shared = those.filter((pair) => these.includes(pair)).length;
  return (2 * shared) / (those.length + these.length);
}

const pairsOf = (name: string): string[] =>
  [...name.toLowerCase()].slice(1).map((letter, at) => name[at].toLowerCase() + letter);
