/**
 * The options of a bridge and their defaults.
 */
import type { RelayRules } from './access/targets/relay-target.js';
import type { Ledger } from './base/ledger.js';
import { OptionError } from './base/option-error.js';
import type { HostOptions, VhostOptions } from './host-options.js';
import type { ListenerOptions, ListenRules } from './listener-options.js';
import type { BridgeEvent } from './log/events.js';
import type { TlsOptions } from './port/tls-context.js';
import { MAX_TIMER } from './process/life.js';
import type { RecordOptions } from './session/record/recorder.js';
import type { Traffic } from './session/relay.js';

/** The options of `createBridge`. Only `target` is required. */
export interface BridgeOptions extends HostOptions, ListenerOptions {
  /** How to serve TLS. Without it, only plain connections are served. */
  readonly tls?: TlsOptions | undefined;
  /**
   * Named rules for ports and sockets that differ from these options; `listen` takes the name. For example, for a plain
   * port that only redirects to https: `{ plain: { tls: { redirectHttp: true } } }`.
   */
  readonly listenRules?: Readonly<Record<string, ListenRules>> | undefined;
  /**
   * Connects to the target over TLS and checks its certificate. `ca` is a PEM file of the authorities to trust; `serverName` is
   * the name that the certificate must have, by default the target's host.
   */
  readonly targetTls?:
    { readonly ca?: string | undefined; readonly serverName?: string | undefined } | undefined;
  /**
   * The proxies in front of the bridge, each as a network (`10.0.0.0/8`), an address, or `unix` for those that connect through
   * a unix socket. For their requests, the client's address comes from `Forwarded` or `X-Forwarded-For`. Default: none.
   */
  readonly trustProxies?: readonly string[] | undefined;
  /** Begins each connection to a target with a PROXY header of this version, which carries the client's address. */
  readonly sendProxy?: 'v1' | 'v2' | undefined;
  /** Host names, without port, that clients may use for this host; localhost and IP addresses are always allowed. */
  readonly allowHosts?: readonly string[] | undefined;
  /**
   * More hosts on the same ports. The name that a client asks for selects its host: SNI for the certificate, `Host` for
   * everything else. Requests that match none get the host of these options.
   */
  readonly vhosts?: readonly VhostOptions[] | undefined;
  /**
   * The time between two pings, in ms; a client that is silent for that long after one is dropped. A client with bytes queued for
   * it is dropped only after taking none of them for four times as long; once it has taken them, it gets time to read what its
   * system has buffered. Default 25,000; 0: no pings.
   */
  readonly heartbeat?: number | undefined;
  /**
   * How long the target may take to accept a connection, in ms; `authenticate` and the function that chooses the target
   * each get as long. Default 10,000.
   */
  readonly connectTimeout?: number | undefined;
  /** How long a target may be silent, in ms, before the session closes with 1011. Default 0: forever. */
  readonly readTimeout?: number | undefined;
  /**
   * How long a target may accept none of its queued data, in ms, before the session closes with 1011. Default 300,000;
   * 0: forever.
   */
  readonly sendTimeout?: number | undefined;
  /** The most concurrent connections of any kind; further ones get 503. Default 10,000; 0: no limit. */
  readonly maxConnections?: number | undefined;
  /**
   * The most concurrent connections from one IPv4 address or IPv6 /64 network; further ones get 429. Default 2,000;
   * 0: no limit.
   */
  readonly maxConnectionsPerAddress?: number | undefined;
  /**
   * The most concurrent sessions with one token or, where tokens do not choose the target, of one user: the verified
   * certificate, else the HTTP Basic user name that `authenticate` accepted. Further ones get 429. Default 0: no limit.
   */
  readonly maxSessionsPerToken?: number | undefined;
  /** How long a session may last, in ms, before it closes with 1008. Default 0: forever. */
  readonly maxDuration?: number | undefined;
  /**
   * How many bytes a second a session may carry each way, with bursts of up to one second's worth; at least 1,024.
   * Default 0: no limit.
   */
  readonly rate?: number | undefined;
  /**
   * Counts connections, sessions and whatever else has a limit. Several bridges may share one. Default: the bridge's
   * own, whose counts `handOver` passes on.
   */
  readonly ledger?: Ledger | undefined;
  /** The largest message accepted from a client, in bytes; a larger one closes the session with 1009. Default 1,048,576. */
  readonly maxPayload?: number | undefined;
  /** The most fragments in one message from a client; more close the session with 1008. Default 1,024. */
  readonly maxFragments?: number | undefined;
  /** The largest message to a client, in bytes. Default 1,048,576, at least 1,024. */
  readonly maxFrame?: number | undefined;
  /**
   * How long a session of the flow protocol waits for a client that lost its WebSocket, in ms. Default 120,000; 0: the bridge
   * does not offer the protocol.
   */
  readonly linger?: number | undefined;
  /** How many sessions may wait for their clients at once; beyond that, the one that has waited longest ends. Default 1,000. */
  readonly maxSuspended?: number | undefined;
  /** How many bytes may be in flight or unread in each direction of a flow session. Default 1,048,576, at least 65,536. */
  readonly flowWindow?: number | undefined;
  /**
   * The name of this bridge among several behind a load balancer: returning clients send it in the query, as
   * `flow-route`. Letters, digits, `.`, `_` and `-`, at most 64.
   */
  readonly flowRoute?: string | undefined;
  /**
   * Serves Chrome's Secure Shell over its relay protocol, corp-relay-v4, at `/cookie`, `/endpoint`, `/v4/connect` and
   * `/v4/reconnect`. Its clients name their targets, within these rules. Default: not served.
   */
  readonly relayV4?: RelayRules | undefined;
  /** Whether the bridge stops listening once its first session opens, and ends with that session. */
  readonly runOnce?: boolean | undefined;
  /** How long to listen, in ms; the bridge then ends with its last open session. Default 0: forever. */
  readonly listenTimeout?: number | undefined;
  /** How long the bridge may be without sessions before it ends, in ms. Default 0: forever. */
  readonly idleTimeout?: number | undefined;
  /** Called for each event, with its log line and the event itself. The line is printable ASCII, whatever the client sent. */
  readonly log?: ((line: string, event: BridgeEvent) => void) | undefined;
  /** Records each WebSocket session to a file of its own, which is readable only by its owner. */
  readonly record?: RecordOptions | undefined;
  /** Called with a symbol whenever data passes. */
  readonly traffic?: Traffic | undefined;
}

