/**
 * A message over the limit, sent faster than it can be refused: the page gets 1009 every time, because the bridge reads
 * and drops the rest. A reset would destroy the close frame. (`wasClean` is false in Chromium if part of the message was
 * never sent.)
 */
import { expect, test } from '@playwright/test';
import { lacking } from '../helpers/need.js';
import { startSecure } from '../helpers/secure.js';

test.use({ ignoreHTTPSErrors: true });

const TIMES = 50;
const noOpenssl = lacking('openssl');

for (const http2 of [false, true]) {
  test(`a message over the limit gets 1009 in ${TIMES} of ${TIMES}, over ${http2 ? 'HTTP/2' : 'HTTP/1.1'}`, async ({
    page,
  }) => {
    test.skip(noOpenssl !== undefined, noOpenssl);
    const served = await startSecure((socket) => socket.resume(), { http2 });
    await page.goto(served.url);
    const ends = await page.evaluate(async (times) => {
      const seen: Record<string, number> = {};
      const bytes = new Uint8Array(8 * 1024 * 1024);
      for (let i = 0; i < times; i += 1) {
        const socket = new WebSocket(location.href.replace(/^https/, 'wss'));
        socket.onopen = () => socket.send(bytes);
        const { code, reason } = await new Promise<CloseEvent>(
          (resolve) => (socket.onclose = resolve),
        );
        const end = `${code} ${reason}`;
        seen[end] = (seen[end] ?? 0) + 1;
      }
      return seen;
    }, TIMES);
    expect(ends).toEqual({ '1009 a message over the size limit': TIMES });
    // Chromium uses HTTP/1.1 for a page's first WebSockets until it knows the server.
    const methods = [...new Set(served.methods)];
    if (http2) expect(methods).toContain('CONNECT');
    else expect(methods).toEqual(['GET']);
    await served.stop();
  });
}
