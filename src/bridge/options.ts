/**
 * What a bridge can be told, and what it is when it is told nothing.
 */
import type { IncomingMessage } from 'node:http';
import type { Target } from './address.js';
import { parseHostName, parseOrigin } from './guard.js';
import type { Refusal } from './refuse.js';
import { type FileServer, serveFiles } from './static.js';

/**
 * Tells where a WebSocket goes; `undefined` and a Refusal refuse it, the first with 403 and no hint. An exception is
 * logged and answered with 500. `signal` aborts when the client leaves or `connectTimeout` is over.
 */
export type TargetSource = (
  request: IncomingMessage,
  signal: AbortSignal,
) => Target | Refusal | undefined | Promise<Target | Refusal | undefined>;

/** Tells whether a request may go on: `true`, or what to answer. An exception is logged and answered with 500. */
export type Authenticate = (
  request: IncomingMessage,
  signal: AbortSignal,
) => true | Refusal | Promise<true | Refusal>;

/** The options of `createBridge`. Only `target` is required. */
export interface BridgeOptions {
  /** The one address that every WebSocket is carried to, or what tells it for each. */
  readonly target: Target | TargetSource;
  /** Asked about each WebSocket before its target is. */
  readonly authenticate?: Authenticate | undefined;
  /** A directory whose files are served to plain GET and HEAD requests. Without it those get 405. */
  readonly web?: string | undefined;
  /** Other origins whose pages may connect, each as `https://app.example` or `https://app.example:8443`. */
  readonly allowOrigins?: readonly string[] | undefined;
  /** Names, without port, that clients may call this host by; localhost and IP addresses always pass. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Between two pings, in ms; a client silent for that long after one, or four times that with bytes under way to it, is dropped. Default 25,000; 0: no pings. */
  readonly heartbeat?: number | undefined;
  /** For the target to accept a connection, in ms. Default 10,000. */
  readonly connectTimeout?: number | undefined;
  /** The largest message taken from a client, in bytes; a larger one closes with 1009. Default 1,048,576. */
  readonly maxPayload?: number | undefined;
  /** Takes a line for each event: opened, closed, refused. It is printable ASCII, whatever the client sent. */
  readonly log?: ((line: string) => void) | undefined;
}

/** The options, checked and complete. */
export interface Settings {
  readonly target: TargetSource;
  readonly authenticate: Authenticate;
  readonly files: FileServer | undefined;
  readonly origins: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly heartbeat: number;
  readonly connectTimeout: number;
  readonly maxPayload: number;
  readonly log: (line: string) => void;
}

/** An option of `createBridge` that can't be used. */
export class OptionError extends RangeError {
  override readonly name = 'OptionError';
  /** The option's name, as in `BridgeOptions`. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** The longest time that a timer takes, in ms: it fires at once for a longer one. */
const MAX_TIMER = 2 ** 31 - 1;

/** Checks the options and fills in the defaults. Throws an OptionError with the option's rule and value. */
export function readOptions(options: BridgeOptions): Settings {
  const { web, heartbeat = 25_000, connectTimeout = 10_000 } = options;
  const { maxPayload = 1024 * 1024, log = () => {} } = options;
  requireInteger('heartbeat', 'use a heartbeat of', heartbeat, 0);
  requireInteger('connectTimeout', 'use a connect timeout of', connectTimeout, 1);
  requireInteger('maxPayload', 'use a maximum payload of', maxPayload, 1);

  const origins = options.allowOrigins?.map((text) => {
    const rule = 'an origin is scheme://host[:port], without a path, and each is named in full';
    const message = `Cannot allow the origin "${text}": ${rule}`;
    return required('allowOrigins', parseOrigin(text), message);
  });
  const hosts = options.allowHosts?.map((text) => {
    const rule = 'a host is a name without scheme or port';
    const message = `Cannot allow the host "${text}": ${rule}`;
    return required('allowHosts', parseHostName(text), message);
  });
  return {
    target: readTarget(options.target),
    authenticate: options.authenticate ?? (() => true),
    files: web === undefined ? undefined : attempt('web', () => serveFiles(web)),
    origins: new Set(origins),
    hosts: new Set(hosts),
    heartbeat,
    connectTimeout,
    maxPayload,
    log,
  };
}

function readTarget(target: Target | TargetSource): TargetSource {
  if (typeof target === 'function') return target;
  if (!('path' in target)) {
    if (typeof target.host !== 'string' || target.host === '') {
      const rule = 'expected a name or an address';
      throw new OptionError('target', `Cannot connect to target host ${target.host}: ${rule}`);
    }
    requireInteger('target', 'connect to target port', target.port, 1, 65_535);
  }
  return () => target;
}

function requireInteger(
  option: string,
  action: string,
  value: number,
  min: number,
  max = MAX_TIMER,
): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    const rule = `expected an integer from ${min} to ${max}`;
    throw new OptionError(option, `Cannot ${action} ${value}: ${rule}`);
  }
}

function required<T>(option: string, value: T | undefined, message: string): T {
  if (value === undefined) throw new OptionError(option, message);
  return value;
}

/** What another module refuses, under the name of the option. */
function attempt<T>(option: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new OptionError(option, error instanceof Error ? error.message : String(error));
  }
}
