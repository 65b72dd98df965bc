/**
 * Our command in place of websockify, with the same arguments: Debian's noVNC, its page and its launch script, with a
 * real TigerVNC as the target. Every test runs with websockify as well.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test as base, type Page } from '@playwright/test';
import { accepting } from '../helpers/accepting.js';
import { find, lacking, skip } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';
import { lackingVnc, startVnc, type VncServer } from '../helpers/vnc.js';
import { complaints, expectSamePicture, printed } from '../helpers/vnc-page.js';

const NOVNC = '/usr/share/novnc';
const SCRIPT = `${NOVNC}/utils/novnc_proxy`;
const COMMAND = fileURLToPath(new URL('../../dist/websock-bridge.js', import.meta.url));

const lackingNovnc = (): string | undefined =>
  existsSync(SCRIPT) ? lacking('websockify', 'ps', 'hostname') : skip('novnc is not installed');

interface Fixtures {
  vnc: VncServer;
  /** Puts a program named websockify, ours or the real one, into a new directory; returns the directory. */
  install: (which: Which) => string;
  /** Starts a program that ends with the test. */
  start: (program: string, args: readonly string[], path?: string) => Promise<ChildProcess>;
}

type Which = (typeof BOTH)[number];
const BOTH = ['our bridge', 'websockify'] as const;

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async vnc({}, use) {
    const reason = lackingVnc() ?? lackingNovnc();
    test.skip(reason !== undefined, reason);
    const vnc = await startVnc();
    await use(vnc);
    await vnc.stop();
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async install({}, use) {
    const directories: string[] = [];
    await use((which) => {
      const directory = mkdtempSync(join(tmpdir(), 'websock-swap-'));
      directories.push(directory);
      const program = join(directory, 'websockify');
      if (which === 'websockify') symlinkSync(find('websockify')!, program);
      else writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`);
      if (which !== 'websockify') chmodSync(program, 0o755);
      return directory;
    });
    for (const directory of directories) rmSync(directory, { recursive: true });
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async start({}, use) {
    const children: { child: ChildProcess; exited: Promise<unknown> }[] = [];
    await use(async (program, args, path = '') => {
      const env = { ...process.env, PATH: `${path}${delimiter}${process.env.PATH}` };
      const child = spawn(program, args, { env, stdio: 'ignore' });
      const exited = once(child, 'exit');
      children.push({ child, exited });
      return child;
    });
    for (const { child, exited } of children) {
      child.kill('SIGTERM');
      await exited;
    }
  },
});

/** Uses the package's page: checks the picture, keys, the pointer, and the message when the desktop goes away. */
async function work(page: Page, url: string, vnc: VncServer, screenshot: string): Promise<void> {
  const errors = complaints(page);
  vnc.start('xlogo', '-geometry', '400x300+500+350');
  const says = printed(vnc.start('xev', '-geometry', '300x200+20+30'));
  await page.setViewportSize({ width: 1100, height: 860 });
  await page.goto(url);
  const status = page.locator('#status');
  await expect(status).toContainText('Connected to', { timeout: 20_000 });
  await says(/MapNotify/);
  await expectSamePicture(page, vnc);

  const box = (await page.locator('#screen canvas').boundingBox())!;
  await page.mouse.click(box.x + 123, box.y + 134);
  await says(/ButtonPress event[\s\S]*?root:\((122|123|124),(133|134|135)\)/);
  await says(/ButtonRelease/);
  await page.keyboard.press('a');
  await says(/KeyPress event[\s\S]*keysym 0x61, a/);
  await page.screenshot({ path: screenshot });
  await vnc.stop();
  await expect(status).toHaveText('Disconnected');
  expect(errors).toEqual([]);
}

for (const which of BOTH) {
  test(`vnc_lite.html through ${which}`, async ({ page, vnc, install, start }, info) => {
    const port = await freePort();
    const program = join(install(which), 'websockify');
    const args = [
      '--web',
      NOVNC,
      '--heartbeat',
      '30',
      `127.0.0.1:${port}`,
      `localhost:${vnc.port}`,
    ];
    const child = await start(program, args);
    await accepting(port, once(child, 'exit'));
    const url = `http://127.0.0.1:${port}/vnc_lite.html`;
    await work(page, url, vnc, info.outputPath('swap.png'));
  });

  test(`novnc_proxy with ${which}`, async ({ page, vnc, install, start }, info) => {
    const port = await freePort();
    // The address limits websockify to this machine, which is our default.
    const args = ['--listen', `127.0.0.1:${port}`, '--vnc', `localhost:${vnc.port}`];
    const child = await start(SCRIPT, args, install(which));
    await accepting(port, once(child, 'exit'));
    const url = `http://localhost:${port}/vnc_lite.html?host=localhost&port=${port}`;
    await work(page, url, vnc, info.outputPath('swap.png'));
  });

  test(`the links in the noVNC package, served by ${which}`, async ({
    request,
    vnc,
    install,
    start,
  }) => {
    const port = await freePort();
    const program = join(install(which), 'websockify');
    const child = await start(program, [
      '--web',
      NOVNC,
      `127.0.0.1:${port}`,
      `localhost:${vnc.port}`,
    ]);
    await accepting(port, once(child, 'exit'));
    for (const path of ['vnc_auto.html', 'vnc.html', 'core/rfb.js']) {
      const response = await request.get(`http://127.0.0.1:${port}/${path}`);
      expect([path, response.status()]).toEqual([path, 200]);
    }
  });
}
