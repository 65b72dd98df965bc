/**
 * Answers pings, the latest only while an answer is still on its way (RFC 6455 section 5.5.3), so that a flood of
 * them costs one answer at a time.
 */
import type { WebSocket } from 'ws';

/** Answers the pings of a WebSocket that does not do so itself. */
export function answerPings(ws: WebSocket): void {
  let latest: Buffer | undefined;
  let busy = false;
  const answer = () => {
    busy = latest !== undefined && ws.readyState === ws.OPEN;
    if (!busy) return;
    const data = latest;
    latest = undefined;
    ws.pong(data, false, answer);
  };
  ws.on('ping', (data: Buffer) => {
    latest = data;
    if (!busy) answer();
  });
}
