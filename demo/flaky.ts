/**
 * A network in front of a bridge that loses all connections now and then, to see how a page copes.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { HOST, type Listener } from './serving.js';

/** Passes connections on to a bridge, and resets all of them every `seconds` seconds, give or take half. */
export function flaky(bridge: Listener, seconds: number): Listener {
  const sockets = new Set<Socket>();
  let inner = 0;
  let timer: NodeJS.Timeout | undefined;
  const server = createServer((near) => {
    const far = connect(inner, HOST);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
      socket.pipe(other);
    }
  });
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
    timer = setTimeout(cut, (0.5 + Math.random()) * seconds * 1000);
  };
  return {
    async listen(port, host) {
      server.listen(port, host);
      await once(server, 'listening').catch((cause: Error) => {
        throw new Error(cause.message, { cause });
      });
      if (!inner) inner = (await bridge.listen(0, host)).port;
      clearTimeout(timer);
      timer = setTimeout(cut, seconds * 1000);
      return server.address() as AddressInfo;
    },
    async close() {
      clearTimeout(timer);
      server.close();
      for (const socket of sockets) socket.destroy();
      await bridge.close();
    },
  };
}
