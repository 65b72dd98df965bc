/**
 * Pings a client to find out whether it is still there, and gives up on one that shows no sign of life.
 */
import type { ClientEnd } from './client-end.js';

/** How many intervals a silent client gets while it does not take the bytes that wait for it: a ping waits behind them. */
const PATIENCE = 4;
/** How many bytes a second a client is trusted to read of those that its system has taken: what it has read can't be seen. */
const SLOWEST = 1_024;
/** How many pings are remembered: a client may answer only the latest. */
const MAX_PINGS = 16;

/**
 * Pings every `interval` ms (0: never) until the WebSocket is closing, and calls `onSilence` if the client shows no sign of
 * life within the next interval. Bytes from the client are a sign of life; so is the arrival of bytes that are on their way to
 * it. While the client may not have read what came before the ping, it gets as long as a slow reader takes.
 */
export function startHeartbeat(client: ClientEnd, interval: number, onSilence: () => void): void {
  if (interval === 0) return;
  const { progress } = client;
  /** How many bytes had been written when each unanswered ping was sent. */
  const pings: number[] = [];
  let silent = 0;
  // The handshake counts as a sign of life.
  let heard = -1;
  let taken = 0;
  let isStuck = false;
  /** How many of the bytes written to the client it has certainly read. */
  let read = 0;

  client.onPong = () => {
    read = pings.shift() ?? read;
  };
  const beat = async () => {
    // A close frame waits behind the queue too; its answer has a time limit of its own.
    if (!client.isOpen) return;
    // While the target is stalled, we do not read the client, so no pong can be heard.
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
    // Movement counts only if bytes were waiting before: a mere ping that the system has passed on says nothing about the client.
    if (isStuck && taken !== before) silent = 0;
    isStuck = progress.hasWaiting || unconfirmed > 0;
    const toRead = (progress.written - read) / SLOWEST;
    return silent >= (isStuck ? PATIENCE : Math.max(1, (toRead * 1_000) / interval));
  };
  const timer = setInterval(() => void beat(), interval);
  void client.closed.then(() => clearInterval(timer));
}
