/**
 * Tests that need hundreds of megabytes: a reader that stops also stops the server, and awaited writes stay within their
 * bound. Run by `npm run test:long`.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test as base, type Page } from '@playwright/test';
import { WebSocketServer, type WebSocket } from 'ws';

const MiB = 1024 * 1024;
const FLOOD = 400_000_000;
const UPLOAD = 256 * MiB;

/** Both sides use the same bytes, a repeated block, and the same hash, a polynomial over all bytes. */
const BLOCK = Uint8Array.from({ length: 64 * 1024 }, (_, i) => i * 31 + (i >> 8) * 7);
const hash = (value: number, bytes: Uint8Array): number => {
  for (const byte of bytes) value = (Math.imul(value, 31) + byte) | 0;
  return value;
};

interface Server {
  url: string;
  /** Bytes that have left for the page. */
  left(): number;
  /** Resolves at the end with the size and the hash of the bytes from the page. */
  received: Promise<{ size: number; value: number }>;
}

async function flood(ws: WebSocket, socket: Socket): Promise<void> {
  for (let sent = 0; sent < FLOOD; sent += BLOCK.length) {
    ws.send(BLOCK.subarray(0, Math.min(BLOCK.length, FLOOD - sent)));
    if (socket.writableNeedDrain) await once(socket, 'drain');
  }
  ws.close(1000);
}

/** Reads 4 MiB at a time, then pauses: slower than any page. */
async function takeSlowly(ws: WebSocket): Promise<{ size: number; value: number }> {
  let size = 0;
  let value = 0;
  let rest = 4 * MiB;
  ws.on('message', (data: Buffer) => {
    size += data.length;
    value = hash(value, data);
    if ((rest -= data.length) > 0) return;
    rest = 4 * MiB;
    ws.pause();
    setTimeout(() => ws.resume(), 20);
  });
  await once(ws, 'close');
  return { size, value };
}

const test = base.extend<{ server: Server }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async server({}, use) {
    const script = readFileSync(new URL('../../dist/websock.min.js', import.meta.url));
    const http = createServer((request, response) => {
      const isScript = request.url === '/websock.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : '<!doctype html><script src="websock.js"></script>');
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const wss = new WebSocketServer({ server: http, perMessageDeflate: false });
    let socket: Socket | undefined;
    let tell!: (result: { size: number; value: number }) => void;
    const received = new Promise<{ size: number; value: number }>((resolve) => (tell = resolve));
    wss.on('connection', (ws, request) => {
      socket = request.socket;
      ws.on('error', () => {});
      if (request.url === '/flood') void flood(ws, socket).catch(() => {});
      else void takeSlowly(ws).then(tell);
    });
    const { port } = http.address() as AddressInfo;
    await use({
      url: `http://127.0.0.1:${port}/`,
      left: () => (socket ? socket.bytesWritten - socket.writableLength : 0),
      received,
    });
    for (const client of wss.clients) client.terminate();
    http.closeAllConnections();
    await new Promise((done) => http.close(done));
  },
});

/** Waits until the server has sent nothing for a second; resolves with the bytes that have left. */
async function stillness(server: Server, page: Page): Promise<number> {
  for (let before = -1; before !== server.left();) {
    before = server.left();
    await page.waitForTimeout(1000);
  }
  return server.left();
}

test('a page that stops reading stops the server, and gets everything afterwards', async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  await page.evaluate(async () => {
    const sock = new Websock({ transport: 'auto' });
    Object.assign(window, { sock });
    sock.open(`ws://${location.host}/flood`);
    await sock.read(1000);
  });
  const left = await stillness(server, page);
  console.log(`The server got rid of ${(left / MiB).toFixed(1)} MiB`);
  expect(left).toBeLessThan(8 * MiB);
  const result = await page.evaluate(async () => {
    const { sock } = window as unknown as { sock: InstanceType<typeof Websock> };
    let size = 1000;
    let value = 0;
    for (let i = 0; i < 1000; i++)
      value = (Math.imul(value, 31) + ((i * 31 + (i >> 8) * 7) & 0xff)) | 0;
    for await (const chunk of sock) {
      size += chunk.length;
      for (const byte of chunk) value = (Math.imul(value, 31) + byte) | 0;
    }
    return { size, value, backpressure: sock.backpressure };
  });
  let value = 0;
  for (let at = 0; at < FLOOD; at += BLOCK.length) {
    value = hash(value, BLOCK.subarray(0, Math.min(BLOCK.length, FLOOD - at)));
  }
  expect(result).toEqual({ size: FLOOD, value, backpressure: 'transport' });
});

