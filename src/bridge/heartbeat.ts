/**
 * Asks a silent client whether it is still there, and gives up on one that does not answer.
 */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/**
 * Pings every `interval` ms (0: never) until the WebSocket is closed, and calls `onSilence` when nothing, a pong
 * or anything else, came from the client within the next interval.
 */
export function startHeartbeat(
  ws: WebSocket,
  client: Socket,
  target: Socket,
  interval: number,
  onSilence: () => void,
): void {
  if (interval === 0) return;
  let asked = false;
  let heard = 0;
  let taking = false;

  // A ping waits behind queued bytes, on a slow link for longer than an interval. But the relay, which stops the
  // target while the queue is full, lets it go on only when the client has taken some.
  target.on('resume', () => {
    taking = true;
  });
  const timer = setInterval(() => {
    if (asked && client.bytesRead === heard && !taking) {
      onSilence();
      return;
    }
    ws.ping();
    // While the target is stalled we do not read, and no pong can be heard.
    asked = !ws.isPaused;
    heard = client.bytesRead;
    taking = false;
  }, interval);
  ws.once('close', () => clearInterval(timer));
}
