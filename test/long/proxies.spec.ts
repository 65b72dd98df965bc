/**
 * Browsers through those proxies of docs/proxies.md that take HTTP/2; the others are in proxies.test.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { makeCertificate } from '../helpers/certificate.js';
import { lacking } from '../helpers/need.js';
import { PROXIES } from '../helpers/proxy-table.js';
import { startSecure } from '../helpers/secure.js';

test.use({ ignoreHTTPSErrors: true });

for (const [name, row] of Object.entries(PROXIES).filter(([, { front }]) => front === 'h2')) {
  test(`${name}: a page, 10 MB there and back, and a close code`, async ({ page }) => {
    const reason = lacking('openssl', row.program);
    test.skip(reason !== undefined, reason);
    const keys = mkdtempSync(join(tmpdir(), 'proxies-'));
    const served = await startSecure((socket) => socket.pipe(socket), {
      allowHosts: ['localhost'],
      http2: row.bridge.http2,
      tls: undefined,
    });
    const proxy = await row.start({
      target: Number(new URL(served.url).port),
      ...makeCertificate(keys, 'localhost'),
    });
    await page.goto(`https://localhost:${proxy.port}/`);
    const seen = await page.evaluate(async () => {
      const hash = async (bytes: BufferSource) =>
        String(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
      const sent = new Uint8Array(10_000_000).map((_, index) => (index * index) >> 8);
      const socket = new WebSocket(location.href.replace(/^https/, 'wss'), 'binary');
      socket.binaryType = 'arraybuffer';
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = () => reject(new Error('No WebSocket'));
      });
      const received = new Uint8Array(sent.length);
      let at = 0;
      const whole = new Promise<void>((resolve) => {
        socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
          received.set(new Uint8Array(data), at);
          at += data.byteLength;
          if (at === sent.length) resolve();
        };
      });
      for (let from = 0; from < sent.length; from += 60_000) {
        socket.send(sent.subarray(from, from + 60_000));
      }
      await whole;
      const closed = new Promise<CloseEvent>((resolve) => (socket.onclose = resolve));
      socket.close(4001);
      return { isSame: (await hash(sent)) === (await hash(received)), code: (await closed).code };
    });
    expect(seen).toEqual({ isSame: true, code: 4001 });
    await proxy.stop();
    await served.stop();
    rmSync(keys, { recursive: true });
  });
}
