/**
 * The command line of `websock-bridge`: what it accepts, and the help that says so.
 */
import { parseArgs } from 'node:util';
import { openAccess } from './access.js';
import { type Address, parseSource, parseTarget } from './address.js';
import { type Given, GROUPS, OPTIONS, type Option } from './command-options.js';
import { type BridgeOptions, OptionError } from './options.js';

const USAGE = `\
Usage:
  websock-bridge [options] [SOURCE_HOST:]SOURCE_PORT TARGET_HOST:TARGET_PORT

Carries the bytes of WebSocket connections to a TCP port, and its bytes back.

  source   6080 (reached from this machine only), 192.0.2.1:6080,
           [2001:db8::1]:6080, or :6080 (every interface); port 0 takes any
           free port
  target   localhost:5900, [::1]:5900; none with --token-plugin or --sign-key

The one difference to websockify: a port alone listens on 127.0.0.1. Write
:6080 to be reached from other machines.
`;

/** What the command line asks for. */
export type Command =
  | { readonly action: 'help' | 'version' }
  | {
      readonly action: 'run';
      readonly source: Address;
      readonly options: BridgeOptions;
      readonly verbose: boolean;
    };

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
  const given: Given = { bridge: {}, access: {} };
  for (const option of OPTIONS) {
    for (const value of values[option.name] ?? []) apply(option, String(value), given);
  }
  if (given.help) return { action: 'help' };
  if (given.version) return { action: 'version' };

  await applyAccess(given);
  const expected = given.target ? ['a source'] : ['a source', 'a target'];
  if (positionals.length !== expected.length) {
    const count = positionals.length;
    throw new RangeError(
      `Cannot start: expected ${expected.join(' and ')}, got ${count} argument${count === 1 ? '' : 's'}`,
    );
  }
  const [source = '', target = ''] = positionals;
  return {
    action: 'run',
    source: parseSource(source),
    verbose: given.verbose ?? false,
    options: { ...given.bridge, target: given.target ?? parseTarget(target) },
  };
}

/** Tokens, signatures and authenticators, as options of `createBridge`. */
async function applyAccess(given: Given): Promise<void> {
  const { target, authenticate, origins } = await openAccess(given.access);
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
