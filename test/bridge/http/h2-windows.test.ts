/**
 * Flow-control windows that grow and shrink while clients break off at any moment, or leave the bridge without an answer.
 * An exception in a callback would end the bridge; here it would fail the test.
 */
import { once } from 'node:events';
import type { ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startDelay } from '../../bench/delay.js';
import { Random } from '../../fuzz/random.js';
import { frame, openSocket, startBridge, startTarget } from '../../helpers/bridge.js';
import { firstSeed } from '../../helpers/first-seed.js';
import { askH2, connectHeaders, h2Frame, openH2, openH2WebSocket } from '../../helpers/h2.js';

/** For busy machines. */
const SLOW = { timeout: 20_000 };
const CHUNK = frame(0x82, Buffer.alloc(60_000));

/** Sends chunks as fast as the stream takes them. */
function upload(stream: ClientHttp2Stream): void {
  const send = () => {
    while (!stream.destroyed && stream.write(CHUNK));
  };
  stream.on('drain', send);
  send();
}

test('clients that open and close streams during an upload, and break off at any moment', async () => {
  const target = await startTarget((socket) => socket.resume());
  const { port, lines } = await startBridge(target.port, { http2: true });
  const line = await startDelay(port, 20);
  onTestFinished(() => line.stop());
  const visit = async (random: Random) => {
    const socket = await openSocket(line.port);
    const session = await openH2(line.port, 'http', socket);
    const open: ClientHttp2Stream[] = [(await openH2WebSocket(session)).stream];
    upload(open[0]!);
    // Windows begin to grow.
    await once(session, 'remoteSettings');
    for (let steps = 1 + random.below(12); steps > 0; steps -= 1) {
      if (random.oneIn(2) && !session.closed) {
        open.push(session.request(connectHeaders()).on('error', () => {}));
      } else open.pop()?.close(random.below(14));
      if (random.oneIn(3)) await setTimeout(random.below(30));
    }
    if (random.oneIn(2)) socket.destroy();
    else session.destroy();
  };
  for (let seed = firstSeed; seed < firstSeed + 60; seed += 6) {
    await Promise.all([0, 1, 2, 3, 4, 5].map((more) => visit(new Random(seed + more))));
  }
  expect(lines.filter((each) => /error|HTTP\/2:/.test(each))).toEqual([]);
  expect((await askH2(await openH2(port), { ':path': '/healthz' })).status).toBe(200);
});

const [DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE] = [0, 1, 4, 6, 8];
const ACK = 1;

/** An HPACK header field, without indexing. */
const field = (name: string, value: string) =>
  Buffer.from(`\0${[name, value].map((text) => String.fromCharCode(text.length) + text).join('')}`);
const CONNECT = Buffer.concat(
  Object.entries({ ':authority': 'localhost', ...connectHeaders() }).map(([name, value]) =>
    field(name, value ?? ''),
  ),
);

/** A client that answers only frames that `answers` picks, uploads as much as it may, and meanwhile opens streams. */
function beRude(socket: Socket, answers: (type: number, count: number) => boolean) {
  const counts = new Map<number, number>();
  const answer = h2Frame(SETTINGS, 0, 0);
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), answer]));
  socket.write(h2Frame(HEADERS, 4, 1, CONNECT));
  let credit = 512 * 1024;
  let received = Buffer.alloc(0);
  let isOpen = false;
  const send = () => {
    if (!isOpen) return;
    for (; credit > 16_000; credit -= 16_000) {
      socket.write(h2Frame(DATA, 0, 1, frame(0x82, Buffer.alloc(15_992))));
    }
  };
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 9) {
      const size = 9 + received.readUIntBE(0, 3);
      if (received.length < size) break;
      const [type = 0, flags = 0] = received.subarray(3, 5);
      const payload = received.subarray(9, size);
      const stream = received.readUInt32BE(5);
      received = received.subarray(size);
      if (type === HEADERS && stream === 1) isOpen = true;
      if (type === WINDOW_UPDATE && stream === 1) credit += payload.readUInt32BE();
      if ((type === SETTINGS || type === PING) && !(flags & ACK)) {
        const count = (counts.get(type) ?? 0) + 1;
        counts.set(type, count);
        const echo = type === PING ? payload : undefined;
        if (answers(type, count)) socket.write(h2Frame(type, ACK, 0, echo));
      }
      send();
    }
  });
  return counts;
}

test.each([
  ['answers no settings', (type: number) => type !== SETTINGS],
  [
    'answers the first settings only',
    (type: number, count: number) => type !== SETTINGS || count < 2,
  ],
  ['answers no ping', (type: number) => type !== PING],
  ['answers neither', () => false],
])('a client that %s is served, and asked little', async (_, answers) => {
  let taken = 0;
  const target = await startTarget((socket) =>
    socket.on('data', ({ length }) => (taken += length)),
  );
  const { port, bridge, lines } = await startBridge(target.port, { http2: true });
  const line = await startDelay(port, 8);
  onTestFinished(() => line.stop());
  const socket = await openSocket(line.port);
  const counts = beRude(socket, answers);
  await vi.waitFor(() => expect(taken).toBeGreaterThan(16 * 1024 * 1024), SLOW);
  for (let id = 3; id < 129; id += 2) socket.write(h2Frame(HEADERS, 4, id, CONNECT));
  const before = taken;
  await vi.waitFor(() => expect(taken).toBeGreaterThan(before + 1024 * 1024), SLOW);
  expect(counts.get(SETTINGS)).toBeLessThan(8);
  expect(lines.filter((each) => /error|HTTP\/2:/.test(each))).toEqual([]);
  expect(bridge.carried.up).toBeGreaterThan(16 * 1024 * 1024);
  expect((await askH2(await openH2(port), { ':path': '/healthz' })).status).toBe(200);
});
