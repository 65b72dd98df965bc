/**
 * What the command line of `websock-bridge` asks for: the options of a bridge, where it listens and how it logs.
 */
import type { TargetSource } from '../access/contracts.js';
import type { Warn } from '../access/plugin.js';
import { type Address, parseTarget } from '../base/address.js';
import type { InheritedSource } from '../base/inherited.js';
import type { Source } from '../base/source.js';
import { type Ledger, LocalLedger } from '../base/ledger.js';
import { OptionError } from '../base/option-error.js';
import { plainMessageOf } from '../base/text.js';
import type { BridgeOptions } from '../options.js';
import type { Syslog } from '../process/syslog.js';
import type { WrapOptions } from '../process/wrap/program.js';
import { applyAccess, readGiven } from './given.js';
import { explainListener, notInherited, readListeners } from './listeners.js';
import { warnOfOpenSecrets } from './open-secrets.js';
import type { Given } from './option.js';
import { OPTIONS } from './options/index.js';
import { openReplay, takeReplay } from './replay.js';
import type { Setting } from './setting.js';
import { readSettings } from './settings.js';
import { findHandedOver, hasSource, readSources } from './sources.js';
import { explainVhost, openVhosts } from './vhosts.js';
import { asksToWrap, readWrap, targetOf } from './wrap.js';

/** What the command line asks for. */
export type Command =
  | { readonly action: 'help'; readonly group: string | undefined }
  | { readonly action: 'version' }
  | Run;

/** A bridge to run. */
export interface Run {
  readonly action: 'run';
  /** Whether to show only what would be run. */
  readonly check: boolean;
  /** Where each option came from. */
  readonly settings: readonly Setting[];
  /** The settings of each additional host. */
  readonly vhosts: readonly (readonly Setting[])[];
  /** The settings of each listener with its own rules. */
  readonly listeners: readonly (readonly Setting[])[];
  readonly sources: readonly Source[];
  /** Whether to serve standard input. */
  readonly inetd: boolean;
  /** How many processes serve connections. */
  readonly workers: number;
  readonly daemon: boolean;
  readonly pidFile: string | undefined;
  readonly options: BridgeOptions;
  readonly log: {
    readonly verbose: boolean;
    readonly traffic: boolean;
    readonly json: boolean;
    readonly file: string | undefined;
    readonly syslog: Syslog | undefined;
  };
  /** Where to serve metrics. */
  readonly metrics: Address | InheritedSource | undefined;
  /** The program to run, if any. */
  readonly wrap: WrapOptions | undefined;
  /** How long sessions may continue after SIGTERM, in ms. */
  readonly drain: number;
  /** How long the bridge keeps listening before that, in ms. */
  readonly lameDuck: number;
  /** Closes the plug-ins, once the bridge has ended. */
  readonly close: () => Promise<void>;
}

const DRAIN = 5_000;

/** Refuses clients other than those of --relay-v4, if no target was given. */
const NOWHERE: TargetSource = () => ({
  status: 404,
  message: 'Only the paths of the relay lead to a target.',
});

/**
 * Reads the arguments that follow the command's name, the environment and the file of --config. Rejects with a RangeError
 * for an invalid one; `warn` gets less serious problems. `ledger` counts whatever has a limit.
 */
export async function parseArguments(
  args: readonly string[],
  warn: Warn,
  environment: NodeJS.ProcessEnv = process.env,
  ledger: Ledger = new LocalLedger(),
): Promise<Command> {
  const read = await readSettings(args, environment);
  const given = readGiven(read.settings);
  given.bridge.ledger = given.access.ledger = ledger;
  if (given.help) return { action: 'help', group: read.positionals[0] };
  if (given.version) return { action: 'version' };

  const opened: Opened[] = [];
  const close = async (): Promise<void> => {
    for (let each; (each = opened.pop());) await each.close();
  };
  try {
    return { ...(await readRun(read, given, environment, warn, opened)), close };
  } catch (error) {
    // Refused arguments leave nothing open.
    await close().catch(() => {});
    throw error;
  }
}

/** Something to close in the end. */
interface Opened {
  close(): Promise<void>;
}

