/**
 * Reads a connection to its end, as fast as the screen draws and the server takes the answers: a flood must not bury the
 * page, and where the channel has backpressure it stops at the server.
 */
import type { Websock } from 'websock-client';
import type { Screen } from './screen.js';

/** Bytes are read in pieces of this size, so that the page can draw between two of them. */
const PIECE = 16 * 1024;

/** The page's other tasks come first after this time, in ms: half a frame. */
const TURN = 8;

/** @param receive takes a piece; false ends it */
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
      // At the end what is left is shown all the same.
      await sock.drained().catch(() => {});
      if (performance.now() - turn < TURN) continue;
      await turnOf();
      turn = performance.now();
    }
  } catch {
    // The connection is lost, which its `close` event tells.
  }
}

const { port1, port2 } = new MessageChannel();
const turns: (() => void)[] = [];
port1.onmessage = () => turns.shift()?.();

/** Resolves when the page's other tasks have had their turn. The timers of a hidden page come once a second at most. */
function turnOf(): Promise<void> {
  return new Promise((resolve) => {
    turns.push(resolve);
    port2.postMessage(0);
  });
}
