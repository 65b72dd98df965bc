/**
 * The options of a bridge and their defaults.
 */
import { readTarget, type Target } from './base/address.js';
import type { Authenticate, TargetSource } from './access/contracts.js';
import type { TargetTls } from './access/dial.js';
import type { ProxyVersion } from './access/proxy-header.js';
import type { BridgeEvent } from './log/events.js';
import { parseHostName, parseOrigin } from './base/origin.js';
import { harmless } from './base/listener.js';
import { readRegularFileSync } from './base/regular-file.js';
import { attempt, OptionError } from './base/option-error.js';
import { Recorder, type RecordOptions } from './session/record/recorder.js';
import type { Traffic } from './session/relay.js';
import { type FileServer, serveFiles } from './http/static.js';
import type { TlsOptions } from './port/tls-context.js';
import { MAX_TIMER } from './process/life.js';
import { TrustedProxies } from './base/trusted-proxies.js';
import { isSocketPath, SOCKET_PATH_RULE } from './base/unix.js';

/** The options of `createBridge`. Only `target` is required. */
export interface BridgeOptions {
  /** The address that every WebSocket is forwarded to, or a function that chooses one for each. */
  readonly target: Target | TargetSource;
  /** Called for each WebSocket, before its target is looked up. */
  readonly authenticate?: Authenticate | undefined;
  /** TLS on the port. Without it only plain connections are served. */
  readonly tls?: TlsOptions | undefined;
  /**
   * Where connections are carried whose first bytes are neither HTTP nor TLS: as they are, for SSH on the port of a web
   * server, for example. Without it they are refused.
   */
  readonly fallback?: Target | undefined;
  /**
   * How long a client may say nothing, in ms, before it is carried to `fallback` as one that waits for the server's first
   * word. Default 0: never. Browsers may open connections that they do not use yet: over TLS these are told apart.
   */
  readonly silenceTimeout?: number | undefined;
  /** Whether every connection is carried to `target` as it is, after TLS if there is `tls`: nothing else is served then. */
  readonly raw?: boolean | undefined;
  /** Uses TLS to the target and checks its certificate. `ca` is a PEM file; `serverName` is the name in the certificate, by default the target's host. */
  readonly targetTls?:
    { readonly ca?: string | undefined; readonly serverName?: string | undefined } | undefined;
  /** A directory whose files are served to plain GET and HEAD requests. Without it those get 405. */
  readonly web?: string | undefined;
  /** Other origins whose pages may show those of `web` in a frame. Default: none, which prevents clickjacking. */
  readonly allowFrames?: readonly string[] | undefined;
  /** Whether `authenticate` is called for plain requests as well. */
  readonly webAuth?: boolean | undefined;
  /** Other origins whose pages may connect, each as `https://app.example` or `https://app.example:8443`. */
  readonly allowOrigins?: readonly string[] | undefined;
  /**
   * The proxies in front of the bridge, each as `10.0.0.0/8`, an address, or `unix` for those that come by a unix
   * socket. The client's address is then read from their `Forwarded` or `X-Forwarded-For`. Default: none.
   */
  readonly trustProxies?: readonly string[] | undefined;
  /** Whether the proxies of `trustProxies` begin each connection with a PROXY header, version 1 or 2. */
  readonly proxyProtocol?: boolean | undefined;
  /** Begins each connection to a target with a PROXY header of this version, which tells the client's address. */
  readonly sendProxy?: 'v1' | 'v2' | undefined;
  /** Host names, without port, that clients may use for this host; localhost and IP addresses are always allowed. */
  readonly allowHosts?: readonly string[] | undefined;
  /**
   * The time between two pings, in ms; a client silent for that long after one is dropped. While bytes are queued for it, it gets four
   * times as long without reading any of them, plus the time to read what its system has buffered. Default 25,000; 0: no pings.
   */
  readonly heartbeat?: number | undefined;
  /** How long the target may take to accept a connection, in ms; each function called before it gets as long. Default 10,000. */
  readonly connectTimeout?: number | undefined;
  /** How long a target may be silent, in ms, before 1011. Default 0: forever. */
  readonly readTimeout?: number | undefined;
  /** How long a target may accept none of its queued data, in ms, before 1011. Default 300,000; 0: forever. */
  readonly sendTimeout?: number | undefined;
  /** Concurrent connections of any kind; more get 503. Default 10,000; 0: no limit. */
  readonly maxConnections?: number | undefined;
  /** Concurrent connections from one IPv4 address or IPv6 /64 network; more get 429. Default 2,000; 0: no limit. */
  readonly maxConnectionsPerAddress?: number | undefined;
  /** The largest message accepted from a client, in bytes; a larger one closes with 1009. Default 1,048,576. */
  readonly maxPayload?: number | undefined;
  /** The most fragments in one message from a client; more close with 1008. Default 1,024. */
  readonly maxFragments?: number | undefined;
  /** The largest message to a client, in bytes. Default 1,048,576, at least 1,024. */
  readonly maxFrame?: number | undefined;
  /** Whether the bridge stops listening at the first WebSocket and ends with it. */
  readonly runOnce?: boolean | undefined;
  /** When to stop listening, in ms; the bridge ends with the last session open then. Default 0: never. */
  readonly listenTimeout?: number | undefined;
  /** How long the bridge may be without clients before it ends, in ms. Default 0: forever. */
  readonly idleTimeout?: number | undefined;
  /** Called with a line for each event, and the event. The line is printable ASCII, whatever the client sent. */
  readonly log?: ((line: string, event: BridgeEvent) => void) | undefined;
  /** Records each WebSocket session to a file of its own, which only its owner may read. */
  readonly record?: RecordOptions | undefined;
  /** Takes a symbol for each frame. */
  readonly traffic?: Traffic | undefined;
}

