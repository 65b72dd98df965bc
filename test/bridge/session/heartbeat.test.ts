import { setTimeout } from 'node:timers/promises';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  flood,
  openClient,
  openRaw,
  readAll,
  startBridge,
  startTarget,
} from '../../helpers/bridge.js';

test('a client that never pongs is dropped in the second interval, and its target is ended', async () => {
  const target = await startTarget();
  const { port, logged } = await startBridge(target.port, { heartbeat: 100 });
  const client = await openRaw(port);
  const started = performance.now();
  const socket = await target.accept();
  const [ping] = await client.frames((all) => all.length > 0);
  expect(ping).toEqual({ first: 0x89, payload: Buffer.alloc(0) });
  await readAll(socket);
  socket.end();
  expect(performance.now() - started).toBeGreaterThan(180);
  expect(await logged(/closed/)).toMatch(/1006, the client did not answer a ping/);
});

test('a client that pongs stays', async () => {
  const target = await startTarget();
  const { port, lines } = await startBridge(target.port, { heartbeat: 250 });
  const ws = await openClient(port);
  for (let pings = 0; pings < 3; pings += 1) await once(ws, 'ping');
  expect(lines.some((line) => line.includes('closed'))).toBe(false);
});

test('0 sends no ping', async () => {
  const target = await startTarget();
  const { port } = await startBridge(target.port, { heartbeat: 0 });
  const client = await openRaw(port);
  await setTimeout(100);
  expect(await client.frames(() => true)).toEqual([]);
});

test('a slow reader whose queue moves stays, without a pong', async () => {
  const target = await startTarget(flood);
  const { port } = await startBridge(target.port, { heartbeat: 300 });
  const client = await openRaw(port);
  let read = 0;
  client.socket.removeAllListeners('data').on('data', (chunk) => {
    read += chunk.length;
    if (read > 2 ** 20) client.socket.pause();
  });
  for (let round = 0; round < 75; round += 1) {
    await setTimeout(20);
    read = 0;
    client.socket.resume();
  }
  expect((await target.accept()).readableEnded).toBe(false);
});

test('a slow reader that answers pings gets everything, even after the close', async () => {
  const size = 3 * 2 ** 20;
  const target = await startTarget((socket) => socket.resume().end(Buffer.alloc(size)));
  const { port } = await startBridge(target.port, { heartbeat: 300 });
  const ws = await openClient(port);
  let read = 0;
  ws.on('message', (data: Buffer) => {
    read += data.length;
    ws.pause();
    void setTimeout(25).then(() => ws.resume());
  });
  const [code] = await once(ws, 'close');
  expect([code, read]).toEqual([1000, size]);
});

test('a reader that stopped for good is dropped', async () => {
  const target = await startTarget((socket) => {
    const write = () => {
      while (socket.write(Buffer.alloc(65_536)));
    };
    socket.on('drain', write);
    write();
  });
  const { port, logged } = await startBridge(target.port, { heartbeat: 200 });
  const client = await openRaw(port);
  client.socket.pause();
  // The target never ends by itself: without this, the bridge would have to cut it off.
  const socket = await target.accept();
  await once(socket.resume(), 'end');
  socket.destroy();
  expect(await logged(/closed/)).toMatch(/did not answer a ping/);
});
