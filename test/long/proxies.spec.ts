/**
 * Checks with browsers what docs/proxies.md says about each proxy. proxies.test.ts does it with a Node client.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { makeCertificate } from '../helpers/certificate.js';
import { lacking } from '../helpers/need.js';
import { installVisits, type Visit, type Visits } from '../helpers/page-visits.js';
import { needsOf, PROXIES, type ProxyRow } from '../helpers/proxy-table.js';
import { startSecure } from '../helpers/secure.js';

/** Chromium checks a proxy's certificate even if its pages ignore certificate errors. */
test.use({
  launchOptions: async ({ launchOptions, browserName }, use) => {
    const { args = [] } = launchOptions;
    const trusting = browserName === 'chromium' ? ['--ignore-certificate-errors'] : [];
    await use({ ...launchOptions, args: [...args, ...trusting] });
  },
});

const MB = 1_000_000;
const HELLO = 'hello from the server';
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Orders that a page gives with the first byte of a WebSocket; after any other byte, the server echoes. */
const END = 1;
const MUCH = 2;
const much = randomBytes(64 * MB);

/** Greets, then carries out the order. */
function serve(socket: Socket): void {
  socket.write(HELLO);
  socket.once('data', (first: Buffer) => {
    if (first[0] === END) socket.end();
    else if (first[0] === MUCH) socket.write(much);
    else {
      socket.write(first);
      socket.pipe(socket);
    }
  });
}

/** A bridge, the proxy in front of it, and one of the bridge's pages, loaded through the proxy. */
async function prepare(row: ProxyRow, browser: Browser) {
  const keys = mkdtempSync(join(tmpdir(), 'proxies-'));
  const { tls = false, ...options } = row.bridge;
  const served = await startSecure(serve, {
    ...options,
    authenticate: ({ url }) =>
      url.endsWith('/refused') ? { status: 403, message: 'Not you.' } : true,
    ...(!tls && { tls: undefined }),
  });
  const target = Number(new URL(served.url).port);
  const proxy = await row.start({ target, ...makeCertificate(keys, 'localhost') });
  const isForward = row.front.startsWith('forward');
  const isTls = isForward ? tls : row.front !== 'plain';
  const scheme = row.front === 'forward-h2' ? 'https' : 'http';
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    ...(isForward && { proxy: { server: `${scheme}://localhost:${proxy.port}` } }),
  });
  const page = await context.newPage();
  const at = isForward ? `127.0.0.1:${target}` : `localhost:${proxy.port}`;
  await page.goto(`${isTls ? 'https' : 'http'}://${at}/`);
  await page.evaluate(installVisits);
  const stop = async () => {
    await context.close();
    await proxy.stop();
    await served.stop();
    rmSync(keys, { recursive: true });
  };
  return { served, page, stop };
}

/** Sends 10 MB there and back; returns the greeting, and the close codes when the page closes and when the server does. */
const exchange = (page: Page) =>
  page.evaluate(async (end) => {
    const visit = Reflect.get(globalThis, 'visit') as Visits;
    const sent = new Uint8Array(10_000_000).map((_, index) => (index * index) >> 8);
    const one = await visit.open();
    const hello = new TextDecoder().decode(await one.take(21));
    for (let from = 0; from < sent.length; from += 60_000) {
      one.socket.send(sent.subarray(from, from + 60_000));
    }
    const received = (await one.take(21 + sent.length)).subarray(21);
    const isSame = (await visit.hash(sent)) === (await visit.hash(received));
    one.socket.close(4001);
    const two = await visit.open();
    await two.take(21);
    two.socket.send(new Uint8Array([end]));
    return { hello, isSame, codes: [(await one.closed).code, (await two.closed).code] };
  }, END);

/** A refusal: the close code of the WebSocket, which hides the reason, and the answer that `diagnose` would get. */
const refusal = (page: Page) =>
  page.evaluate(async () => {
    const visit = Reflect.get(globalThis, 'visit') as Visits;
    const { closed } = await visit.open('/refused');
    const answer = await fetch('/refused', { headers: { 'Websock-Diagnose': '1' } });
    return [(await closed).code, answer.status, await answer.text()];
  });

/** Waits until nothing moves any more, which no event reports; resolves with the bytes that the target has sent. */
async function stalled(socket: Socket): Promise<number> {
  let before = -1;
  for (;;) {
    const now = socket.bytesWritten - socket.writableLength;
    if (now === before) return now;
    before = now;
    await setTimeout(500);
  }
}

const noOpenssl = lacking('openssl');

for (const [name, row] of Object.entries(PROXIES)) {
  const reason = noOpenssl ?? lacking(...needsOf(row));
  test(`${name}: bytes, codes, refusals and a stalled page`, async ({ browser, browserName }) => {
    test.skip(reason !== undefined, reason);
    const { served, page, stop } = await prepare(row, browser);
    expect(await exchange(page)).toEqual({ hello: HELLO, isSame: true, codes: [4001, 1000] });
    expect(await refusal(page)).toEqual([1006, 403, 'Not you.\n']);

    // Firefox reads ahead of its pages.
    if (browserName === 'chromium') {
      await page.evaluate(async (order) => {
        const visit = Reflect.get(globalThis, 'visit') as Visits;
        const stream = await visit.openStream();
        await stream.send(new Uint8Array([order]));
        Object.assign(globalThis, { stream });
      }, MUCH);
      expect(await stalled(served.sockets.at(-1)!)).toBeLessThan(40 * MB);
      const read = await page.evaluate(async (length) => {
        const visit = Reflect.get(globalThis, 'visit') as Visits;
        const stream = Reflect.get(globalThis, 'stream') as {
          take(n: number): Promise<Uint8Array<ArrayBuffer>>;
        };
        return visit.hash((await stream.take(length)).subarray(21));
      }, HELLO.length + much.length);
      expect(read).toBe(hash(much));
    }

    await page.evaluate(async () => {
      const last = await (Reflect.get(globalThis, 'visit') as Visits).open();
      await last.take(21);
      Object.assign(globalThis, { last });
    });
    const closing = served.bridge.close();
    const code = await page.evaluate(
      async () => (await (Reflect.get(globalThis, 'last') as Visit).closed).code,
    );
    expect(code).toBe(1001);
    await stop();
    await closing;
  });
}

test('a WebSocket survives 90 s of silence behind every proxy', async ({ browser }) => {
  const rows = Object.entries(PROXIES).filter(
    ([, row]) => !(noOpenssl ?? lacking(...needsOf(row))),
  );
  const pages = [];
  for (const [name, row] of rows) {
    const { page, stop } = await prepare(row, browser);
    await page.evaluate(async () => {
      const idle = await (Reflect.get(globalThis, 'visit') as Visits).open();
      await idle.take(21);
      Object.assign(globalThis, { idle });
    });
    pages.push({ name, page, stop });
  }
  await setTimeout(90_000);
  const alive = [];
  for (const { name, page, stop } of pages) {
    const answer = await page.evaluate(async () => {
      const { socket, closed, take } = Reflect.get(globalThis, 'idle') as Visit;
      socket.send(new TextEncoder().encode('still here'));
      const text = take(31).then((bytes) => new TextDecoder().decode(bytes.subarray(21)));
      return Promise.race([text, closed.then(({ code }) => String(code))]);
    });
    if (answer === 'still here') alive.push(name);
    await stop();
  }
  expect(alive).toEqual(rows.map(([name]) => name));
});
