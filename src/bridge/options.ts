/**
 * What a bridge can be told, and what it is when it is told nothing.
 */
import type { Address } from './address.js';
import { parseHostName, parseOrigin } from './guard.js';
import { type FileServer, serveFiles } from './static.js';

/** The options of `createBridge`. Only `target` is required. */
export interface BridgeOptions {
  /** The one address that every WebSocket is carried to. */
  readonly target: Address;
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
  readonly target: Address;
  readonly files: FileServer | undefined;
  readonly origins: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly heartbeat: number;
  readonly connectTimeout: number;
  readonly maxPayload: number;
  readonly log: (line: string) => void;
}

/** The longest time that a timer takes, in ms: it fires at once for a longer one. */
const MAX_TIMER = 2 ** 31 - 1;

/** Checks the options and fills in the defaults. Throws a RangeError that names the option's rule and value. */
export function readOptions(options: BridgeOptions): Settings {
  const { target, web, heartbeat = 25_000, connectTimeout = 10_000 } = options;
  const { maxPayload = 1024 * 1024, log = () => {} } = options;
  if (typeof target.host !== 'string' || target.host === '') {
    throw new RangeError(
      `Cannot connect to target host ${target.host}: expected a name or an address`,
    );
  }
  requireInteger('connect to target port', target.port, 1, 65_535);
  requireInteger('use a heartbeat of', heartbeat, 0, MAX_TIMER);
  requireInteger('use a connect timeout of', connectTimeout, 1, MAX_TIMER);
  requireInteger('use a maximum payload of', maxPayload, 1, MAX_TIMER);

  const origins = options.allowOrigins?.map((text) => {
    const rule = 'an origin is scheme://host[:port], without a path, and each is named in full';
    return required(parseOrigin(text), `Cannot allow the origin "${text}": ${rule}`);
  });
  const hosts = options.allowHosts?.map((text) => {
    const rule = 'a host is a name without scheme or port';
    return required(parseHostName(text), `Cannot allow the host "${text}": ${rule}`);
  });
  return {
    target,
    files: web === undefined ? undefined : serveFiles(web),
    origins: new Set(origins),
    hosts: new Set(hosts),
    heartbeat,
    connectTimeout,
    maxPayload,
    log,
  };
}

function requireInteger(action: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`Cannot ${action} ${value}: expected an integer from ${min} to ${max}`);
  }
}

function required<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new RangeError(message);
  return value;
}
