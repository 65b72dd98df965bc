/**
 * Reads regular files. Each is opened first and checked by its descriptor, so that the file checked is the file read.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Without O_NONBLOCK, opening a FIFO waits for its other end, which may never come, and holds one of the few threads that do
 * the file I/O of the whole process. Windows has neither the flag nor such files.
 */
export const OPEN_TO_READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Reads a text file. Rejects when it can't be opened or is not a regular file. */
export async function readRegularFile(path: string): Promise<string> {
  const file = await open(path, OPEN_TO_READ);
  try {
    requireRegular(await file.stat());
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Reads a file's bytes synchronously. Throws where `readRegularFile` rejects. */
export function readRegularFileSync(path: string): Buffer {
  const file = openSync(path, OPEN_TO_READ);
  try {
    requireRegular(fstatSync(file));
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Whether an error is about the process or the machine rather than about this one file. */
export function isPassing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EAGAIN'].includes(code ?? '');
}

function requireRegular(stats: Stats): void {
  if (stats.isFile()) return;
  const isDirectory = stats.isDirectory();
  const message = isDirectory ? 'it is a directory' : 'it is not a regular file';
  throw Object.assign(new Error(message), { code: isDirectory ? 'EISDIR' : 'EFTYPE' });
}