/** The numbers among the options: how each is called in a message, its default and its least value. */
const NUMBERS = {
  heartbeat: ['a heartbeat', 25_000, 0],
  connectTimeout: ['a connect timeout', 10_000, 1],
  readTimeout: ['a read timeout', 0, 0],
  sendTimeout: ['a send timeout', 300_000, 0],
  maxConnections: ['a maximum of connections', 10_000, 0],
  maxConnectionsPerAddress: ['a maximum of connections per address', 2_000, 0],
  maxPayload: ['a maximum payload', 1024 * 1024, 1],
  maxFragments: ['a maximum of fragments', 1024, 1],
  maxFrame: ['a maximum frame', 1024 * 1024, 1024],
  listenTimeout: ['a listen timeout', 0, 0],
  idleTimeout: ['an idle timeout', 0, 0],
  silenceTimeout: ['a silence timeout', 0, 0],
} as const;

type Numbers = { readonly [Name in keyof typeof NUMBERS]: number };

/** Where connections are carried that are not HTTP. */
export interface RawRoute {
  readonly target: Target;
  readonly tls?: TargetTls | undefined;
}

/** The options, checked and complete. */
export interface Settings extends Numbers {
  readonly target: TargetSource;
  /** Whether the target depends on the request. */
  readonly asksForTarget: boolean;
  readonly authenticate: Authenticate;
  readonly tls: TlsOptions | undefined;
  readonly targetTls: TargetTls | undefined;
  readonly fallback: RawRoute | undefined;
  readonly raw: RawRoute | undefined;
  readonly files: FileServer | undefined;
  readonly webAuth: boolean;
  readonly origins: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly trustedProxies: TrustedProxies;
  readonly proxyProtocol: boolean;
  readonly sendProxy: ProxyVersion | undefined;
  readonly runOnce: boolean;
  readonly log: ((line: string, event: BridgeEvent) => void) | undefined;
  readonly recorder: Recorder | undefined;
  readonly traffic: Traffic | undefined;
}

/** Checks the options and fills in the defaults. Throws an OptionError with the option's rule and value. */
export function readOptions(options: BridgeOptions): Settings {
  const { web, tls, targetTls, webAuth = false, runOnce = false, log, record } = options;
  const origins = readOrigins('allowOrigins', options.allowOrigins);
  const frames = readOrigins('allowFrames', options.allowFrames);
  const hosts = options.allowHosts?.map((text) => {
    const rule = 'a host is a name without scheme or port';
    const message = `Cannot allow the host "${text}": ${rule}`;
    return required('allowHosts', parseHostName(text), message);
  });
  const numbers = readNumbers(options);
  if (numbers.silenceTimeout > 0 && options.fallback === undefined) {
    const message = 'Cannot use a silence timeout: there is no fallback';
    throw new OptionError('silenceTimeout', message);
  }
  const targetTlsSettings = targetTls && readTargetTls(targetTls);
  return {
    ...numbers,
    target: readTargetSource(options.target),
    asksForTarget: typeof options.target === 'function',
    authenticate: options.authenticate ?? (() => true),
    tls: tls && { ...tls },
    targetTls: targetTlsSettings,
    fallback: options.fallback && { target: readFixedTarget('fallback', options.fallback) },
    raw: options.raw ? { target: readRaw(options), tls: targetTlsSettings } : undefined,
    files: web === undefined ? undefined : attempt('web', () => serveFiles(web, frames)),
    webAuth: webAuth && readWebAuth(options),
    origins: new Set(origins),
    hosts: new Set(hosts),
    trustedProxies: attempt('trustProxies', () => new TrustedProxies(options.trustProxies ?? [])),
    proxyProtocol: readProxyProtocol(options),
    sendProxy: readProxyVersion(options.sendProxy),
    runOnce,
    log: log && harmless('log', log),
    recorder: record && attempt('record', () => new Recorder(record)),
    traffic: options.traffic && harmless('traffic', options.traffic),
  };
}

