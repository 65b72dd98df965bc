/**
 * Refuses options that do not exist: a misspelt one that was ignored could leave the bridge open to everyone.
 */
import { inside, OptionError } from './base/option-error.js';
import type { HostOptions, VhostOptions } from './host-options.js';
import type { ListenerOptions, ListenRules } from './listener-options.js';
import { type BridgeOptions, NUMBERS } from './options.js';
import type { CertificateFiles, TlsOptions } from './port/tls-context.js';

/** The names of an interface's members. */
type Names<Options> = Readonly<Record<keyof Options, unknown>>;

const HOST: Names<HostOptions> = {
  target: 1,
  authenticate: 1,
  web: 1,
  allowFrames: 1,
  webAuth: 1,
  allowOrigins: 1,
};

const VHOST: Names<VhostOptions> = { names: 1, ...HOST, tls: 1 };

const LISTENER: Names<ListenerOptions> = {
  fallback: 1,
  silenceTimeout: 1,
  http2: 1,
  raw: 1,
  proxyProtocol: 1,
};

const LISTEN_RULES: Names<ListenRules> = { ...LISTENER, tls: 1 };

const LISTENER_TLS: Names<NonNullable<ListenRules['tls']>> = { only: 1, redirectHttp: 1 };

const BRIDGE: Names<BridgeOptions> = {
  ...HOST,
  ...LISTENER,
  ...NUMBERS,
  tls: 1,
  listenRules: 1,
  targetTls: 1,
  trustProxies: 1,
  sendProxy: 1,
  allowHosts: 1,
  vhosts: 1,
  ledger: 1,
  flowRoute: 1,
  relayV4: 1,
  runOnce: 1,
  log: 1,
  record: 1,
  traffic: 1,
};

const CERTIFICATE: Names<CertificateFiles> = { cert: 1, key: 1, keyPassword: 1 };

const TLS: Names<TlsOptions> = {
  ...CERTIFICATE,
  only: 1,
  redirectHttp: 1,
  minVersion: 1,
  ciphers: 1,
  verifyClient: 1,
  ca: 1,
};

/** Checks the names of a bridge's options, those of its hosts and listeners included. Throws an OptionError. */
export function requireKnown(options: BridgeOptions): void {
  const { tls, vhosts = [], listenRules = {} } = options;
  refuseUnknown(options, BRIDGE);
  inside('tls', () => refuseUnknown(tls, TLS));
  for (const [index, vhost] of vhosts.entries()) {
    inside(`vhosts.${index}`, () => {
      refuseUnknown(vhost, VHOST);
      inside('tls', () => refuseUnknown(vhost.tls, CERTIFICATE));
    });
  }
  for (const [name, rules] of Object.entries(listenRules)) {
    inside(`listenRules.${name}`, () => {
      refuseUnknown(rules, LISTEN_RULES);
      inside('tls', () => refuseUnknown(rules.tls, LISTENER_TLS));
    });
  }
}

function refuseUnknown(options: object = {}, known: object): void {
  const names = Object.keys(known);
  const name = Object.keys(options).find((each) => !names.includes(each));
  if (name === undefined) return;
  throw new OptionError(name, `Cannot use the option ${name}: the options are ${names.join(', ')}`);
}
