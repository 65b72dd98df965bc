/**
 * A unix socket to listen on: its file's mode, and what is left of an earlier run.
 */
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';

/** Where to listen. */
export interface UnixSource {
  readonly path: string;
  /** Who may connect, as the file's mode. Default 0o600. */
  readonly mode?: number | undefined;
}

/** Starts to listen; the server's events tell how it went. Rejects when something else is in the way. */
export async function listenOnPath(
  server: Server,
  { path, mode = 0o600 }: UnixSource,
): Promise<void> {
  await removeStale(path);
  // The file is made in the call: no moment passes in which it has another mode.
  const umask = process.umask(0o777 & ~mode);
  try {
    server.listen({ path });
  } finally {
    process.umask(umask);
  }
}

/** Removes a socket that nobody listens on any more. */
async function removeStale(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return;
  if (!stats.isSocket()) throw new Error(`Cannot listen on unix:${path}: it is not a socket`);
  const answer = await new Promise<string>((resolve) => {
    const probe = connect(path, () => resolve('taken'));
    probe.on('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code));
    probe.once('connect', () => probe.destroy());
  });
  if (answer === 'taken') throw new Error(`Cannot listen on unix:${path}: it is in use`);
  if (answer === 'ECONNREFUSED') unlinkSync(path);
}
