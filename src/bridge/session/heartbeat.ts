/**
 * Asks a silent client whether it is still there, and gives up on one that does not answer.
 */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/**
 * How many intervals a silent client gets when bytes are under way to it. A ping waits behind them, and how many of
 * them the system still holds can't be seen from here.
 */
const PATIENCE = 4;

/** More bytes than a few pings, which are 2 bytes each. */
const UNDER_WAY = 64;

/**
 * Pings every `interval` ms (0: never) until the WebSocket is closing, and calls `onSilence` when the client gave no
 * sign of life within the next interval, or within four of them with bytes under way to it. A sign of life is a byte
 * from it, a pong or anything else, or that it takes what is queued for it.
 */
export function startHeartbeat(
  ws: WebSocket,
  client: Socket,
  interval: number,
  onSilence: () => void,
): void {
  if (interval === 0) return;
  let silent = 0;
  let heard = 0;
  let taken = 0;
  let queued = false;
  let written = 0;

  const timer = setInterval(() => {
    // A close frame waits behind the queue too; for its answer ws has a time limit of its own.
    if (ws.readyState !== ws.OPEN) return;
    const takenNow = client.bytesWritten - client.writableLength;
    // While the target is stalled we do not read, and no pong can be heard.
    const alive = ws.isPaused || client.bytesRead !== heard || (queued && takenNow !== taken);
    if (alive) {
      silent = 0;
      written = client.bytesWritten;
    } else {
      silent += 1;
      if (silent >= (client.bytesWritten - written > UNDER_WAY ? PATIENCE : 1)) return onSilence();
    }
    ws.ping();
    heard = client.bytesRead;
    taken = takenNow;
    queued = client.writableLength > 0;
  }, interval);
  ws.on('close', () => clearInterval(timer));
}
