/**
 * Options in a file, JSON or TOML, under the names that they have on the command line.
 */
import { basename, extname } from 'node:path';
import { readRegularFile } from '../base/regular-file.js';
import { plainMessageOf } from '../base/text.js';
import { hint } from './hint.js';
import type { Option } from './option.js';
import { readSecret } from './secret-file.js';
import { OFF, type Setting } from './setting.js';

/** The contents of a file. */
export interface Config {
  readonly settings: readonly Setting[];
  /** The settings of each additional host. */
  readonly vhosts: readonly (readonly Setting[])[];
  /** The settings of each listener with its own rules. */
  readonly listeners: readonly (readonly Setting[])[];
}

/** The options that a file may contain, and those that its tables may. */
export interface ConfigOptions {
  readonly options: readonly Option[];
  readonly vhost: readonly Option[];
  readonly listener: readonly Option[];
}

/** Reads a file. Rejects with a RangeError if it can't be read, or contains an unknown option or a wrong value. */
export async function readConfig(path: string, options: ConfigOptions): Promise<Config> {
  try {
    const { vhost, listener, ...rest } = await parse(path);
    const tables = { vhost, listener };
    const read = async (kind: keyof typeof tables) => {
      const { [kind]: value = [] } = tables;
      if (!Array.isArray(value) || !value.every(isTable)) {
        throw new RangeError(`${kind} has a value of the wrong kind: expected tables [[${kind}]]`);
      }
      const all: Setting[][] = [];
      for (const [index, table] of value.entries()) {
        const where = ` of ${kind} ${index + 1}`;
        all.push(await readTable(table, path, where, options[kind]));
      }
      return all;
    };
    return {
      settings: await readTable(rest, path, '', options.options),
      vhosts: await read('vhost'),
      listeners: await read('listener'),
    };
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

/** Reads the settings of a table; `where` identifies the table in names and messages. */
async function readTable(
  table: Readonly<Record<string, unknown>>,
  path: string,
  where: string,
  options: readonly Option[],
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
    const values = option.isSecret
      ? [await readSecretValue(option, value, path)]
      : readValue(option, value).map((text) => ({ text, file: path }));
    settings.push(...values.map(({ text, file }) => ({ option, text, name, file })));
  }
  return settings;
}

/** Reads a value as the texts that the command line would have, one for each member of a list. */
function readValue(option: Option, value: unknown): string[] {
  if (option.value === undefined) {
    if (typeof value !== 'boolean') throw wrong(option, 'true or false');
    return [value ? '' : OFF];
  }
  const values: unknown[] = option.repeatable && Array.isArray(value) ? value : [value];
  return values.map((each) => {
    if (typeof each === 'string' || typeof each === 'number') return String(each);
    throw wrong(
      option,
      option.repeatable ? 'a string, or a list of strings' : 'a string or a number',
    );
  });
}

/** Reads a secret, which is given as text or in a file of its own. */
async function readSecretValue(
  option: Option,
  value: unknown,
  path: string,
): Promise<Pick<Setting, 'text' | 'file'>> {
  if (typeof value === 'string') return { text: value, file: path };
  const { file } = Object(value) as { file?: unknown };
  if (typeof file !== 'string') throw wrong(option, 'a string, or { file = "PATH" }');
  return { text: await readSecret(file), file };
}

function wrong({ name }: Option, rule: string): RangeError {
  return new RangeError(`${name} has a value of the wrong kind: expected ${rule}`);
}
