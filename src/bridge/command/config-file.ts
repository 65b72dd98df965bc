/**
 * Options in a file, JSON or TOML, under the names that they have on the command line.
 */
import { basename, extname } from 'node:path';
import type { Warn } from '../access/plugin.js';
import { readRegularFile } from '../base/regular-file.js';
import { plainMessageOf } from '../base/text.js';
import { hint } from './hint.js';
import type { Option } from './option.js';
import { readSecret, warnIfOpen } from './secret-file.js';
import { OFF, type Setting } from './setting.js';

/** The tables of a file that describe further hosts. */
const VHOST = 'vhost';

/** What a file says. */
export interface Config {
  readonly settings: readonly Setting[];
  /** The settings of each of the further hosts. */
  readonly vhosts: readonly (readonly Setting[])[];
}

/** Reads a file. Rejects with a RangeError for one that can't be read, or has what is no option or no value of one. */
export async function readConfig(
  path: string,
  options: readonly Option[],
  vhostOptions: readonly Option[],
  warn: Warn,
): Promise<Config> {
  try {
    const { [VHOST]: tables = [], ...rest } = await parse(path);
    if (!Array.isArray(tables) || !tables.every(isTable)) {
      throw new RangeError(`${VHOST} has a value of the wrong kind: expected tables [[${VHOST}]]`);
    }
    const vhosts: Setting[][] = [];
    for (const [index, table] of tables.entries()) {
      const name = `${VHOST} ${index + 1}`;
      vhosts.push(await readTable(table, path, ` of ${name}`, vhostOptions, warn));
    }
    return { settings: await readTable(rest, path, '', options, warn), vhosts };
  } catch (error) {
    const [message = ''] = plainMessageOf(error).split('\n');
    throw new RangeError(`Cannot use --config "${path}": ${message}`, { cause: error });
  }
}

async function parse(path: string): Promise<Record<string, unknown>> {
  const format = extname(path);
  if (format !== '.toml' && format !== '.json') {
    throw new RangeError('expected a file whose name ends in .toml or .json');
  }
  const text = await readRegularFile(path);
  const value: unknown =
    format === '.json' ? JSON.parse(text) : (await import('smol-toml')).parse(text);
  if (isTable(value)) return { ...value };
  throw new RangeError('expected an object with the options');
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The settings of a table; `where` tells it from the others of the file. */
async function readTable(
  table: Readonly<Record<string, unknown>>,
  path: string,
  where: string,
  options: readonly Option[],
  warn: Warn,
): Promise<Setting[]> {
  const settings: Setting[] = [];
  for (const [key, value] of Object.entries(table)) {
    const option = options.find(({ name }) => name === key);
    if (!option) {
      const names = options.map(({ name }) => name);
      const near = hint(key, names);
      throw new RangeError(`there is no option ${JSON.stringify(key)}${where}${near}`);
    }
    const name = `${key}${where} in ${basename(path)}`;
    const texts = await readValue(option, value, path, warn);
    settings.push(...texts.map((text) => ({ option, text, name })));
  }
  return settings;
}

/** The texts that the command line would have, one for each member of a list. */
async function readValue(
  option: Option,
  value: unknown,
  path: string,
  warn: Warn,
): Promise<string[]> {
  if (option.value === undefined) {
    if (typeof value !== 'boolean') throw wrong(option, 'true or false');
    return [value ? '' : OFF];
  }
  if (option.isSecret) return [await readSecretValue(option, value, path, warn)];
  const values: unknown[] = option.repeatable && Array.isArray(value) ? value : [value];
  return values.map((each) => {
    if (typeof each === 'string' || typeof each === 'number') return String(each);
    throw wrong(option, option.repeatable ? 'a text, or a list of texts' : 'a text or a number');
  });
}

/** A secret is there as it is, or in a file of its own. */
async function readSecretValue(
  option: Option,
  value: unknown,
  path: string,
  warn: Warn,
): Promise<string> {
  if (typeof value === 'string') {
    await warnIfOpen(path, warn);
    return value;
  }
  const { file } = Object(value) as { file?: unknown };
  if (typeof file !== 'string') throw wrong(option, 'a text, or { file = "PATH" }');
  return readSecret(file, warn);
}

function wrong({ name }: Option, rule: string): RangeError {
  return new RangeError(`${name} has a value of the wrong kind: expected ${rule}`);
}
