/**
 * The diagnosis in real browsers: the obstacles that only they create, and what they let a page read.
 */
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test as base } from '@playwright/test';
import { createBridge, type BridgeOptions } from 'websock-client/bridge';
import type { Diagnosis } from 'websock-client/diagnose';
import { makeCertificate } from '../helpers/certificate.js';
import { lacking } from '../helpers/need.js';

/** A bridge to an echo server, with pages that can load the diagnosis. */
const test = base.extend<{ serve: (options?: Partial<BridgeOptions>) => Promise<string> }>({
  ignoreHTTPSErrors: true,
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async serve({}, use) {
    const web = mkdtempSync(join(tmpdir(), 'diagnose-'));
    const dist = fileURLToPath(new URL('../../dist', import.meta.url));
    cpSync(join(dist, 'diagnose.js'), join(web, 'diagnose.js'));
    cpSync(join(dist, 'modules'), join(web, 'modules'), { recursive: true });
    writeFileSync(join(web, 'index.html'), '<!doctype html><title>page</title>');
    const policy = `<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">`;
    writeFileSync(join(web, 'strict.html'), `<!doctype html>${policy}<title>page</title>`);
    const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
    await once(echo.listen(0, '127.0.0.1'), 'listening');
    const target = { host: '127.0.0.1', port: (echo.address() as AddressInfo).port };
    const bridges: ReturnType<typeof createBridge>[] = [];
    await use(async (options) => {
      const bridge = createBridge({ target, web, ...options });
      bridges.push(bridge);
      const { port } = await bridge.listen(0);
      return `${options?.tls ? 'https' : 'http'}://localhost:${port}/`;
    });
    for (const bridge of bridges) await bridge.close();
    echo.close();
    rmSync(web, { recursive: true });
  },
});

const diagnose = (page: Page, url: string): Promise<Diagnosis> =>
  page.evaluate(async (to) => {
    const at = '/diagnose.js';
    const module = (await import(at)) as typeof import('websock-client/diagnose');
    return module.diagnose(to);
  }, url);

test('finds nothing over HTTP/2, and mixed content with ws: in a secure page', async ({
  page,
  serve,
}) => {
  const reason = lacking('openssl');
  test.skip(reason !== undefined, reason);
  const directory = mkdtempSync(join(tmpdir(), 'diagnose-'));
  const url = await serve({ tls: makeCertificate(directory, 'localhost'), http2: true });
  await page.goto(url);
  expect((await diagnose(page, url)).cause).toBe('none');
  expect((await diagnose(page, 'ws://bridge.example/')).cause).toBe('mixed-content');
  rmSync(directory, { recursive: true });
});

test('a server is hidden from a page of another origin until the bridge allows it', async ({
  page,
  serve,
}) => {
  const own = await serve();
  const { origin } = new URL(own);
  await page.goto(own);
  const strict = await serve();
  expect(await diagnose(page, strict)).toMatchObject({
    cause: 'hidden',
    message: `A server answers, but not to pages of ${origin}. If it is the bridge, allow them with --allow-origin ${origin}.`,
  });
  const authenticate = () => ({ status: 403, message: 'Not you.' });
  const refusing = await serve({ allowOrigins: [origin], authenticate });
  const found = await diagnose(page, refusing);
  expect(found).toMatchObject({ cause: 'refused', status: 403, reason: 'Not you.' });
  expect(found.http).toBe('http/1.1');
});

test('finds the page’s own policy', async ({ page, browserName, serve }) => {
  test.skip(browserName !== 'chromium', 'under it the other does not import what a test asks for');
  const url = await serve();
  await page.goto(`${url}strict.html`);
  expect((await diagnose(page, url)).cause).toBe('policy');
});
