/**
 * Directories whose file names are tokens. A token is looked up in the directory's listing: no path is ever built from what
 * a client sent.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Address, UnixAddress } from '../../base/address.js';
import { isPassing, readRegularFile } from '../../base/regular-file.js';
import { SecretMap } from '../../base/secret.js';
import { parseTokenTarget, type TokenSource, UnusableEntryError } from './token-source.js';

/** Files named after their tokens. Each contains its target: `host:port` or `unix_socket:/path`. */
export class TokenFileName implements TokenSource {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Rejects when there is no such directory. */
  static async open(directory: string): Promise<TokenFileName> {
    await requireDirectory(directory);
    return new TokenFileName(resolve(directory));
  }

  async lookup(token: string): Promise<Address | UnixAddress | undefined> {
    // Hidden files are not tokens: a Kubernetes ConfigMap contains `..data`.
    const file = await findFile(this.#directory, token, ({ name }) => !name.startsWith('.'));
    if (file === undefined) return undefined;
    try {
      return parseTokenTarget((await readRegularFile(file)).trim());
    } catch (error) {
      // The path and the system's message are left out: both contain the token.
      const reason =
        error instanceof RangeError
          ? 'does not contain host:port or unix_socket:/path'
          : 'cannot be read';
      const message = `a file in ${this.#directory} ${reason}`;
      throw isPassing(error) ? new Error(message) : new UnusableEntryError(message);
    }
  }
}

/** Unix sockets named after their tokens. */
export class UnixDomainSocketDirectory implements TokenSource {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Rejects when there is no such directory. */
  static async open(directory: string): Promise<UnixDomainSocketDirectory> {
    await requireDirectory(directory);
    return new UnixDomainSocketDirectory(resolve(directory));
  }

  async lookup(token: string): Promise<UnixAddress | undefined> {
    const path = await findFile(this.#directory, token, (entry) => entry.isSocket());
    // The log must not show the path, which ends in the token.
    return path === undefined ? undefined : { path, shown: join(this.#directory, '...') };
  }
}

type Entry = { readonly name: string; isSocket(): boolean };

async function findFile(
  directory: string,
  token: string,
  wanted: (entry: Entry) => boolean,
): Promise<string | undefined> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter(wanted).map(({ name }) => [name, join(directory, name)] as const);
  return new SecretMap(names).get(token);
}

async function requireDirectory(directory: string): Promise<void> {
  if (!(await stat(directory)).isDirectory()) {
    throw new RangeError(`Cannot look for tokens in "${directory}": it is not a directory`);
  }
}
