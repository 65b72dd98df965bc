/**
 * Waits for the PROXY header of a connection and strips it.
 */
import type { Socket } from 'node:net';
import type { NoHeader, ProxyHeader } from './contracts.js';
import { readProxyHeader } from './header.js';

/** How long a proxy may take to send its header, in ms. Proxies send it at once. */
const HEADER_TIMEOUT = 10_000;
/** How long any other client is given to send a header, in ms: a silent one may be waiting for the server to speak first. */
const SILENCE_TIMEOUT = 2_000;

/** A header, or why there is none. */
export type Heard = ProxyHeader | Exclude<NoHeader, 'incomplete'>;

/**
 * Calls back once, with the header or why there is none. The connection is then paused; the bytes after the header, or all
 * bytes if there is none, are put back. Drops a connection that ends before that, and a proxy that takes too long. Any
 * other client may stay silent.
 */
export function awaitProxyHeader(
  socket: Socket,
  isProxy: boolean,
  decide: (heard: Heard) => void,
): void {
  let received: Buffer = Buffer.alloc(0);
  const drop = () => socket.destroy();
  const give = (heard: Heard) => {
    stop();
    const rest = typeof heard === 'object' ? received.subarray(heard.length) : received;
    if (rest.length > 0) socket.unshift(rest);
    decide(heard);
  };
  const read = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const header = readProxyHeader(received);
    if (header !== 'incomplete') give(header);
  };
  const timer = isProxy
    ? setTimeout(drop, HEADER_TIMEOUT)
    : setTimeout(() => give('absent'), SILENCE_TIMEOUT);
  const stop = () => {
    clearTimeout(timer);
    socket.off('data', read).off('close', stop).off('end', drop).pause();
  };
  socket.on('data', read).once('close', stop).once('end', drop);
}
