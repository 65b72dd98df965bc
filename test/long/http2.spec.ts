/**
 * HTTP/2 in real browsers: how files and other tabs fare when a page leaves WebSockets unread; and WebKitGTK.
 */
import type { Socket } from 'node:net';
import { expect, test } from '@playwright/test';
import { startWebKit } from '../conformance/webkit.js';
import { lacking } from '../helpers/need.js';
import { startSecure } from '../helpers/secure.js';

test.use({ ignoreHTTPSErrors: true });

/** More bytes than the browser, the bridge and the systems between them buffer for a page that does not read. */
const MUCH = 40_000_000;
const FILE = Buffer.alloc(8_000_000, 'x');

const noOpenssl = lacking('openssl');

test('unread WebSockets do not hold up files, other tabs or each other', async ({
  page,
  browserName,
}) => {
  test.skip(noOpenssl !== undefined, noOpenssl);
  /** The target's connections that have sent everything. */
  const taken = new Set<Socket>();
  const served = await startSecure(
    (socket) => socket.on('data', () => socket.write(Buffer.alloc(MUCH), () => taken.add(socket))),
    { http2: true, heartbeat: 0 },
    { file: FILE },
  );
  await page.goto(served.url);
  await page.evaluate(async (isStream) => {
    interface Held {
      readonly readable: ReadableStream<ArrayBuffer> | undefined;
    }
    const held: Held[] = [];
    Object.assign(globalThis, { held });
    const url = location.href.replace(/^https/, 'wss');
    const order = new TextEncoder().encode('much');
    for (const _ of [1, 2, 3, 4]) {
      if (isStream) {
        const Stream = Reflect.get(globalThis, 'WebSocketStream') as new (at: string) => {
          readonly opened: Promise<{ readable: ReadableStream; writable: WritableStream }>;
        };
        const { readable, writable } = await new Stream(url).opened;
        held.push({ readable });
        await writable.getWriter().write(order);
      } else {
        const socket = new WebSocket(url);
        await new Promise((resolve) => (socket.onopen = resolve));
        socket.send(order);
        held.push({ readable: undefined });
      }
    }
  }, browserName === 'chromium');
  // After two WebSockets, Chromium switches to HTTP/1.1 and Firefox to another HTTP/2 connection.
  const later = browserName === 'chromium' ? 'GET' : 'CONNECT';
  expect(served.methods).toEqual(['CONNECT', 'CONNECT', later, later]);
  const tab = await page.context().newPage();
  await tab.goto(served.url);
  const load = async () => (await (await fetch('/file')).arrayBuffer()).byteLength;
  expect(await tab.evaluate(load)).toBe(FILE.length);
  expect(await page.evaluate(load)).toBe(FILE.length);
  if (browserName === 'firefox') {
    // Firefox reads ahead of its pages.
    await expect.poll(() => taken.size).toBe(4);
  } else {
    expect(taken.size).toBe(0);
    const read = await page.evaluate(async () => {
      const all = Reflect.get(globalThis, 'held') as { readable: ReadableStream<ArrayBuffer> }[];
      return Promise.all(
        all.map(async ({ readable }) => {
          let length = 0;
          const reader = readable.getReader();
          while (length < 40_000_000) length += (await reader.read()).value!.byteLength;
          return length;
        }),
      );
    });
    expect(read).toEqual([MUCH, MUCH, MUCH, MUCH]);
  }
  await served.stop();
});

test('WebKitGTK uses HTTP/2 for files, and HTTP/1.1 for WebSockets', async ({ browserName }) => {
  test.skip(browserName !== 'chromium', 'once is enough');
  const reason = noOpenssl ?? lacking('Xvfb', 'WebKitWebDriver');
  test.skip(reason !== undefined, reason);
  const said: string[] = [];
  const page = `<!doctype html><script>
    const socket = new WebSocket('wss://' + location.host);
    const [{ nextHopProtocol }] = performance.getEntriesByType('navigation');
    socket.onopen = () => socket.send(new TextEncoder().encode(nextHopProtocol));
  </script>`;
  const served = await startSecure(
    (socket) => socket.on('data', (bytes) => said.push(String(bytes))),
    { http2: true },
    { 'index.html': page },
  );
  const webkit = await startWebKit(served.url);
  await expect.poll(() => said, { timeout: 60_000 }).toEqual(['h2']);
  expect(served.methods).toEqual(['GET']);
  await webkit.stop();
  await served.stop();
});
