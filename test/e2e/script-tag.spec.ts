/**
 * The script-tag file in a real browser: the page in demo/cdn, and the SDK over the browser's own channels.
 */
import { expect, test as base } from '@playwright/test';
import { readDocument } from '../helpers/documents.js';
import { startEcho } from '../helpers/echo.js';

const test = base.extend<object, { echo: { url: string } }>({
  echo: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
    async ({}, use) => {
      const echo = await startEcho();
      await use(echo);
      await echo.stop();
    },
    { scope: 'worker' },
  ],
});

test('the script-tag page reads what it sends', async ({ page, echo }) => {
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.goto(`${echo.url}demo/cdn/`);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByLabel(/line|send/i).fill('hello bytes');
  await page.keyboard.press('Enter');
  await expect(page.locator('body')).toContainText('hello bytes');
  await expect(page.locator('body')).toContainText(/68 65 6c 6c 6f/i);
  expect(errors).toEqual([]);
});

test.describe('Websock in the browser', () => {
  test.beforeEach(async ({ page, echo }) => {
    await page.goto(`${echo.url}demo/cdn/`);
  });

  test('is the class, with the other exports as its statics', async ({ page }) => {
    const shape = await page.evaluate(() => [
      typeof Websock,
      new Websock().readyState,
      new Websock.ReceiveQueue().length,
      Websock.WebsockError.prototype.name,
      Object.keys(Websock).includes('default'),
    ]);
    expect(shape).toEqual(['function', 'unused', 0, 'WebsockError', false]);
  });

  test('works with the entries that need no bundler, as in the FAQ', async ({ page }) => {
    for (const name of ['telnet', 'flow', 'reconnect', 'inspect']) {
      await page.evaluate(`import('/dist/${name}.js').then(() => {})`);
    }
    const sample = /^<script type="module">\n(.*?)^<\/script>/ms.exec(readDocument('faq.md'))![1]!;
    const local = sample.replace(/https:.*(?=dist)/, '/');
    const after = "telnet.write('a\\r\\n'); window.read = telnet.read(3);";
    const script = local.replace(/^.*readUntil.*$/m, after);
    await page.addScriptTag({ type: 'module', content: script });
    await expect.poll(() => page.evaluate('window.read?.then(String)')).toBe('97,13,10');
  });

  test('gets 16 MiB back intact, read in pieces that match no message', async ({ page }) => {
    const equal = await page.evaluate(async () => {
      const size = 16 * 1024 * 1024;
      const bytes = new Uint8Array(size).map((_, i) => i * 31 + (i >> 8) * 7);
      const hash = async (data: Uint8Array<ArrayBuffer>) =>
        new Uint8Array(await crypto.subtle.digest('SHA-256', data)).join();
      const sock = new Websock();
      const got = new Uint8Array(size);
      let at = 0;
      const all = new Promise<void>((resolve) => {
        sock.on('message', () => {
          for (let n; (n = Math.min(10_007, size - at)) > 0 && !sock.rQwait('piece', n); at += n) {
            sock.rQshiftTo(got.subarray(at, at + n), n);
          }
          if (at === size) resolve();
        });
      });
      sock.open(`ws://${location.host}/`, ['binary']);
      sock.send(bytes.subarray(0, 5_000_000));
      await sock.opened;
      sock.send(bytes.subarray(5_000_000));
      await all;
      sock.close();
      const { code } = await sock.closed;
      return [code, sock.bytesSent, sock.bytesReceived, (await hash(got)) === (await hash(bytes))];
    });
    const size = 16 * 1024 * 1024;
    expect(equal).toEqual([1000, size, size, true]);
  });

  test('carries 16 MiB through an RTCDataChannel, and closes after the last byte', async ({
    page,
  }) => {
    const result = await page.evaluate(async () => {
      const size = 16 * 1024 * 1024;
      const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
      here.onicecandidate = ({ candidate }) => void there.addIceCandidate(candidate!);
      there.onicecandidate = ({ candidate }) => void here.addIceCandidate(candidate!);
      const sender = new Websock();
      const receiver = new Websock();
      sender.attach(here.createDataChannel('bytes'));
      there.ondatachannel = ({ channel }) => receiver.attach(channel);
      const problems: string[] = [];
      for (const sock of [sender, receiver]) sock.on('error', (error) => problems.push(`${error}`));

      let at = 0;
      let wrong = 0;
      receiver.on('message', () => {
        const bytes = receiver.rQshiftBytes(receiver.rQlen(), false);
        for (const byte of bytes) if (byte !== (at++ & 0xff)) wrong++;
      });
      // The first bytes wait for the channel to open; the last ones leave after close() has been called.
      sender.send(new Uint8Array(size / 2).map((_, i) => i));
      await here.setLocalDescription(await here.createOffer());
      await there.setRemoteDescription(here.localDescription!);
      await there.setLocalDescription(await there.createAnswer());
      await here.setRemoteDescription(there.localDescription!);
      await sender.opened;
      sender.send(new Uint8Array(size / 2).map((_, i) => i));
      sender.close();
      const { code } = await receiver.closed;
      here.close();
      there.close();
      return { at, wrong, code, problems };
    });
    expect(result).toEqual({ at: 16 * 1024 * 1024, wrong: 0, code: 1005, problems: [] });
  });

  test('reports an overflow and a refused connection, and closes with 4009 and 1006', async ({
    page,
  }) => {
    const ends = await page.evaluate(async () => {
      const over = new Websock({ receiveLimit: 10 });
      const codes: unknown[] = [];
      over.on('error', ({ code }) => codes.push(code));
      over.open(`ws://${location.host}/`, 'binary');
      over.send(new Uint8Array(11));
      codes.push((await over.closed).code);
      const refused = new Websock();
      refused.open('ws://127.0.0.1:1/');
      await refused.opened.catch((error: { code: string }) => codes.push(error.code));
      return [...codes, over.readyState, (await refused.closed).code];
    });
    expect(ends).toEqual(['ERR_RECEIVE_OVERFLOW', 4009, 'ERR_CLOSED', 'closed', 1006]);
  });

  test('works in a Worker', async ({ page }) => {
    const answer = await page.evaluate(() => {
      const source = `
        importScripts('${location.origin}/dist/websock.min.js');
        const sock = new Websock();
        sock.on('message', () => {
          if (!sock.rQwait('answer', 5)) postMessage(sock.rQshiftStr(5));
        });
        sock.open('ws://${location.host}/', 'binary');
        sock.sQpushString('hello');
        sock.flush();`;
      const worker = new Worker(URL.createObjectURL(new Blob([source])));
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
    });
    expect(answer).toBe('hello');
  });
});
