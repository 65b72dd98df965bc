/**
 * Destroys a socket at its first error: Node reports a broken TLS record as an error and does nothing else. All sockets share
 * one listener, which keeps nothing alive.
 */
import type { Socket } from 'node:net';

export function destroyOnError(socket: Socket): void {
  socket.on('error', destroy);
}

function destroy(this: Socket): void {
  this.destroy();
}
