/**
 * A bridge in front of a TCP echo server; the bridge also serves this repository's files, or those of another folder.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createBridge } from 'websock-client/bridge';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function startEcho(web = ROOT): Promise<{ url: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: target } = server.address() as { port: number };
  const bridge = createBridge({ target: { host: '127.0.0.1', port: target }, web });
  const { port } = await bridge.listen(0);
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      await bridge.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
