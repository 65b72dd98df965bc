/**
 * Ports and sockets with their own rules, from the tables `[[listener]]` of a configuration file. A table contains options of
 * the command line, and may name sockets of systemd.
 */
import type { OptionError } from '../base/option-error.js';
import type { Source } from '../base/source.js';
import type { BridgeOptions } from '../options.js';
import { readGiven } from './given.js';
import type { Given, Option } from './option.js';
import { OPTIONS } from './options/index.js';
import type { Setting } from './setting.js';
import { type HandedOver, readSources } from './sources.js';

const PLACES = new Set(['listen', 'unix-listen', 'inherited']);

/** The command-line options of a table: where it listens, and the rules that it can have for itself. */
const OWN = new Set(
  (
    'listen unix-listen unix-listen-mode ' +
    'ssl-only redirect-http http2 fallback silence-timeout raw proxy-protocol'
  ).split(' '),
);

/** The options of a table. */
export const LISTENER_OPTIONS: readonly Option[] = [
  {
    name: 'inherited',
    value: 'NAME',
    help: 'the sockets that systemd hands over under this name',
    sets: 'inherited',
    repeatable: true,
  },
  ...OPTIONS.filter(({ name }) => OWN.has(name)),
];

type ListenRules = NonNullable<BridgeOptions['listenRules']>;

/** Turns the tables into options of `createBridge` and sources. Rejects with a RangeError for a table that can't be used. */
export async function readListeners(
  tables: readonly (readonly Setting[])[],
  { inetd, ipv6 }: Given,
  handedOver: HandedOver,
): Promise<{
  readonly options: Pick<BridgeOptions, 'listenRules'>;
  readonly sources: readonly Source[];
}> {
  if (inetd && tables.length > 0) {
    throw new RangeError('Cannot use --inetd together with other sources');
  }
  const rules: [string, ListenRules[string]][] = [];
  const sources: Source[] = [];
  for (const [index, table] of tables.entries()) {
    const { bridge, tls, ...given } = readGiven(table, true);
    const { listen = [], unixListen = [], inherited = [] } = given;
    const places = [...listen, ...unixListen, ...inherited];
    if (places.length === 0) {
      throw new RangeError(`listener ${index + 1}: expected listen, unix-listen or inherited`);
    }
    // Not its number: after a reload of the options, the tables may be in another order.
    const name = places.join(' and ');
    if (rules.some(([other]) => other === name)) {
      throw new RangeError(`listener ${index + 1}: another listener already has ${name}`);
    }
    const named = handedOver.sources.filter((each) => inherited.includes(each.name));
    const missing = inherited.find((each) => !named.some((socket) => socket.name === each));
    if (missing !== undefined) {
      throw new RangeError(`listener ${index + 1}: no socket named "${missing}" was handed over`);
    }
    const own = await readSources({ ...given, ipv6 }, undefined, { sources: named });
    for (const source of own) sources.push({ ...source, rules: name });
    rules.push([name, { ...bridge, ...(Object.keys(tls).length > 0 && { tls }) }]);
  }
  return { options: rules.length > 0 ? { listenRules: Object.fromEntries(rules) } : {}, sources };
}

/** The places where a table's listener listens, as text. */
export function placesOf(table: readonly Setting[]): string {
  return table
    .filter(({ option }) => PLACES.has(option.name))
    .map(({ text }) => text)
    .join(' and ');
}

/** The handed-over sockets that no table names. */
export function notInherited(
  tables: readonly (readonly Setting[])[],
  { sources, metrics }: HandedOver,
): HandedOver {
  const taken = tables.flat().filter(({ option }) => option.name === 'inherited');
  const others = sources.filter(({ name }) => !taken.some(({ text }) => text === name));
  return { sources: others, metrics };
}

/** The message with the table's option that an error is about; undefined if it is about none. */
export function explainListener({ option }: OptionError, message: string): string | undefined {
  const [, name, member] = /^listenRules\.(.+)\.(\w+)$/.exec(option) ?? [];
  if (member === undefined) return undefined;
  const known = OPTIONS.find(({ sets }) => sets?.replace('bridge.', '') === member);
  return `${known?.name ?? member} of the listener ${name}: ${message}`;
}
