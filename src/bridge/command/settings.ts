/**
 * Gathers the settings from the command line, the environment and the file that --config names; the first of these wins.
 */
import { parseEnd } from '../base/address.js';
import { readCommandLine } from './command-line.js';
import { type Config, readConfig } from './config-file.js';
import { readEnvironment } from './environment.js';
import { LISTENER_OPTIONS } from './listeners.js';
import type { Option } from './option.js';
import { OPTIONS } from './options/index.js';
import type { Setting } from './setting.js';
import { vhostOptions } from './vhosts.js';

/** Everything that was configured. */
export interface Settings {
  /** In the order in which they apply. */
  readonly settings: readonly Setting[];
  /** The settings of each additional host. */
  readonly vhosts: readonly (readonly Setting[])[];
  /** The settings of each listener with its own rules. */
  readonly listeners: readonly (readonly Setting[])[];
  readonly positionals: readonly string[];
  /** The arguments after `--`, if it is given. */
  readonly command?: readonly string[] | undefined;
}

/** The target argument, for places that have no arguments. */
const TARGET: Option = {
  name: 'target',
  value: 'TARGET',
  help: 'host:port or unix:PATH',
  sets: 'target',
  read: parseEnd,
};

/** The options that a file or a variable may set. */
const NAMED: readonly Option[] = [
  TARGET,
  ...OPTIONS.filter(({ name }) => !['config', 'check', 'help', 'version'].includes(name)),
];

const SOURCES = ['listen', 'unix-listen'];
const TARGETS = ['target', 'unix-target', 'token-plugin', 'target-config', 'sign-key'];

/** Gathers the settings. Rejects with a RangeError for one that can't be read. */
export async function readSettings(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Settings> {
  const { given, positionals, command } = readCommandLine(args);
  const own = given.map(([option, text]) => ({ option, text, name: `--${option.name}` }));
  // Help must work even if a file can't be read.
  if (own.some(({ option: { name } }) => name === 'help' || name === 'version')) {
    return { settings: own, vhosts: [], listeners: [], positionals };
  }
  const variables = await readEnvironment(environment, NAMED);
  const paths = own.flatMap(({ option, text }) => (option.name === 'config' ? [text] : []));
  const path = paths.at(-1) ?? environment[CONFIG];
  const options = { options: NAMED, vhost: vhostOptions(TARGET), listener: LISTENER_OPTIONS };
  const {
    settings: filed,
    vhosts,
    listeners,
  } = path === undefined ? NO_CONFIG : await readConfig(path, options);
  const names = new Set(own.map(({ option }) => option.name));
  const without = replacedBy(positionals, names, command !== undefined);
  const below = override(filed, variables).filter(({ option }) => !without.has(option.name));
  // A source given elsewhere replaces all those of the file, tables included.
  const isElsewhere =
    without.has('listen') || variables.some(({ option }) => SOURCES.includes(option.name));
  return {
    settings: override(below, own),
    vhosts,
    listeners: isElsewhere ? [] : listeners,
    positionals,
    command,
  };
}

const CONFIG = 'WEBSOCK_BRIDGE_CONFIG';
const NO_CONFIG: Config = { settings: [], vhosts: [], listeners: [] };

/** An option given at a higher level replaces the one below it, lists included. */
function override(below: readonly Setting[], above: readonly Setting[]): readonly Setting[] {
  const names = new Set(above.map(({ option }) => option.name));
  return [...below.filter(({ option }) => !names.has(option.name)), ...above];
}

/** The options for a source or a target in the environment and the file, where the command line replaces them. */
function replacedBy(
  positionals: readonly string[],
  own: ReadonlySet<string>,
  wraps: boolean,
): ReadonlySet<string> {
  const isReplay = positionals[0] === 'replay';
  const count = positionals.length - (isReplay ? 2 : 0);
  const hasSource = SOURCES.some((name) => own.has(name));
  const hasTarget = wraps || isReplay || TARGETS.some((name) => own.has(name));
  const isSource = count === 2 || (count === 1 && hasTarget);
  const isTarget = count === 2 || (count === 1 && hasSource);
  return new Set([
    ...(isSource || hasSource ? SOURCES : []),
    ...(isTarget || hasTarget ? ['target', 'unix-target'] : []),
  ]);
}
