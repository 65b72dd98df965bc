/**
 * Whether a target goes on: takes what is written to it, and says something. And whether a leaving client does.
 */
import type { Socket } from 'node:net';

/** How long a target may be silent, and how long it may take nothing of what waits for it, in ms; 0 is for ever. */
export interface TargetTimeouts {
  readonly read: number;
  readonly send: number;
}

/**
 * A number that stays the same for as long as a socket's peer takes nothing. A write counts as one until the last of
 * its bytes is taken; the system's handle knows better, where there is one.
 */
export function takenBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  const waiting = handle instanceof Object ? Number(Reflect.get(handle, 'writeQueueSize')) || 0 : 0;
  return socket.bytesWritten - socket.writableLength - waiting;
}

/** Calls back, once, when a target has been silent or has taken nothing for too long. Ends with the socket. */
export function watchTarget(
  target: Socket,
  { read, send }: TargetTimeouts,
  onTimeout: (why: string) => void,
): void {
  const limits = [read, send].filter((limit) => limit > 0);
  if (limits.length === 0) return;
  let heard = performance.now();
  let moved = heard;
  let bytesRead = 0;
  let taken = 0;
  const timer = setInterval(
    () => {
      const now = performance.now();
      // While the client is stalled we do not read, and nothing can be heard.
      if (target.bytesRead !== bytesRead || target.isPaused()) heard = now;
      if (takenBytes(target) !== taken || target.writableLength === 0) moved = now;
      bytesRead = target.bytesRead;
      taken = takenBytes(target);
      const silent = read > 0 && now - heard >= read;
      if (!silent && !(send > 0 && now - moved >= send)) return;
      clearInterval(timer);
      onTimeout(
        silent ? `the target was silent for ${read} ms` : `the target took nothing for ${send} ms`,
      );
    },
    Math.ceil(Math.min(...limits) / 4),
  );
  target.on('close', () => clearInterval(timer));
}

/** Drops a client that has said its last, as soon as it takes nothing for `limit` ms of what still waits for it. */
export function watchLeaving(client: Socket, limit: number): void {
  client.once('end', () => watchTarget(client, { read: 0, send: limit }, () => client.destroy()));
}
