/**
 * Files that contain a secret.
 */
import { stat } from 'node:fs/promises';
import type { Warn } from '../access/plugin.js';
import { readRegularFile } from '../base/regular-file.js';

/** The mode bit that lets every user read a file. */
const OTHERS = 0o004;

/** Reads a secret: all of a file except its last line break. Warns as `warnIfOpen` does; rejects if it can't be read. */
export async function readSecret(path: string, warn: Warn): Promise<string> {
  const text = await readRegularFile(path);
  await warnIfOpen(path, warn);
  return text.replace(/\r?\n$/, '');
}

/** Warns if the path is that of a regular file and every user of the machine can read it. */
export async function warnIfOpen(path: string, warn: Warn): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isFile() || (stats.mode & OTHERS) === 0) return;
  warn(`${path} holds a secret, and every user of this machine can read it: chmod o-r ${path}`);
}
