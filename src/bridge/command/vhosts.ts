/**
 * Additional hosts, from the tables `[[vhost]]` of a configuration file. A table contains options of the command line, and the
 * host's names.
 */
import type { Warn } from '../access/plugin.js';
import type { OptionError } from '../base/option-error.js';
import { plainMessageOf } from '../base/text.js';
import type { BridgeOptions } from '../options.js';
import { applyAccess, readGiven } from './given.js';
import { warnOfOpenSecrets } from './open-secrets.js';
import type { Given, Option } from './option.js';
import { OPTIONS } from './options/index.js';
import type { Setting } from './setting.js';

type VhostOptions = NonNullable<BridgeOptions['vhosts']>[number];

/** The command-line options that a host can have for itself. */
const OWN = new Set(
  (
    'unix-target token-plugin token-source target-config host-token sign-key sign-once allow-network allow-port ' +
    'cert key key-password allow-origin auth-plugin auth-source max-failures web web-auth allow-frame'
  ).split(' '),
);

/** The options of a table; `target` is the one for the target. */
export const vhostOptions = (target: Option): readonly Option[] => [
  {
    name: 'name',
    value: 'NAME',
    help: 'a name of this host, or *.NAME',
    sets: 'bridge.allowHosts',
    repeatable: true,
  },
  target,
  ...OPTIONS.filter(({ name }) => OWN.has(name)),
];

/** Turns the tables into options of `createBridge`. Rejects when one can't be used; `close` closes their plug-ins. */
export async function openVhosts(
  tables: readonly (readonly Setting[])[],
  { tls: { verifyClient }, access: { ledger } }: Given,
  warn: Warn,
): Promise<{
  readonly options: Pick<BridgeOptions, 'vhosts'>;
  readonly close: () => Promise<void>;
}> {
  const opened: Opened[] = [];
  const close = async () => {
    for (const each of opened) await each.close();
  };
  try {
    for (const [index, table] of tables.entries()) {
      const given = readGiven(table, true);
      if (ledger) given.access.ledger = ledger;
      opened.push(await named(index, () => openVhost(table, given, verifyClient, warn)));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { options: tables.length > 0 ? { vhosts: opened.map(({ vhost }) => vhost) } : {}, close };
}

/** A host, and a function that closes its plug-ins. */
interface Opened {
  readonly vhost: VhostOptions;
  readonly close: () => Promise<void>;
}

async function openVhost(
  table: readonly Setting[],
  read: Given,
  verifyClient: boolean | undefined,
  warn: Warn,
): Promise<Opened> {
  const { cert, ...rest } = read.tls;
  if (cert === undefined && Object.keys(rest).length > 0) {
    throw new RangeError('Cannot use a key without a certificate: expected cert as well');
  }
  await warnOfOpenSecrets(table, read, warn);
  // Whether clients must present certificates is the same for all hosts.
  const given: Given = { ...read, tls: { verifyClient } };
  const close = await applyAccess(given, warn);
  const { allowHosts: names = [], ...own } = given.bridge;
  const { target } = given;
  const certificate = cert === undefined ? {} : { tls: { ...rest, cert } };
  return { vhost: { ...own, names, ...(target && { target }), ...certificate }, close };
}

/** Names the host in front of an error's message. */
async function named<T>(index: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new RangeError(`vhost ${index + 1}: ${plainMessageOf(error)}`, { cause: error });
  }
}

/** The message with the table's option that an error is about; undefined if it is about none. */
export function explainVhost({ option }: OptionError, message: string): string | undefined {
  const [, index, member] = /^vhosts\.(\d+)\.(.+)$/.exec(option) ?? [];
  if (member === undefined) return undefined;
  const known = OPTIONS.find(({ sets }) => sets?.replace('bridge.', '') === member);
  const name = member === 'names' ? 'name' : (known?.name ?? member);
  return `${name} of vhost ${Number(index) + 1}: ${message}`;
}
