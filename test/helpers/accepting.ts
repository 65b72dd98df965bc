/**
 * Waits for a server that does not say when it listens.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Resolves when `port` accepts a connection. @param exited resolves when the server has ended, which makes this reject */
export async function accepting(port: number, exited: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  void exited.then(() => (hasEnded = true));
  for (;;) {
    if (hasEnded) throw new Error(`The server for port ${port} ended before it listened`);
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      // Not yet. There is no event to wait for.
      await new Promise((resolve) => setTimeout(resolve, 30));
    } finally {
      socket.destroy();
    }
  }
}
