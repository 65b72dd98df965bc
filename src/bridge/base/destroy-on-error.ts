/**
 * Destroys a socket at its first error: a broken TLS record is reported as one, and nothing else happens. One listener
 * for all sockets keeps nothing alive.
 */
import type { Socket } from 'node:net';

export function destroyOnError(socket: Socket): void {
  socket.on('error', destroy);
}

function destroy(this: Socket): void {
  this.destroy();
}