/** The default of `maxSuspended`. */
export const DEFAULT_SUSPENDED = 1_000;

/** The numeric options: the name of each in error messages, its default and its minimum. */
export const NUMBERS = {
  heartbeat: ['a heartbeat', 25_000, 0],
  connectTimeout: ['a connect timeout', 10_000, 1],
  readTimeout: ['a read timeout', 0, 0],
  sendTimeout: ['a send timeout', 300_000, 0],
  maxConnections: ['a connection limit', 10_000, 0],
  maxConnectionsPerAddress: ['a connection limit per address', 2_000, 0],
  maxSessionsPerToken: ['a limit on sessions per token', 0, 0],
  maxDuration: ['a maximum duration', 0, 0],
  rate: ['a rate', 0, 0],
  maxPayload: ['a payload limit', 1024 * 1024, 1],
  maxFragments: ['a fragment limit', 1024, 1],
  maxFrame: ['a frame limit', 1024 * 1024, 1024],
  linger: ['a linger time', 120_000, 0],
  maxSuspended: ['a suspended-session limit', DEFAULT_SUSPENDED, 1],
  flowWindow: ['a flow window', 1024 * 1024, 65_536],
  listenTimeout: ['a listen timeout', 0, 0],
  idleTimeout: ['an idle timeout', 0, 0],
  silenceTimeout: ['a silence timeout', 0, 0],
} as const;

/** The values of all numeric options. */
export type Numbers = { readonly [Name in keyof typeof NUMBERS]: number };

/** Checks the numeric options and fills in the defaults. Throws an OptionError. */
export function readNumbers(options: BridgeOptions): Numbers {
  const keys = Object.keys(NUMBERS) as (keyof Numbers)[];
  return Object.fromEntries(keys.map((key) => [key, readNumber(options, key)])) as Numbers;
}

/** Checks a numeric option, or returns its default. Throws an OptionError. */
export function readNumber(options: BridgeOptions, key: keyof Numbers): number {
  const [name, standard, min] = NUMBERS[key];
  const value = options[key] ?? standard;
  if (Number.isInteger(value) && value >= min && value <= MAX_TIMER) return value;
  const rule = `expected an integer from ${min} to ${MAX_TIMER}`;
  throw new OptionError(key, `Cannot use ${name} of ${value}: ${rule}`);
}
