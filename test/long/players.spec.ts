/**
 * Third-party programs with our recordings, and with our command in place of websockify: noVNC's own player, asciinema's,
 * and Debian's launch script. Run by `npm run test:long`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { expect } from '@playwright/test';
import WebSocket from 'ws';
import { createBridge } from 'websock-client/bridge';
import { install } from '../conformance/npm.js';
import { accepting } from '../helpers/accepting.js';
import { lacking, skip } from '../helpers/need.js';
import { connectNovnc, copyNovnc } from '../helpers/novnc.js';
import { freePort } from '../helpers/port.js';
import { vncTest } from '../helpers/vnc-page.js';
import { findCheckout } from '../novnc/checkout.js';

const NOVNC = '/usr/share/novnc';
const COMMAND = resolve('dist/websock-bridge.js');

interface Fixtures {
  /** A directory that is removed after the test. */
  directory: string;
  /** Registers callbacks for the end of the test; the last one runs first. */
  after: (end: () => unknown) => void;
}

const test = vncTest.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async directory({}, use) {
    const directory = mkdtempSync(join(tmpdir(), 'players-'));
    await use(directory);
    rmSync(directory, { recursive: true });
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async after({}, use) {
    const ends: (() => unknown)[] = [];
    await use((end) => void ends.push(end));
    for (const end of ends.toReversed()) await end();
  },
});

/** Resolves with the first bytes from a port, as text; empty if it closes first. */
async function greets(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const first = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [''])]);
  socket.destroy();
  return String(first[0]);
}

/** noVNC's sources, which include its player, or the reason why they can't be fetched. */
function fetchNovnc(): ReturnType<typeof findCheckout> | string {
  try {
    return findCheckout();
  } catch (error) {
    return skip(`noVNC can't be cloned: ${(error as Error).message.split('\n')[0]}`);
  }
}

test('noVNC’s player plays a recording to its end', async ({ browser, directory, vnc, after }) => {
  const checkout = fetchNovnc();
  test.skip(typeof checkout === 'string', String(checkout));
  if (typeof checkout === 'string') return;
  const { dir, remove } = checkout;
  after(remove);
  const novnc = copyNovnc('its own');
  after(() => novnc.remove());
  const bridge = createBridge({
    target: { host: '127.0.0.1', port: vnc.port },
    web: novnc.dir,
    record: { path: join(directory, 'desk') },
  });
  vnc.start('xlogo', '-geometry', '500x380+20+30', '-fg', 'navy', '-bg', 'orange');
  vnc.start('ico', '-geometry', '300x300+600+400');
  const { port } = await bridge.listen(0);
  const page = await browser.newPage();
  await connectNovnc(page, port);
  await page.waitForFunction('window.drawn > 0');
  await page.waitForTimeout(2_000);
  await page.close();
  await bridge.close();

  const [file = ''] = readdirSync(directory);
  mkdirSync(join(dir, 'recordings'));
  copyFileSync(join(directory, file), join(dir, 'recordings', 'desk.js'));
  const player = createBridge({ target: { host: '127.0.0.1', port: 1 }, web: dir });
  after(() => player.close());
  const { port: at } = await player.listen(0);
  const theirs = await browser.newPage();
  await theirs.goto(`http://127.0.0.1:${at}/tests/vnc_playback.html?data=desk.js&iterations=1`);
  await theirs.locator('#startButton:enabled').click();
  const messages = theirs.locator('#messages');
  await expect
    .poll(() => messages.inputValue().catch(() => messages.textContent()), { timeout: 60_000 })
    .toContain('1 iterations took');
  const said = `${await messages.textContent()}`;
  expect(said).not.toContain('sent disconnected');
  const [, frames = '0'] = /Loaded (\d+) frames/.exec(said) ?? [];
  expect(Number(frames)).toBeGreaterThan(10);
});

