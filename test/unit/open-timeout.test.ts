import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Websock } from '../../src/index.js';

it('a server that accepts the connection but stays silent is reported after openTimeout', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => {}))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const sock = new Websock({ WebSocket: WebSocket as never, openTimeout: 500 });
  const codes: string[] = [];
  sock.on('error', ({ code }) => codes.push(code));
  const start = performance.now();
  sock.open(`ws://127.0.0.1:${port}/`);
  const { code, wasClean } = await sock.closed;
  const time = performance.now() - start;
  expect([code, wasClean]).toEqual([1006, false]);
  expect(codes).toEqual(['ERR_OPEN_TIMEOUT']);
  // Not early; how late depends on the machine, but not by a second.
  expect(time).toBeGreaterThanOrEqual(499);
  expect(time).toBeLessThan(1500);
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});
