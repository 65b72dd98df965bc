/**
 * Reads files so that what was judged is what is read: a file is opened once, and asked what it is when it is open.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * To open a FIFO waits for its other end, which may never come, and holds one of the few threads that do the file work
 * of the whole process. Windows has no such flag, and no such files.
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

/** Reads bytes, at once. Throws where `readRegularFile` rejects. */
export function readRegularFileSync(path: string): Buffer {
  const file = openSync(path, OPEN_TO_READ);
  try {
    requireRegular(fstatSync(file));
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Whether this is about the process or the machine, rather than about the one file. */
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
