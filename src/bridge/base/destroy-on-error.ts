/**
 * Destroys a socket at its first error: a broken TLS record is reported as one, and nothing else happens. The listener
 * is made here, where it keeps nothing but the socket alive.
 */
import type { Socket } from 'node:net';

export function destroyOnError(socket: Socket): void {
  socket.on('error', () => socket.destroy());
}
