/**
 * Makes a server listen on a port or a unix socket, or says in words why it can't.
 */
import type { AddressInfo, Server } from 'node:net';
import { formatSource } from '../base/inherited.js';
import type { Source } from '../base/source.js';
import { bindPath, clearPath } from './unix.js';

/** Ports below this one require root, unless the system is configured otherwise. */
const FIRST_FREE_PORT = 1024;

/** Starts to listen and resolves with the actual address. Rejects, with the reason, when it can't listen there. */
export async function listenOn<T extends Source>(server: Server, where: T): Promise<T> {
  if ('path' in where) await clearPath(where.path);
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      server.off('listening', succeed).off('error', fail);
      const message = `Cannot listen on ${formatSource(where)}: ${reasonOf(error, where)}`;
      reject(new Error(message, { cause: error }));
    };
    const succeed = () => {
      server.off('error', fail);
      resolve();
    };
    server.once('error', fail).once('listening', succeed);
    try {
      if ('fd' in where) server.listen({ fd: where.fd });
      else if ('path' in where) bindPath(server, where);
      else server.listen({ port: where.port, ...(where.host && { host: where.host }) });
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
    }
  });
  if ('path' in where) return where;
  // An inherited unix socket has no address.
  const got = server.address() as AddressInfo | null;
  return got ? ({ host: got.address, port: got.port } as Source as T) : where;
}

function reasonOf({ code, message }: NodeJS.ErrnoException, where: Source): string {
  if ('fd' in where) return 'it is not a listening socket';
  if (code === 'EADDRINUSE') return 'the port is in use';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address';
  if (code === 'ENOTFOUND') return 'the name does not resolve';
  if (code !== 'EACCES') return message;
  // For a path, libuv also reports EACCES if the directory does not exist.
  if ('path' in where) return 'the directory does not exist or is not writable';
  return where.port < FIRST_FREE_PORT
    ? `not permitted: ports below ${FIRST_FREE_PORT} require root`
    : 'not permitted';
}
