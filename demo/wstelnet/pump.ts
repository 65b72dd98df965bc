/**
 * Reads a connection to its end, as fast as the screen draws and the server takes the answers: a flood must not bury the
 * page, and a channel with backpressure holds it back at the server.
 */
import type { Websock } from 'websock-client';
import type { Screen } from './screen.js';

/** Bytes are read in pieces of this size, so that the page can draw between two of them. */
const PIECE = 16 * 1024;

/** After this time, in ms, the page's other tasks get their turn: half a frame. */
const TURN = 8;

/** @param receive takes a piece; false stops the reading */
export async function pump(
  sock: Websock,
  screen: Screen,
  receive: (bytes: Uint8Array) => Promise<boolean>,
): Promise<void> {
  let turn = performance.now();
  try {
    for (;;) {
      const bytes = await sock.readSome({ max: Math.min(await screen.room(), PIECE) });
      if (!bytes || !(await receive(bytes))) return;
      // This fails at the connection's end, but what is left is shown all the same.
      await sock.drained().catch(() => {});
      if (performance.now() - turn < TURN) continue;
      await turnOf();
      turn = performance.now();
    }
  } catch {
    // The connection is lost, which its `close` event reports.
  }
}

const { port1, port2 } = new MessageChannel();
const turns: (() => void)[] = [];
port1.onmessage = () => turns.shift()?.();

/** Resolves when the page's other tasks have had their turn. Not a timer: a hidden page's fire once a second at most. */
function turnOf(): Promise<void> {
  return new Promise((resolve) => {
    turns.push(resolve);
    port2.postMessage(0);
  });
}