function readOrigins(option: string, texts: readonly string[] = []): string[] {
  return texts.map((text) => {
    const rule = 'an origin is scheme://host[:port], without a path, and each is named in full';
    const message = `Cannot allow the origin "${text}": ${rule}`;
    return required(option, parseOrigin(text), message);
  });
}

function readNumbers(options: BridgeOptions): Numbers {
  const entries = Object.entries(NUMBERS).map(([key, [name, standard, min]]) => {
    const value = options[key as keyof Numbers] ?? standard;
    requireInteger(key, `use ${name} of`, value, min);
    return [key, value];
  });
  return Object.fromEntries(entries) as Numbers;
}

/** Whoever asks for authentication and has none would be served to all. */
function readWebAuth({ web, authenticate }: BridgeOptions): true {
  if (web !== undefined && authenticate) return true;
  const rule = web === undefined ? 'no files are served' : 'no authentication is configured';
  throw new OptionError('webAuth', `Cannot require authentication for files: ${rule}`);
}

/** Whoever expects a header, and believes nobody's, would serve nobody. */
function readProxyProtocol({ proxyProtocol = false, trustProxies = [] }: BridgeOptions): boolean {
  if (!proxyProtocol || trustProxies.length > 0) return proxyProtocol;
  const message = 'Cannot accept PROXY headers: no proxy is trusted';
  throw new OptionError('proxyProtocol', message);
}

function readProxyVersion(version: BridgeOptions['sendProxy']): ProxyVersion | undefined {
  if (version === undefined || version === 'v1' || version === 'v2') return version;
  const message = `Cannot send PROXY headers of version ${String(version)}: expected v1 or v2`;
  throw new OptionError('sendProxy', message);
}

function readTargetTls({ ca, serverName }: NonNullable<BridgeOptions['targetTls']>): TargetTls {
  const pem = ca === undefined ? undefined : attempt('targetTls.ca', () => readRegularFileSync(ca));
  return { ca: pem, serverName };
}

/** The one target, or the function that chooses it. */
function readTargetSource(target: Target | TargetSource): TargetSource {
  if (typeof target === 'function') return target;
  const only = readFixedTarget('target', target);
  return () => only;
}

function readFixedTarget(option: string, target: Target): Target {
  const only = attempt(option, () => readTarget(target));
  if ('path' in only && !isSocketPath(only.path)) {
    const message = `Cannot connect to unix:${only.path}: ${SOCKET_PATH_RULE}`;
    throw new OptionError(option, message);
  }
  return only;
}

/** What would need a request is refused: without HTTP there is none. */
function readRaw(options: BridgeOptions): Target {
  const { target, authenticate, web, fallback, tls } = options;
  const others = {
    'the target depends on the request': typeof target === 'function',
    'authentication needs requests': authenticate,
    'files are served': web,
    'there is a fallback': fallback,
    'plain requests are redirected': tls?.redirectHttp,
  };
  for (const [reason, isSo] of Object.entries(others)) {
    if (isSo) throw new OptionError('raw', `Cannot carry everything raw: ${reason}`);
  }
  return readFixedTarget('target', target as Target);
}

function requireInteger(option: string, action: string, value: number, min: number): void {
  if (!Number.isInteger(value) || value < min || value > MAX_TIMER) {
    const rule = `expected an integer from ${min} to ${MAX_TIMER}`;
    throw new OptionError(option, `Cannot ${action} ${value}: ${rule}`);
  }
}

function required<T>(option: string, value: T | undefined, message: string): T {
  if (value === undefined) throw new OptionError(option, message);
  return value;
}
