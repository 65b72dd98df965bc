/**
 * One port for everything, with real clients: browsers over HTTP/1.1 and HTTP/2, curl, ssh, scp, git, a client that waits
 * for the server to speak first, and a raw TCP client; the same behind HAProxy. Part of `npm run test:long`.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, firefox } from '@playwright/test';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startWebKit } from '../conformance/webkit.js';
import { openSocket, startBridge, startTarget } from '../helpers/bridge.js';
import { findChromium, isRoot } from '../helpers/chromium.js';
import { makeCertificate, makeDirectory } from '../helpers/command.js';
import { find, lacking } from '../helpers/need.js';
import { PROXIES } from '../helpers/proxy-table.js';
import { startSshd } from '../helpers/sshd.js';

const run = promisify(execFile);

/** A page that reports over a WebSocket which HTTP version loaded it. */
const PAGE = `<!doctype html><title>page</title><script>
  const socket = new WebSocket('wss://' + location.host);
  const [{ nextHopProtocol }] = performance.getEntriesByType('navigation');
  socket.onopen = () => socket.send(new TextEncoder().encode(nextHopProtocol));
  socket.onmessage = () => (document.title = 'done');
</script>`;

const reason = lacking(
  'openssl',
  'sshd',
  'ssh',
  'scp',
  'git',
  'curl',
  'haproxy',
  'firefox-esr',
  'Xvfb',
  'WebKitWebDriver',
);

for (const isBehind of [false, true]) {
  const where = isBehind ? 'behind HAProxy with PROXY v2' : 'directly';
  test.skipIf(reason)(
    `everything on one port, ${where}${reason ? ` (${reason})` : ''}`,
    async () => {
      const directory = makeDirectory();
      const web = makeDirectory();
      writeFileSync(join(web, 'index.html'), PAGE);
      const files = makeCertificate(directory, 'localhost');
      const sshd = await startSshd(directory);
      const said: string[] = [];
      const echo = await startTarget((socket) =>
        socket.on('data', (bytes: Buffer) => {
          said.push(String(bytes));
          socket.write(bytes);
        }),
      );
      const methods: string[] = [];
      const bridge = await startBridge(echo.port, {
        tls: files,
        web,
        http2: true,
        fallback: { host: '127.0.0.1', port: sshd.port },
        silenceTimeout: 500,
        authenticate: ({ method }) => {
          methods.push(method);
          return true;
        },
        ...(isBehind && { proxyProtocol: true, trustProxies: ['127.0.0.1'] }),
      });
      let { port } = bridge;
      if (isBehind) {
        const proxy = await PROXIES['HAProxy, TCP']!.start({ target: port, ...files });
        onTestFinished(() => proxy.stop());
        ({ port } = proxy);
      }
      const url = `https://localhost:${port}/`;

      const visit = async (browser: Browser) => {
        const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
        await page.goto(url);
        await page.waitForFunction(() => document.title === 'done');
        await browser.close();
        return [said.splice(0).join(), methods.splice(0).join()];
      };
      const chrome = (...args: string[]) =>
        chromium.launch({
          executablePath: findChromium(),
          args: ['--disable-background-networking', ...args],
          chromiumSandbox: !isRoot,
        });
      expect(await visit(await chrome())).toEqual(['h2', 'CONNECT']);
      expect(await visit(await chrome('--disable-http2'))).toEqual(['http/1.1', 'GET']);
      const fox = { channel: 'moz-firefox', executablePath: find('firefox-esr')! };
      expect(await visit(await firefox.launch(fox))).toEqual(['h2', 'CONNECT']);
      const webkit = await startWebKit(url);
      await vi.waitUntil(() => said.length > 0, 60_000);
      expect([said.join(), methods.join()]).toEqual(['h2', 'GET']);
      await webkit.stop();

      const curl = async (...args: string[]) =>
        (await run('curl', ['-sk', '-w', '%{http_version}', ...args])).stdout;
      expect(await curl('--http1.1', `${url}healthz`)).toBe('ok\n1.1');
      expect(await curl('--http2', `${url}healthz`)).toBe('ok\n2');
      const plain = `http://localhost:${port}/healthz`;
      expect(await curl(plain)).toBe('ok\n1.1');
      expect(await curl('--http2-prior-knowledge', plain)).toBe('ok\n2');

      const user = `${userInfo().username}@127.0.0.1`;
      const at = [...sshd.options, '-o', `Port=${port}`];
      expect((await run('ssh', [...at, user, 'printf hello'])).stdout).toBe('hello');
      const [from, back, source, clone] = ['from', 'back', 'source', 'clone'].map((name) =>
        join(directory, name),
      ) as [string, string, string, string];
      const bytes = randomBytes(4 * 1024 * 1024);
      writeFileSync(from, bytes);
      await run('scp', [...at, `${user}:${from}`, back]);
      expect(readFileSync(back).equals(bytes)).toBe(true);
      await run('git', ['init', '-q', '--bare', source]);
      const env = { ...process.env, GIT_SSH_COMMAND: ['ssh', ...at].join(' ') };
      await run('git', ['clone', '-q', `ssh://${user}:${port}${source}`, clone], { env });

      const silent = await openSocket(port);
      expect(String(((await once(silent, 'data')) as [Buffer])[0])).toMatch(/^SSH-2\.0-/);
      const raw = await openSocket(port);
      raw.write('SSH-2.0-raw\r\n');
      expect(String(((await once(raw, 'data')) as [Buffer])[0])).toMatch(/^SSH-2\.0-/);
      silent.destroy();
      raw.destroy();
    },
    180_000,
  );
}
