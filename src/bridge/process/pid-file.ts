/**
 * A file that contains the id of this process.
 */
import { rmSync, writeFileSync } from 'node:fs';

/** Everybody may read it. */
const MODE = 0o644;

/** Writes the file, and returns a function that removes it. Throws an Error with the reason when it can't be written. */
export function writePidFile(path: string): () => void {
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: MODE });
  } catch (error) {
    throw new Error(`Cannot write --pid-file "${path}": ${(error as Error).message}`, {
      cause: error,
    });
  }
  return () => rmSync(path, { force: true });
}
