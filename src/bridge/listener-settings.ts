/**
 * What is spoken at each of the listeners, checked and complete.
 */
import type { TargetTls } from './access/dial.js';
import type { Target } from './base/address.js';
import { inside, OptionError } from './base/option-error.js';
import { readFixedTarget } from './host-options.js';
import type { ListenRules } from './listener-options.js';
import { type BridgeOptions, readNumber } from './options.js';
import type { TlsOptions } from './port/tls-context.js';

/** Where connections are carried that are not HTTP. */
export interface RawRoute {
  readonly target: Target;
  readonly tls?: TargetTls | undefined;
}

/** What is spoken at a listener. */
export interface ListenerSettings {
  readonly tls: TlsOptions | undefined;
  readonly http2: boolean;
  readonly fallback: RawRoute | undefined;
  readonly silenceTimeout: number;
  readonly raw: RawRoute | undefined;
  readonly proxyProtocol: boolean;
}

/** Checks what is spoken where a listener has no rules of its own. */
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

/** Checks the rules that listeners have of their own. Throws an OptionError. */
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
  // Where everything is forwarded, nothing is missed of what others serve.
  const served = { web: undefined, relayV4: undefined, vhosts: undefined, http2: undefined };
  const spoken = { fallback: undefined, silenceTimeout: undefined };
  const own = tls && { ...tls, redirectHttp: false, ...rules.tls };
  return { ...options, ...served, ...spoken, ...rules, tls: own };
}

/** A bridge that expects a header but trusts no proxy would serve no one. */
function readProxyProtocol({ proxyProtocol = false, trustProxies = [] }: BridgeOptions): boolean {
  if (!proxyProtocol || trustProxies.length > 0) return proxyProtocol;
  const message = 'Cannot accept PROXY headers: no proxy is trusted';
  throw new OptionError('proxyProtocol', message);
}

/** Options that need a request are refused: without HTTP there is none. */
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
