/**
 * Waits for the PROXY header of a connection and takes it off.
 */
import type { Socket } from 'node:net';
import type { NoHeader, ProxyHeader } from './contracts.js';
import { readProxyHeader } from './header.js';

/** How long a proxy may take for its header, in ms. It sends it at once. */
const HEADER_TIMEOUT = 10_000;
/** How long anybody else may be silent before that is taken as his choice, in ms: he may wait for the first word. */
const SILENCE_TIMEOUT = 2_000;

/** A header, or why there is none. */
export type Heard = ProxyHeader | Exclude<NoHeader, 'incomplete'>;

/**
 * Calls back once with the header, or with why there is none, and with the connection paused; what came behind the
 * header, or all that came without one, is unread again. One that ends or takes too long before that is dropped. A
 * client that is no proxy need not say anything.
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