test('asciinema’s player shows a recorded text session', async ({ page, directory, after }) => {
  const installed = await install('asciinema-player@3.18.0');
  test.skip(typeof installed === 'string', String(installed));
  if (typeof installed === 'string') return;
  const target = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('\u001b[31mfirst line\u001b[0m\r\n');
    socket.on('data', () => socket.end('grüße und ende\r\n'));
  });
  await once(target.listen(0, '127.0.0.1'), 'listening');
  after(() => target.close());
  const { port: targetPort } = target.address() as { port: number };
  const record = { path: join(directory, 'text'), format: 'asciicast' } as const;
  const bridge = createBridge({ target: { host: '127.0.0.1', port: targetPort }, record });
  const { port } = await bridge.listen(0);
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
  await once(ws, 'message');
  ws.send(Buffer.from('x'));
  await once(ws, 'close');
  await bridge.close();

  const [file = ''] = readdirSync(directory);
  const web = join(directory, 'web');
  mkdirSync(web);
  copyFileSync(join(directory, file), join(web, 'text.cast'));
  for (const name of ['asciinema-player.min.js', 'asciinema-player.css']) {
    copyFileSync(installed.file(`asciinema-player/dist/bundle/${name}`), join(web, name));
  }
  const html = `<!doctype html><link rel="stylesheet" href="asciinema-player.css"><div id="player"></div>
<script src="asciinema-player.min.js"></script>
<script>
  const player = AsciinemaPlayer.create('text.cast', document.querySelector('#player'), { autoPlay: true });
  player.addEventListener('ended', () => { window.hasEnded = true; });
</script>`;
  writeFileSync(join(web, 'index.html'), html);
  const server = createBridge({ target: { host: '127.0.0.1', port: 1 }, web });
  after(() => server.close());
  const { port: at } = await server.listen(0);
  await page.goto(`http://127.0.0.1:${at}/`);
  await page.waitForFunction('window.hasEnded', undefined, { timeout: 30_000 });
  await expect(page.locator('#player')).toContainText('first line');
  await expect(page.locator('#player')).toContainText('grüße und ende');
});

test('Debian’s launch script records with our command, in front of a wrapped program', async ({
  page,
  directory,
  after,
}) => {
  const script = `${NOVNC}/utils/novnc_proxy`;
  const reason =
    (existsSync(script) ? undefined : skip('novnc is not installed')) ??
    lacking('Xvnc', 'xlogo', 'ps', 'hostname', 'cc');
  test.skip(reason !== undefined, reason);
  const cache = join(directory, 'cache');
  const env = {
    ...process.env,
    XDG_CACHE_HOME: cache,
    PATH: `${directory}${delimiter}${process.env.PATH}`,
  };
  const program = join(directory, 'websockify');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`);
  chmodSync(program, 0o755);
  const run = async (command: string, args: readonly string[], port: number) => {
    const child = spawn(command, args, { env, stdio: 'ignore' });
    const exited = once(child, 'exit');
    after(async () => {
      child.kill('SIGTERM');
      await exited;
    });
    await accepting(port, exited);
    return { child, exited };
  };
  // Wraps a VNC server that believes the port is its own, with websockify's options for that.
  const vncPort = await freePort();
  const server = `Xvnc -displayfd 1 -rfbport ${vncPort} -SecurityTypes None -geometry 640x480`;
  const wrapped = ['--raw', '--wrap-mode=ignore', `127.0.0.1:${vncPort}`, '--'];
  await run(program, [...wrapped, ...server.split(' ')], vncPort);
  await expect.poll(() => greets(vncPort), { timeout: 20_000 }).toBe('RFB 003.008\n');
  const port = await freePort();
  const recordings = join(directory, 'recordings');
  mkdirSync(recordings);
  const args = ['--listen', `127.0.0.1:${port}`, '--vnc', `localhost:${vncPort}`];
  await run(script, [...args, '--record', join(recordings, 'desk')], port);
  await page.goto(`http://localhost:${port}/vnc_lite.html?host=localhost&port=${port}`);
  await expect(page.locator('#status')).toContainText('Connected to', { timeout: 20_000 });
  await page.close();
  const recorded = () =>
    readdirSync(recordings).map((name) => readFileSync(join(recordings, name), 'utf8'));
  await expect.poll(() => recorded().join(''), { timeout: 20_000 }).toMatch(/'EOF'\];\n$/);
  expect(recorded()).toHaveLength(1);
  expect(recorded()[0]).toMatch(/^var VNC_frame_data = \[\n'\{\d+\{RFB 003\.008/);
});
