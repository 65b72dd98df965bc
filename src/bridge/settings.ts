/**
 * The options of a bridge, checked and complete.
 */
import type { TargetSource } from './access/contracts.js';
import type { TargetTls } from './access/dial.js';
import type { ProxyVersion } from './access/proxy-header.js';
import { relayTargets } from './access/targets/relay-target.js';
import { type Ledger, LocalLedger } from './base/ledger.js';
import { harmless } from './base/listener.js';
import { attempt, OptionError } from './base/option-error.js';
import { readRegularFileSync } from './base/regular-file.js';
import { TrustedProxies } from './base/trusted-proxies.js';
import type { Vhosts } from './base/vhosts.js';
import { type Host, readHosts, type VhostOptions } from './host-options.js';
import { type ListenerSettings, readListener, readListenRules } from './listener-settings.js';
import type { BridgeEvent } from './log/events.js';
import { type BridgeOptions, type Numbers, readNumbers } from './options.js';
import { requireKnown } from './option-names.js';
import { Recorder } from './session/record/recorder.js';
import type { Traffic } from './session/relay.js';

/** The lowest rate, in bytes a second. */
const MIN_RATE = 1_024;

/** The options, checked and complete. */
export interface Settings extends Omit<Numbers, 'silenceTimeout'>, ListenerSettings {
  /** The settings of the listeners that have rules of their own, by the name of the rules. */
  readonly listenRules: ReadonlyMap<string, ListenerSettings>;
  /** Whether the target depends on the request. */
  readonly asksForTarget: boolean;
  readonly hosts: Vhosts<Host>;
  readonly targetTls: TargetTls | undefined;
  readonly trustedProxies: TrustedProxies;
  readonly sendProxy: ProxyVersion | undefined;
  readonly flowRoute: string | undefined;
  /** Whether sessions of the flow protocol are served. */
  readonly hasFlow: boolean;
  readonly ledger: Ledger;
  /** Whether corp-relay-v4 is served, and the source of its targets. */
  readonly hasRelay: boolean;
  readonly relayTarget: TargetSource | undefined;
  readonly runOnce: boolean;
  readonly log: ((line: string, event: BridgeEvent) => void) | undefined;
  readonly recorder: Recorder | undefined;
  readonly traffic: Traffic | undefined;
}

/** Checks the options and fills in the defaults. Throws an OptionError with the option's rule and value. */
export function readOptions(options: BridgeOptions): Settings {
  requireKnown(options);
  const { targetTls, vhosts = [], runOnce = false, log, record } = options;
  const numbers = readNumbers(options);
  requireRate(numbers.rate);
  if (numbers.maxSessionsPerToken > 0) requireHolders(options);
  const { relayV4, ledger = new LocalLedger() } = options;
  const targetTlsSettings = targetTls && readTargetTls(targetTls);
  if (!options.tls) refuseCertificates(vhosts);
  return {
    ...numbers,
    ...readListener(options, targetTlsSettings),
    listenRules: readListenRules(options, targetTlsSettings),
    asksForTarget: [options, ...vhosts].some(({ target }) => typeof target === 'function'),
    hosts: readHosts(options, vhosts),
    targetTls: targetTlsSettings,
    trustedProxies: attempt('trustProxies', () => new TrustedProxies(options.trustProxies ?? [])),
    sendProxy: readProxyVersion(options.sendProxy),
    flowRoute: options.flowRoute === undefined ? undefined : readRoute(options.flowRoute),
    hasFlow: numbers.linger > 0,
    ledger,
    hasRelay: relayV4 !== undefined,
    relayTarget: relayV4 && attempt('relayV4', () => relayTargets(relayV4, ledger)),
    runOnce,
    log: log && harmless('log', log),
    recorder: record && attempt('record', () => new Recorder(record)),
    traffic: options.traffic && harmless('traffic', options.traffic),
  };
}

/** At lower rates, a connection's first bytes would take minutes to pass. */
function requireRate(rate: number): void {
  if (rate === 0 || rate >= MIN_RATE) return;
  const rule = `expected 0, or at least ${MIN_RATE} bytes a second`;
  throw new OptionError('rate', `Cannot use a rate of ${rate}: ${rule}`);
}

/** A limit that applies to no one is a mistake. */
function requireHolders({ vhosts = [], tls, ...own }: BridgeOptions): void {
  const hosts = [own, ...vhosts];
  const isKnown = hosts.some(
    ({ target, authenticate }) => typeof target === 'function' || authenticate,
  );
  if (isKnown || tls?.verifyClient) return;
  const message = 'Cannot limit the sessions of a token: there are neither tokens nor users';
  throw new OptionError('maxSessionsPerToken', message);
}

function readRoute(route: string): string {
  if (/^[\w.-]{1,64}$/.test(route)) return route;
  const rule = 'expected 1 to 64 letters, digits, ".", "_" or "-"';
  throw new OptionError('flowRoute', `Cannot use the route "${route}": ${rule}`);
}

function readProxyVersion(version: BridgeOptions['sendProxy']): ProxyVersion | undefined {
  if (version === undefined || version === 'v1' || version === 'v2') return version;
  const message = `Cannot send PROXY headers of version ${String(version)}: expected v1 or v2`;
  throw new OptionError('sendProxy', message);
}

/** A certificate for a host means that TLS is expected. */
function refuseCertificates(vhosts: readonly VhostOptions[]): void {
  const index = vhosts.findIndex(({ tls }) => tls);
  if (index === -1) return;
  throw new OptionError(`vhosts.${index}.tls`, 'Cannot use a certificate: the bridge has no TLS');
}

function readTargetTls({ ca, serverName }: NonNullable<BridgeOptions['targetTls']>): TargetTls {
  const pem = ca === undefined ? undefined : attempt('targetTls.ca', () => readRegularFileSync(ca));
  return { ca: pem, serverName };
}
