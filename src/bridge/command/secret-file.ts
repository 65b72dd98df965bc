/**
 * Files that contain a secret.
 */
import { readRegularFile } from '../base/regular-file.js';

/** Reads a secret: all of a file except its last line break. Rejects if it can't be read. */
export async function readSecret(path: string): Promise<string> {
  return (await readRegularFile(path)).replace(/\r?\n$/, '');
}
