/**
 * The command line of `websock-bridge`: what it accepts, and the help that says so.
 */
import { lookup } from 'node:dns/promises';
import { parseArgs } from 'node:util';
import { openAccess } from './access.js';
import { type Address, parseSource, parseTarget } from './address.js';
import { type Given, GROUPS, OPTIONS, type Option } from './command-options.js';
import { type BridgeOptions, OptionError } from './options.js';
import type { UnixSource } from './unix.js';

const USAGE = `\
Usage:
  websock-bridge [options] [SOURCE_HOST:]SOURCE_PORT TARGET_HOST:TARGET_PORT

Carries the bytes of WebSocket connections to a TCP port, and its bytes back.

  source   6080 (reached from this machine only), 192.0.2.1:6080,
           [2001:db8::1]:6080, or :6080 (every interface); port 0 takes any
           free port; none with --unix-listen
  target   localhost:5900, [::1]:5900; none with --unix-target,
           --token-plugin, --target-config or --sign-key

The one difference to websockify: a port alone listens on 127.0.0.1. Write
:6080 to be reached from other machines.
`;

/** What the command line asks for. */
export type Command = { readonly action: 'help' | 'version' } | Run;

/** A bridge to run. */
export interface Run {
  readonly action: 'run';
  readonly source: Address | UnixSource;
  readonly options: BridgeOptions;
  readonly log: {
    readonly verbose: boolean;
    readonly traffic: boolean;
    readonly json: boolean;
    readonly file: string | undefined;
  };
  /** How long sessions may go on after SIGTERM, in ms. */
  readonly drain: number;
}

const DRAIN = 5_000;

/** Reads the arguments that follow the command's name. Rejects with a RangeError or TypeError for bad ones. */
export async function parseArguments(args: readonly string[]): Promise<Command> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: Object.fromEntries(
      OPTIONS.map(({ name, short, value }) => [
        name,
        { type: value ? 'string' : 'boolean', multiple: true, ...(short && { short }) } as const,
      ]),
    ),
  });
  const given: Given = { bridge: {}, tls: {}, targetTls: {}, access: {} };
  for (const option of OPTIONS) {
    for (const value of values[option.name] ?? []) apply(option, String(value), given);
  }
  if (given.help) return { action: 'help' };
  if (given.version) return { action: 'version' };

  await applyAccess(given);
  const [source, target] = readPositionals(given, positionals);
  const { logFile, logJson = false, traffic = false } = given;
  const verbose = given.verbose ?? (logJson || logFile !== undefined);
  return {
    action: 'run',
    source: await readSource(given, source),
    options: { ...given.bridge, ...readTls(given), target: given.target ?? parseTarget(target) },
    log: { verbose, traffic, json: logJson, file: logFile },
    drain: given.drain ?? DRAIN,
  };
}

/** The source and the target; what an option tells is not among the arguments. */
function readPositionals(given: Given, positionals: readonly string[]): [string, string] {
  const expected = [
    ...(given.unixListen === undefined ? ['a source'] : []),
    ...(given.target === undefined ? ['a target'] : []),
  ];
  const count = positionals.length;
  if (count !== expected.length) {
    const what = expected.join(' and ') || 'no arguments';
    throw new RangeError(
      `Cannot start: expected ${what}, got ${count} argument${count === 1 ? '' : 's'}`,
    );
  }
  const [first = '', second = ''] = positionals;
  return given.unixListen === undefined ? [first, second] : ['', first];
}

async function readSource(given: Given, text: string): Promise<Address | UnixSource> {
  const { unixListen: path, unixListenMode: mode, ipv6 } = given;
  if (path !== undefined) return { path, mode };
  if (mode !== undefined) {
    throw new RangeError('Cannot use --unix-listen-mode: expected --unix-listen as well');
  }
  const { host, port } = parseSource(text);
  if (!ipv6) return { host, port };
  if (host === '') return { host: '::', port };
  if (!text.includes(':')) return { host: '::1', port };
  const found = await lookup(host, { family: 6 }).catch(() => undefined);
  if (!found) throw new RangeError(`Cannot use --prefer-ipv6: ${host} has no IPv6 address`);
  return { host: found.address, port };
}

function readTls({ tls, targetTls, sslTarget }: Given): Pick<BridgeOptions, 'tls' | 'targetTls'> {
  const { cert, ...rest } = tls;
  if (cert === undefined && Object.keys(rest).length > 0) {
    const names = {
      only: 'ssl-only',
      minVersion: 'ssl-version',
      ciphers: 'ssl-ciphers',
      ca: 'cafile',
    };
    const [first = ''] = Object.keys(rest);
    const name = Object.entries(names).find(([key]) => key === first)?.[1] ?? dashed(first);
    throw new RangeError(`Cannot use --${name}: expected --cert as well`);
  }
  return {
    ...(cert !== undefined && { tls: { ...rest, cert } }),
    ...((sslTarget || Object.keys(targetTls).length > 0) && { targetTls }),
  };
}

/** Tokens, signatures and authenticators, as options of `createBridge`. */
async function applyAccess(given: Given): Promise<void> {
  const { target, authenticate, origins } = await openAccess(given.access);
  if (target && given.target) {
    throw new RangeError('Cannot use --unix-target: the target comes from a token or a signature');
  }
  if (target) given.target = target;
  if (authenticate) given.bridge.authenticate = authenticate;
  if (origins.length > 0) {
    given.bridge.allowOrigins = [...(given.bridge.allowOrigins ?? []), ...origins];
  }
}

/** Names the option of the command line that an error is about, where it is about one. */
export function explain(error: unknown): string {
  const [message = ''] = String(error instanceof Error ? error.message : error).split('\n');
  if (!(error instanceof OptionError)) return message;
  const option = OPTIONS.find(({ name, key = camelCase(name) }) => key === error.option);
  return option ? `--${option.name}: ${message}` : message;
}

/** The whole of `--help`. */
export function helpText(): string {
  return [USAGE, ...GROUPS.map(describeGroup)].join('\n');
}

function describeGroup(group: string): string {
  const rows = OPTIONS.filter((option) => option.group === group).map(describe);
  return `${group}:\n${rows.join('')}`;
}

const COLUMN = 27;
const WIDTH = 79;

function describe({ name, short, value, help }: Option): string {
  const flags = `  ${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
  const lines = [''];
  for (const word of help.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trim();
    if (line.length <= WIDTH - COLUMN) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  // Flags that reach into the column of the texts have a line of their own.
  const first =
    flags.length + 2 > COLUMN ? `${flags}\n${' '.repeat(COLUMN)}` : flags.padEnd(COLUMN);
  return `${first}${lines.join(`\n${' '.repeat(COLUMN)}`)}\n`;
}

function apply(option: Option, value: string, given: Given): void {
  try {
    option.set(given, value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const shown = option.value ? ` ${JSON.stringify(value)}` : '';
    throw new RangeError(`Cannot use --${option.name}${shown}: ${error.message}`);
  }
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
