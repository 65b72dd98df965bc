/**
 * Tokens in a file, or in the files of a directory: lines of `token: host:port` or `token: unix_socket:/path`, and
 * `#` comments. An invalid entry is skipped and reported; the others stay in use.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Address, UnixAddress } from '../../base/address.js';
import { isPassing, readRegularFile } from '../../base/regular-file.js';
import { SecretMap } from '../../base/secret.js';
import { plainMessageOf } from '../../base/text.js';
import type { Warn } from '../plugin.js';
import { parseTokenTarget, type TokenSource } from './token-source.js';

type Target = Address | UnixAddress;

/** Reads the tokens once, when it is opened. */
export class ReadOnlyTokenFile implements TokenSource {
  readonly #targets: SecretMap<Target>;

  private constructor(targets: SecretMap<Target>) {
    this.#targets = targets;
  }

  /** Rejects when there is no such file or directory. */
  static async open(path: string, warn: Warn): Promise<ReadOnlyTokenFile> {
    return new ReadOnlyTokenFile(await new TokenReader(path, warn).read());
  }

  lookup(token: string): Target | undefined {
    return this.#targets.get(token);
  }
}

/** Rereads the tokens for each lookup, so that a change applies at once. */
export class TokenFile implements TokenSource {
  readonly #reader: TokenReader;

  private constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  /** Rejects as `ReadOnlyTokenFile.open` does. */
  static async open(path: string, warn: Warn): Promise<TokenFile> {
    const reader = new TokenReader(path, warn);
    await reader.read();
    return new TokenFile(reader);
  }

  async lookup(token: string): Promise<Target | undefined> {
    return (await this.#reader.read()).get(token);
  }
}

/** The contents of one file. */
interface Entries {
  readonly targets: readonly (readonly [token: string, target: Target])[];
  /** A message about the entries that can't be used. */
  readonly warning?: string;
}

/** Reads a file or a directory, and reports each problem once until it is fixed. */
class TokenReader {
  readonly #path: string;
  readonly #warn: Warn;
  #told: ReadonlySet<string> = new Set();

  constructor(path: string, warn: Warn) {
    this.#path = resolve(path);
    this.#warn = warn;
  }

  async read(): Promise<SecretMap<Target>> {
    const files = await this.#readFiles();
    const warnings = new Set(files.flatMap(({ warning }) => warning ?? []));
    for (const warning of warnings) if (!this.#told.has(warning)) this.#warn(warning);
    this.#told = warnings;
    return new SecretMap(files.flatMap(({ targets }) => targets));
  }

  async #readFiles(): Promise<Entries[]> {
    const names = await readdir(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTDIR') throw error;
    });
    if (!names) return [parseLines(this.#path, await readRegularFile(this.#path))];
    // Hidden files are not entries: editors leave some behind, and a Kubernetes ConfigMap contains `..data`.
    const paths = names
      .filter((name) => !name.startsWith('.'))
      .map((name) => join(this.#path, name));
    return Promise.all(paths.map(readEntries));
  }
}

async function readEntries(file: string): Promise<Entries> {
  try {
    return parseLines(file, await readRegularFile(file));
  } catch (error) {
    // An error that could hit any file fails the whole lookup: better no answer than a wrong one.
    if (isPassing(error)) throw error;
    return { targets: [], warning: `Cannot read tokens from ${file}: ${plainMessageOf(error)}` };
  }
}

function parseLines(file: string, text: string): Entries {
  const targets: [token: string, target: Target][] = [];
  const bad: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const entry = line.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const [, token = '', target = ''] = /^(.+?):\s+(.+?)(?:\s+#.*)?$/.exec(entry) ?? [];
    try {
      targets.push([token, parseTokenTarget(target)]);
    } catch {
      bad.push(index + 1);
    }
  }
  if (bad.length === 0) return { targets };
  // The line itself is not shown: it contains a token.
  const more = bad.length === 1 ? '' : ` and ${bad.length - 1} more`;
  const rule = 'expected token: host:port, with a space after the first colon';
  return { targets, warning: `Cannot use line ${bad[0]}${more} of ${file}: ${rule}` };
}