async function readRun(
  { settings, vhosts, listeners, positionals, command }: Awaited<ReturnType<typeof readSettings>>,
  given: Given,
  environment: NodeJS.ProcessEnv,
  warn: Warn,
  opened: Opened[],
): Promise<Omit<Run, 'close'>> {
  await warnOfOpenSecrets(settings, given, warn);
  const { recording, words } = takeReplay(given, positionals);
  const wraps = asksToWrap(given, command);
  opened.push({ close: await applyAccess(given, warn) });
  const hasOwn = given.target !== undefined || recording !== undefined || wraps;
  const handedOver = findHandedOver(environment);
  const isSourceGiven = listeners.length > 0 || hasSource(given, handedOver);
  const isRelay = given.bridge.relayV4 !== undefined;
  if (isRelay && !hasOwn && words.length <= (isSourceGiven ? 0 : 1)) given.target = NOWHERE;
  const isTargetGiven = hasOwn || given.target !== undefined;
  const [source, target] = readPositionals(words, isSourceGiven, isTargetGiven);
  const log = readLog(given);
  const own = await readListeners(listeners, given, handedOver);
  const others = await readSources(given, source, notInherited(listeners, handedOver));
  const sources = [...others, ...own.sources];
  const hosts = await openVhosts(vhosts, given, warn);
  opened.push(hosts);
  const options = {
    ...given.bridge,
    ...readTls(given),
    ...readRecord(given),
    ...hosts.options,
    ...own.options,
  };
  const workers = given.workers ?? 1;
  if (workers > 1) refuseAlone(given, wraps);
  const wrap = wraps ? await readWrap(given, command ?? [], sources) : undefined;
  const replay = recording === undefined ? undefined : await openReplay(recording, given, warn);
  if (replay) opened.push(replay);
  const ours = wrap ? targetOf(wrap) : replay?.target;
  return {
    action: 'run',
    check: given.check ?? false,
    settings,
    vhosts,
    listeners,
    sources,
    inetd: given.inetd ?? false,
    workers,
    daemon: given.daemon ?? false,
    pidFile: given.pidFile,
    options: { ...options, target: ours ?? given.target ?? parseTarget(target) },
    wrap,
    log,
    metrics: given.metrics ?? handedOver.metrics,
    drain: given.drain ?? DRAIN,
    lameDuck: given.lameDuck ?? 0,
  };
}

/** Refuses the options that work only in a single process. */
function refuseAlone({ inetd, bridge }: Given, wraps: boolean): void {
  const others = {
    '--inetd': inetd,
    '-- COMMAND': wraps,
    '--run-once': bridge.runOnce,
    '--timeout': bridge.listenTimeout,
    '--idle-timeout': bridge.idleTimeout,
    '--relay-v4': bridge.relayV4,
  };
  for (const [name, isGiven] of Object.entries(others)) {
    if (isGiven) throw new RangeError(`Cannot use --workers together with ${name}`);
  }
}

/** The source and the target, each expected only if nothing else gives it. */
function readPositionals(
  positionals: readonly string[],
  isSourceGiven: boolean,
  isTargetGiven: boolean,
): [string | undefined, string] {
  const expected = [...(isSourceGiven ? [] : ['a source']), ...(isTargetGiven ? [] : ['a target'])];
  const count = positionals.length;
  if (count !== expected.length) {
    const what = expected.join(' and ') || 'no arguments';
    throw new RangeError(
      `Cannot start: expected ${what}, got ${count} argument${count === 1 ? '' : 's'}`,
    );
  }
  const [first = '', second = ''] = positionals;
  return isSourceGiven ? [undefined, first] : [first, second];
}

function readTls({
  tls,
  targetTls,
  sslTarget,
  allowHttp,
}: Given): Pick<BridgeOptions, 'tls' | 'targetTls'> {
  const { cert, ...rest } = tls;
  if (cert === undefined && Object.keys(rest).length > 0) {
    const [first = ''] = Object.keys(rest);
    const option = OPTIONS.find(({ sets }) => sets === `tls.${first}`);
    throw new RangeError(`Cannot use --${option?.name}: expected --cert as well`);
  }
  if (allowHttp && cert === undefined) {
    throw new RangeError('Cannot use --allow-http-on-https: expected --cert as well');
  }
  const closing = tls.only ? '--ssl-only' : tls.verifyClient && '--verify-client';
  if (allowHttp && closing) {
    throw new RangeError(`Cannot use --allow-http-on-https together with ${closing}`);
  }
  return {
    ...(cert !== undefined && { tls: { ...rest, cert } }),
    ...((sslTarget || Object.keys(targetTls).length > 0) && { targetTls }),
  };
}

function readLog(given: Given): Run['log'] {
  const { logFile: file, syslog: to, legacySyslog, logJson = false, traffic = false } = given;
  if (legacySyslog && to === undefined) {
    throw new RangeError('Cannot use --legacy-syslog: expected --syslog as well');
  }
  if (to !== undefined && file !== undefined) {
    throw new RangeError('Cannot use --syslog together with --log-file');
  }
  if (traffic && logJson) {
    throw new RangeError('Cannot use --traffic together with --log-json');
  }
  const verbose = given.verbose ?? (logJson || file !== undefined || to !== undefined);
  const syslog = to === undefined ? undefined : { to, isLegacy: legacySyslog ?? false };
  return { verbose, traffic, json: logJson, file, syslog };
}

function readRecord({ record }: Given): Pick<BridgeOptions, 'record'> {
  const { path, ...rest } = record;
  if (path !== undefined) return { record: { ...rest, path } };
  const [first] = Object.keys(rest);
  if (first === undefined) return {};
  const option = OPTIONS.find(({ sets }) => sets === `record.${first}`);
  throw new RangeError(`Cannot use --${option?.name}: expected --record as well`);
}

/** An error's message, with the command-line option that it is about, if any. */
export function explain(error: unknown): string {
  const [message = ''] = plainMessageOf(error).split('\n');
  if (!(error instanceof OptionError)) return message;
  const ofTable = explainVhost(error, message) ?? explainListener(error, message);
  if (ofTable !== undefined) return ofTable;
  const option = OPTIONS.find(({ sets }) => sets?.replace('bridge.', '') === error.option);
  return option ? `--${option.name}: ${message}` : message;
}
