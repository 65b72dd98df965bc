/**
 * Tokens in a file, or in the files of a directory: lines of `token: host:port` or `token: unix_socket:/path`, and
 * `#` comments.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address, UnixAddress } from '../../base/address.js';
import { SecretMap } from '../../base/secret.js';
import { parseTokenTarget, type TokenSource } from './token-source.js';

type Target = Address | UnixAddress;

/** Reads the tokens when it is opened, and never again. */
export class ReadOnlyTokenFile implements TokenSource {
  readonly #targets: SecretMap<Target>;

  private constructor(targets: SecretMap<Target>) {
    this.#targets = targets;
  }

  /** Rejects when there is no such file or directory, and with a RangeError for a line that is none of ours. */
  static async open(path: string): Promise<ReadOnlyTokenFile> {
    return new ReadOnlyTokenFile(await readTargets(path));
  }

  lookup(token: string): Target | undefined {
    return this.#targets.get(token);
  }
}

/** Reads the tokens anew for each lookup, so a change counts at once. A bad line fails the lookups until it is mended. */
export class TokenFile implements TokenSource {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Rejects as `ReadOnlyTokenFile.open` does. */
  static async open(path: string): Promise<TokenFile> {
    await readTargets(path);
    return new TokenFile(path);
  }

  async lookup(token: string): Promise<Target | undefined> {
    return (await readTargets(this.#path)).get(token);
  }
}

async function readTargets(path: string): Promise<SecretMap<Target>> {
  const files = (await stat(path)).isDirectory()
    ? (await readdir(path)).filter((name) => !name.startsWith('.')).map((name) => join(path, name))
    : [path];
  const parts = await Promise.all(
    files.map(async (file) => parseLines(file, await readFile(file, 'utf8'))),
  );
  return new SecretMap(parts.flat());
}

function parseLines(file: string, text: string): [token: string, target: Target][] {
  return text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const [, token = '', target = ''] = /^(.+?):\s+(.+)$/.exec(trimmed) ?? [];
    try {
      return [[token, parseTokenTarget(target)]];
    } catch {
      // Not the line itself: tokens are in it.
      throw new RangeError(
        `Cannot read line ${index + 1} of ${file}: expected token: host:port, the port from 1 to 65535`,
      );
    }
  });
}