test('over a plain WebSocket the queue stops at receiveLimit, with an error', async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  const result = await page.evaluate(async () => {
    const sock = new Websock();
    const codes: string[] = [];
    sock.on('error', ({ code }) => codes.push(code));
    sock.open(`ws://${location.host}/flood`);
    await sock.read(1000);
    const { code } = await sock.closed;
    return { codes, code, queued: sock.rQlen() + 1000, backpressure: sock.backpressure };
  });
  expect(result.codes).toEqual(['ERR_RECEIVE_OVERFLOW']);
  expect(result.code).toBe(4009);
  expect(result.backpressure).toBe('none');
  expect(result.queued).toBeLessThanOrEqual(40 * MiB + 1000);
  expect(result.queued).toBeGreaterThan(39 * MiB);
});

for (const kind of ['websocket', 'auto'] as const) {
  test(`awaited writes of 256 MiB to a slow reader stay within bounds: ${kind}`, async ({
    page,
    server,
  }) => {
    await page.goto(server.url);
    const most = await page.evaluate(
      async ({ total, transport }) => {
        const sock = new Websock({ transport });
        sock.open(`ws://${location.host}/upload`);
        await sock.opened;
        let highest = 0;
        const chunk = Uint8Array.from({ length: 64 * 1024 }, (_, i) => i * 31 + (i >> 8) * 7);
        for (let at = 0; at < total; at += chunk.length) {
          const written = sock.write(chunk);
          highest = Math.max(highest, sock.bufferedAmount);
          await written;
        }
        sock.close(1000);
        await sock.closed;
        return highest;
      },
      { total: UPLOAD, transport: kind },
    );
    console.log(`At most ${(most / MiB).toFixed(2)} MiB buffered`);
    expect(most).toBeLessThanOrEqual(MiB + 64 * 1024);
    let value = 0;
    for (let at = 0; at < UPLOAD; at += BLOCK.length) value = hash(value, BLOCK);
    expect(await server.received).toEqual({ size: UPLOAD, value });
  });
}

test('awaited writes of 64 MiB leave a data channel open', async ({ page, server }) => {
  await page.goto(server.url);
  const result = await page.evaluate(async () => {
    const size = 64 * 1024 * 1024;
    const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
    here.onicecandidate = ({ candidate }) => void there.addIceCandidate(candidate!);
    there.onicecandidate = ({ candidate }) => void here.addIceCandidate(candidate!);
    const sender = new Websock();
    const receiver = new Websock();
    sender.attach(here.createDataChannel('bytes'));
    there.ondatachannel = ({ channel }) => receiver.attach(channel);
    let got = 0;
    const all = new Promise<void>((resolve) => {
      receiver.on('message', () => {
        got += receiver.rQshiftBytes(receiver.rQlen(), false).length;
        if (got === size) resolve();
      });
    });
    await here.setLocalDescription(await here.createOffer());
    await there.setRemoteDescription(here.localDescription!);
    await there.setLocalDescription(await there.createAnswer());
    await here.setRemoteDescription(there.localDescription!);
    await sender.opened;
    const chunk = new Uint8Array(1024 * 1024);
    for (let at = 0; at < size; at += chunk.length) await sender.write(chunk);
    await all;
    const state = sender.readyState;
    here.close();
    there.close();
    return { got, state };
  });
  expect(result).toEqual({ got: 64 * MiB, state: 'open' });
});
