/**
 * Which protocols each listener speaks: its options, checked and complete.
 */
import type { TargetTls } from './access/dial.js';
import type { Target } from './base/address.js';
import { inside, OptionError } from './base/option-error.js';
import { readFixedTarget } from './host-options.js';
import type { ListenRules } from './listener-options.js';
import { type BridgeOptions, readNumber } from './options.js';
import type { TlsOptions } from './port/tls-context.js';

/** The target of connections without HTTP, and how the bridge speaks TLS to it. */
export interface RawRoute {
  readonly target: Target;
  readonly tls?: TargetTls | undefined;
}

/** The options of a listener, checked and complete. */
export interface ListenerSettings {
  readonly tls: TlsOptions | undefined;
  readonly http2: boolean;
  readonly fallback: RawRoute | undefined;
  readonly silenceTimeout: number;
  readonly raw: RawRoute | undefined;
  readonly proxyProtocol: boolean;
}

/** Checks the options that apply to a listener: the bridge's own, or its rules merged into them. Throws an OptionError. */
export function readListener(
  options: BridgeOptions,
  targetTls: TargetTls | undefined,
): ListenerSettings {
  const { tls, http2 = false, fallback } = options;
  const silenceTimeout = readNumber(options, 'silenceTimeout');
  if (silenceTimeout > 0 && fallback === undefined) {
    const message = 'Cannot use a silence timeout without a fallback';
    throw new OptionError('silenceTimeout', message);
  }
  return {
    tls: tls && { ...tls },
    http2,
    fallback: fallback && { target: readFixedTarget('fallback', fallback) },
    silenceTimeout,
    raw: options.raw ? { target: readRaw(options), tls: targetTls } : undefined,
    proxyProtocol: readProxyProtocol(options),
  };
}

/** Checks each of the `listenRules`, merged into the bridge's own options. Throws an OptionError. */
export function readListenRules(
  options: BridgeOptions,
  targetTls: TargetTls | undefined,
): ReadonlyMap<string, ListenerSettings> {
  const entries = Object.entries(options.listenRules ?? {}).map(([name, rules]) =>
    inside(
      `listenRules.${name}`,
      () => [name, readListener(merge(rules, options), targetTls)] as const,
    ),
  );
  return new Map(entries);
}

function merge(rules: ListenRules, options: BridgeOptions): BridgeOptions {
  const { tls } = options;
  if (rules.tls && !tls) {
    throw new OptionError('tls', 'Cannot use rules for TLS: the bridge has no certificate');
  }
  if (!rules.raw) return { ...options, ...rules, tls: tls && { ...tls, ...rules.tls } };
  // A raw listener does not inherit what the others serve: `readRaw` would refuse it.
  const served = { web: undefined, relayV4: undefined, vhosts: undefined, http2: undefined };
  const spoken = { fallback: undefined, silenceTimeout: undefined };
  const own = tls && { ...tls, redirectHttp: false, ...rules.tls };
  return { ...options, ...served, ...spoken, ...rules, tls: own };
}

/** Without a trusted proxy, every PROXY header would be refused. */
function readProxyProtocol({ proxyProtocol = false, trustProxies = [] }: BridgeOptions): boolean {
  if (!proxyProtocol || trustProxies.length > 0) return proxyProtocol;
  const message = 'Cannot accept PROXY headers: no proxy is trusted';
  throw new OptionError('proxyProtocol', message);
}

/** Returns the target of raw connections. Refuses options that need a request: without HTTP there is none. */
function readRaw(options: BridgeOptions): Target {
  const { target, authenticate, web, fallback, http2, relayV4, vhosts, tls } = options;
  const others = {
    'the target depends on the request': typeof target === 'function',
    'authentication needs requests': authenticate,
    'files are served': web,
    'there is a fallback': fallback,
    'HTTP/2 is on': http2,
    'the relay is on': relayV4,
    'there are virtual hosts': vhosts?.length,
    'plain requests are redirected': tls?.redirectHttp,
  };
  for (const [reason, isSo] of Object.entries(others)) {
    if (isSo) throw new OptionError('raw', `Cannot forward everything raw: ${reason}`);
  }
  return readFixedTarget('target', target as Target);
}
