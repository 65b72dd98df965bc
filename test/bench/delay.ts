/**
 * A long line: carries connections to a loopback port and delays every chunk.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Delays each direction by `delay` ms. Stops reading while too many bytes are in flight. */
export async function startDelay(
  target: number,
  delay: number,
): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  const carry = (from: Socket, to: Socket) => {
    let waiting = 0;
    from.on('data', (bytes) => {
      waiting += bytes.length;
      if (waiting > UNDER_WAY) from.pause();
      setTimeout(() => {
        to.write(bytes, () => {
          waiting -= bytes.length;
          if (waiting <= UNDER_WAY) from.resume();
        });
      }, delay);
    });
    from.on('end', () => setTimeout(() => to.end(), delay));
    from.on('error', () => {}).once('close', () => setTimeout(() => to.destroy(), delay));
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({
      port: target,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    });
    for (const socket of [client, upstream]) sockets.add(socket);
    carry(client, upstream);
    carry(upstream, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The most bytes in flight; more than a fast line holds at 40 ms. */
const UNDER_WAY = 64 * 1024 * 1024;
