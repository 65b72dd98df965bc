/**
 * Asks a silent client whether it is still there, and gives up on one that does not answer.
 */
import type { ClientEnd } from './client-end.js';

/** How many intervals a silent client gets while bytes wait for it that it does not take: a ping waits behind them. */
const PATIENCE = 4;
/** What it is trusted to read a second, of bytes that its system has taken: how many it has read can't be seen. */
const SLOWEST = 1_024;
/** Pings that are remembered: a client may answer the latest only. */
const MAX_PINGS = 16;

/**
 * Pings every `interval` ms (0: never) until the WebSocket is closing, and calls `onSilence` when the client gave no
 * sign of life within the next interval. A sign of life is a byte from it, or that bytes under way to it arrive. While
 * it may not have read what came before the ping, it gets as long as a slow reader takes.
 */
export function startHeartbeat(client: ClientEnd, interval: number, onSilence: () => void): void {
  if (interval === 0) return;
  const { progress } = client;
  /** What had been written when the pings that are not answered yet were sent. */
  const pings: number[] = [];
  let silent = 0;
  // The handshake was a sign of life.
  let heard = -1;
  let taken = 0;
  let isStuck = false;
  /** Of the bytes written to the client, those that it has read for sure. */
  let read = 0;

  client.onPong = () => {
    read = pings.shift() ?? read;
  };
  const beat = async () => {
    // A close frame waits behind the queue too; for its answer there is a time limit of its own.
    if (!client.isOpen) return;
    // While the target is stalled we do not read, and no pong can be heard.
    const isHeard = client.isStopped || progress.heard !== heard;
    heard = progress.heard;
    silent = isHeard ? 0 : silent + 1;
    if (silent > 0 && (await isSilent())) {
      clearInterval(timer);
      onSilence();
      return;
    }
    pings.push(progress.written);
    if (pings.length > MAX_PINGS) pings.shift();
    client.ping();
  };
  const isSilent = async () => {
    const unconfirmed = (await progress.unconfirmed()) ?? 0;
    const before = taken;
    taken = progress.handedOver - unconfirmed;
    // That the system has passed a ping on says nothing of a client for which nothing else waits.
    if (isStuck && taken !== before) silent = 0;
    isStuck = progress.hasWaiting || unconfirmed > 0;
    const toRead = (progress.written - read) / SLOWEST;
    return silent >= (isStuck ? PATIENCE : Math.max(1, (toRead * 1_000) / interval));
  };
  const timer = setInterval(() => void beat(), interval);
  void client.closed.then(() => clearInterval(timer));
}
