/**
 * Listens on a unix socket whose file has the right mode, and replaces a socket that an earlier run left behind.
 */
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { isSocketPath, SOCKET_PATH_RULE, type UnixSource } from '../base/unix.js';

/** Makes room for a socket: removes one on which nothing listens any more. Rejects when anything else is in the way. */
export async function clearPath(path: string): Promise<void> {
  if (!isSocketPath(path)) throw new Error(`Cannot listen on unix:${path}: ${SOCKET_PATH_RULE}`);
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

/** Starts to listen; the server emits `listening` or `error`. */
export function bindPath(server: Server, { path, mode = 0o600 }: UnixSource): void {
  // The call creates the file, so the file never has any other mode.
  const umask = process.umask(0o777 & ~mode);
  try {
    server.listen({ path });
  } finally {
    process.umask(umask);
  }
}
