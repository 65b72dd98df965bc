/**
 * HTTP/2 in real browsers: a page, its files and its WebSockets over one connection. More tests are in test/long.
 */
import { expect, test } from '@playwright/test';
import { lacking } from '../helpers/need.js';
import { startSecure } from '../helpers/secure.js';

test.use({ ignoreHTTPSErrors: true });

test('a page, its files and its WebSockets use HTTP/2', async ({ page }) => {
  const reason = lacking('openssl');
  test.skip(reason !== undefined, reason);
  const file = Buffer.alloc(1_000_000, 'x');
  const served = await startSecure((socket) => socket.pipe(socket), { http2: true }, { file });
  await page.goto(served.url);
  const seen = await page.evaluate(async () => {
    const echo = (text: string) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(location.href.replace(/^https/, 'wss'), 'binary');
        socket.binaryType = 'arraybuffer';
        socket.onopen = () => socket.send(new TextEncoder().encode(text));
        socket.onmessage = ({ data }) => {
          socket.close(4001);
          socket.onclose = ({ code, wasClean }) =>
            resolve([new TextDecoder().decode(data), code, wasClean]);
        };
        socket.onerror = () => reject(new Error(`No WebSocket for ${text}`));
      });
    const size = (await (await fetch('/file')).arrayBuffer()).byteLength;
    const protocols = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByName(new URL('/file', location.href).href),
    ].map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol);
    return { size, protocols, echoes: [await echo('one'), await echo('two')] };
  });
  expect(seen).toEqual({
    size: 1_000_000,
    protocols: ['h2', 'h2'],
    echoes: [
      ['one', 4001, true],
      ['two', 4001, true],
    ],
  });
  expect(served.methods).toEqual(['CONNECT', 'CONNECT']);
  await served.stop();
});
