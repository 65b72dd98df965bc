/**
 * The options of the command line, one row each, in the order and the groups of `--help`.
 */
import type { BridgeOptions } from './options.js';

/** The headings of `--help`, in order. */
export const GROUPS = [
  'Target',
  'Listening',
  'Who may connect',
  'Files',
  'Limits, in seconds and bytes',
  'Running',
] as const;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the options said: each row writes its part of it. */
export interface Given {
  /** What `createBridge` is given as it stands, all but the target. */
  readonly bridge: Mutable<Partial<BridgeOptions>>;
  /** A target that is told by an option: then none is expected among the arguments. */
  target?: BridgeOptions['target'];
  verbose?: boolean;
  help?: boolean;
  version?: boolean;
}

/** One option. */
export interface Option {
  readonly group: (typeof GROUPS)[number];
  /** Its name, without the dashes. */
  readonly name: string;
  /** Its one letter. */
  readonly short?: string;
  /** What `--help` calls its value; without one it is a flag. */
  readonly value?: string;
  /** What it does, as one text: `--help` breaks the lines. */
  readonly help: string;
  /** The option of `createBridge` that it sets, if it is called something else than the name in camel case. */
  readonly key?: string;
  /** Takes its value ('' for a flag), once for each time it is given. Throws a RangeError with the rule: `expected ...`. */
  readonly set: (given: Given, value: string) => void;
}

/** Every option. */
export const OPTIONS: readonly Option[] = [
  {
    group: 'Who may connect',
    name: 'allow-origin',
    value: 'ORIGIN',
    key: 'allowOrigins',
    help: "let pages of this origin connect, as in https://app.example (repeatable); otherwise only pages of the bridge's own host and port may",
    set: ({ bridge }, value) => (bridge.allowOrigins = [...(bridge.allowOrigins ?? []), value]),
  },
  {
    group: 'Who may connect',
    name: 'allow-host',
    value: 'NAME',
    key: 'allowHosts',
    help: 'let clients call this host NAME (repeatable); localhost and IP addresses always pass',
    set: ({ bridge }, value) => (bridge.allowHosts = [...(bridge.allowHosts ?? []), value]),
  },
  {
    group: 'Files',
    name: 'web',
    value: 'DIR',
    help: 'serve the files in DIR on the same port',
    set: ({ bridge }, value) => (bridge.web = value),
  },
  {
    group: 'Limits, in seconds and bytes',
    name: 'heartbeat',
    value: 'SECONDS',
    help: 'ping each client this often and drop it when it does not answer (default 25, 0 turns it off)',
    set: ({ bridge }, value) => (bridge.heartbeat = readSeconds(value)),
  },
  {
    group: 'Running',
    name: 'verbose',
    short: 'v',
    help: 'log a line for each connection event',
    set: (given) => (given.verbose = true),
  },
  {
    group: 'Running',
    name: 'help',
    short: 'h',
    help: 'show this help',
    set: (given) => (given.help = true),
  },
  {
    group: 'Running',
    name: 'version',
    short: 'V',
    help: 'show the version',
    set: (given) => (given.version = true),
  },
];

/** Reads seconds, as whole ms. */
export function readSeconds(text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new RangeError('expected a number of seconds');
  return Math.ceil(Number(text) * 1000);
}

/** Reads a whole number, without a sign. */
export function readInteger(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RangeError('expected a whole number');
  return Number(text);
}
