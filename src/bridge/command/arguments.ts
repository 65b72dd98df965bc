/**
 * What the command line of `websock-bridge` asks for: the options of a bridge, where it listens and how it logs.
 */
import { lookup } from 'node:dns/promises';
import { openAccess } from './access.js';
import { type Address, parseSource, parseTarget } from '../base/address.js';
import type { Warn } from '../access/plugin.js';
import { readCommandLine } from './command-line.js';
import type { Given, Option } from './option.js';
import { OPTIONS } from './options/index.js';
import { plainMessageOf } from '../base/text.js';
import { OptionError } from '../base/option-error.js';
import type { BridgeOptions } from '../options.js';
import type { UnixSource } from '../base/unix.js';

/** What the command line asks for. */
export type Command = { readonly action: 'help' | 'version' } | Run;

/** A bridge to run. */
export interface Run {
  readonly action: 'run';
  readonly sources: readonly (Address | UnixSource)[];
  readonly options: BridgeOptions;
  readonly log: {
    readonly verbose: boolean;
    readonly traffic: boolean;
    readonly json: boolean;
    readonly file: string | undefined;
  };
  /** How long sessions may go on after SIGTERM, in ms. */
  readonly drain: number;
  /** Gives back what plug-ins hold, when the bridge has ended. */
  readonly close: () => Promise<void>;
}

const DRAIN = 5_000;

/** Reads the arguments that follow the command's name. Rejects with a RangeError for bad ones; `warn` hears of the rest. */
export async function parseArguments(args: readonly string[], warn: Warn): Promise<Command> {
  const { given: options, positionals } = readCommandLine(args);
  const given: Given = { bridge: {}, tls: {}, targetTls: {}, access: {}, record: {} };
  for (const [option, value] of options) apply(option, value, given);
  if (given.help) return { action: 'help' };
  if (given.version) return { action: 'version' };

  const close = await applyAccess(given, warn);
  const [source, target] = readPositionals(given, positionals);
  const { logFile, logJson = false, traffic = false } = given;
  const verbose = given.verbose ?? (logJson || logFile !== undefined);
  return {
    action: 'run',
    sources: await readSources(given, source),
    options: {
      ...given.bridge,
      ...readTls(given),
      ...readRecord(given),
      target: given.target ?? parseTarget(target),
    },
    log: { verbose, traffic, json: logJson, file: logFile },
    drain: given.drain ?? DRAIN,
    close,
  };
}

/** The source and the target, except where an option gives them. */
function readPositionals(
  { listen, unixListen, target }: Given,
  positionals: readonly string[],
): [string | undefined, string] {
  const hasSource = listen !== undefined || unixListen !== undefined;
  const expected = [
    ...(hasSource ? [] : ['a source']),
    ...(target === undefined ? ['a target'] : []),
  ];
  const count = positionals.length;
  if (count !== expected.length) {
    const what = expected.join(' and ') || 'no arguments';
    throw new RangeError(
      `Cannot start: expected ${what}, got ${count} argument${count === 1 ? '' : 's'}`,
    );
  }
  const [first = '', second = ''] = positionals;
  return hasSource ? [undefined, first] : [first, second];
}

async function readSources(
  { listen = [], unixListen = [], unixListenMode: mode, ipv6 }: Given,
  argument: string | undefined,
): Promise<(Address | UnixSource)[]> {
  if (mode !== undefined && unixListen.length === 0) {
    throw new RangeError('Cannot use --unix-listen-mode: expected --unix-listen as well');
  }
  const texts = argument === undefined ? listen : [argument];
  const addresses = await Promise.all(texts.map((text) => readAddress(text, ipv6)));
  return [...addresses, ...unixListen.map((path) => ({ path, mode }))];
}

async function readAddress(text: string, ipv6: boolean | undefined): Promise<Address> {
  const { host, port } = parseSource(text);
  if (!ipv6) return { host, port };
  if (host === '') return { host: '::', port };
  if (!text.includes(':')) return { host: '::1', port };
  const found = await lookup(host, { family: 6 }).catch(() => undefined);
  if (!found) throw new RangeError(`Cannot use --prefer-ipv6: ${host} has no IPv6 address`);
  return { host: found.address, port };
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

function readRecord({ record }: Given): Pick<BridgeOptions, 'record'> {
  const { path, ...rest } = record;
  if (path !== undefined) return { record: { ...rest, path } };
  const [first] = Object.keys(rest);
  if (first === undefined) return {};
  const option = OPTIONS.find(({ sets }) => sets === `record.${first}`);
  throw new RangeError(`Cannot use --${option?.name}: expected --record as well`);
}

/** Tokens, signatures and authenticators, as options of `createBridge`. Resolves with a function that releases them. */
async function applyAccess(given: Given, warn: Warn): Promise<Run['close']> {
  if (given.access.authPlugin === 'ClientCertCNAuth' && !given.tls.verifyClient) {
    throw new RangeError('Cannot use --auth-plugin ClientCertCNAuth without --verify-client');
  }
  const { target, authenticate, origins, close } = await openAccess(given.access, warn);
  if (target && given.target) {
    throw new RangeError('Cannot use --unix-target: the target comes from a token or a signature');
  }
  if (target) given.target = target;
  if (authenticate) given.bridge.authenticate = authenticate;
  if (origins.length > 0) {
    given.bridge.allowOrigins = [...(given.bridge.allowOrigins ?? []), ...origins];
  }
  return close;
}

/** Names the option of the command line that an error is about, where it is about one. */
export function explain(error: unknown): string {
  const [message = ''] = plainMessageOf(error).split('\n');
  if (!(error instanceof OptionError)) return message;
  const option = OPTIONS.find(({ sets }) => sets?.replace('bridge.', '') === error.option);
  return option ? `--${option.name}: ${message}` : message;
}

/** Writes an option's value to where it belongs. */
function apply(option: Option, text: string, given: Given): void {
  const { name, sets, value: hasValue, read = String, repeatable } = option;
  if (sets === undefined) return;
  const [, part, member = ''] = /^(?:(\w+)\.)?(\w+)$/.exec(sets) ?? [];
  const place = (part ? given[part as keyof Given] : given) as Record<string, unknown>;
  try {
    const value = hasValue === undefined || read(text);
    place[member] = repeatable ? [...((place[member] as unknown[]) ?? []), value] : value;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`Cannot use --${name} ${JSON.stringify(text)}: ${error.message}`);
  }
}
