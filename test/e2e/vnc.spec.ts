/**
 * noVNC on our Websock, with a real TigerVNC: the demo page, through our bridge and through websockify, and a copy of the
 * npm package with one line changed.
 */
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { createServer, type AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createBridge } from 'websock-client/bridge';
import { isRoot } from '../helpers/chromium.js';
import { lacking } from '../helpers/need.js';
import { copyNovnc } from '../helpers/novnc.js';
import { lackingVnc, startVnc } from '../helpers/vnc.js';
import { complaints, expectSamePicture, printed, vncTest } from '../helpers/vnc-page.js';
import { startWebsockify } from '../helpers/websockify.js';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface Fixtures {
  /** Serves a folder and bridges WebSockets to the VNC server. */
  serve: (web: string) => Promise<string>;
  /** The folder of a copy of the npm package with the line changed. */
  copy: string;
}

const test = vncTest.extend<Fixtures>({
  async serve({ vnc }, use) {
    const bridges: ReturnType<typeof createBridge>[] = [];
    await use(async (web) => {
      const bridge = createBridge({ target: { host: '127.0.0.1', port: vnc.port }, web });
      bridges.push(bridge);
      return `http://127.0.0.1:${(await bridge.listen(0)).port}/`;
    });
    for (const bridge of bridges) await bridge.close();
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async copy({}, use) {
    const { dir, remove } = copyNovnc('ours');
    await use(dir);
    remove();
  },
});

async function connectDemo(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.getByRole('status')).toContainText('Connected to', { timeout: 20_000 });
}

for (const through of ['our bridge', 'websockify'] as const) {
  test(`picture, keys, pointer and clipboard, through ${through}`, async ({ page, vnc, serve }) => {
    const reason = through === 'websockify' ? lacking('websockify') : undefined;
    test.skip(reason !== undefined, reason);
    const websockify = through === 'websockify' ? await startWebsockify(vnc.port) : undefined;
    try {
      const errors = complaints(page);
      vnc.start('xlogo', '-geometry', '400x300+500+350');
      const says = printed(vnc.start('xev', '-geometry', '300x200+20+30'));
      const elsewhere = websockify ? `&host=127.0.0.1&port=${websockify.port}` : '';
      await page.setViewportSize({ width: 1200, height: 960 });
      await page.goto(`${await serve(root('dist/demo/vnc'))}?autoconnect=1${elsewhere}`);
      if (websockify) {
        // A link to another server waits for confirmation and says where it leads.
        const where = `127.0.0.1:${websockify.port}`;
        await expect(page.getByRole('status')).toContainText(
          `A link asks to connect to ws://${where}`,
        );
        await page.getByRole('button', { name: 'Connect' }).click();
      }
      await expect(page.getByRole('status')).toContainText('Connected to', { timeout: 20_000 });
      await says(/MapNotify/);
      await expectSamePicture(page, vnc);

      const canvas = page.locator('#screen canvas');
      const box = (await canvas.boundingBox())!;
      const scale = box.width / 1024;
      await page.mouse.click(box.x + 123 * scale, box.y + 134 * scale);
      await says(/ButtonPress event[\s\S]*?root:\((122|123|124),(133|134|135)\)/);
      await says(/ButtonRelease/);
      await page.keyboard.press('a');
      await says(/KeyPress event[\s\S]*keysym 0x61, a/);
      await page.keyboard.press('F5');
      await says(/keysym 0xffc2, F5/);

      const field = page.getByLabel('Clipboard');
      const up = 'from the page '.repeat(15_000);
      await field.fill(up);
      await expect
        .poll(() => vnc.output('xclip', '-selection', 'clipboard', '-o').catch(() => ''))
        .toBe(up);
      const down = 'from the desktop '.repeat(12_500);
      vnc.start('xclip', '-quiet', '-selection', 'clipboard', '-i').stdin!.end(down);
      await expect.poll(() => field.inputValue()).toBe(down);
      expect(Math.min(up.length, down.length)).toBeGreaterThan(200_000);
      expect(errors).toEqual([]);
    } finally {
      await websockify?.stop();
    }
  });
}

test('the desktop takes the size of the window, and motion is drawn', async ({
  page,
  vnc,
  serve,
}) => {
  const errors = complaints(page);
  await connectDemo(page, `${await serve(root('dist/demo/vnc'))}?autoconnect=1`);
  await page.getByLabel('Fit the desktop').check();
  await page.setViewportSize({ width: 900, height: 700 });
  const canvas = page.locator('#screen canvas');
  await expect.poll(() => vnc.size()).toMatch(/^900x/);
  await expect.poll(() => canvas.getAttribute('width')).toBe('900');

  vnc.start('ico', '-faces', '-geometry', '500x400+50+50');
  const look = (): Promise<string> =>
    canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
  const pictures = new Set<string>();
  await expect
    .poll(async () => pictures.add(await look()).size, { intervals: [100], timeout: 20_000 })
    .toBeGreaterThan(5);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByRole('status')).toHaveText('You closed the connection.');
  expect(errors).toEqual([]);
});

/** Serves the page in front of a loopback port. */
async function serveDemo(port: number): Promise<{ url: string; stop(): Promise<void> }> {
  const bridge = createBridge({
    target: { host: '127.0.0.1', port },
    web: root('dist/demo/vnc'),
  });
  const { port: own } = await bridge.listen(0);
  return { url: `http://127.0.0.1:${own}/?autoconnect=1`, stop: () => bridge.close() };
}

test.describe('credentials', () => {
  test.skip(() => lackingVnc() !== undefined, 'Xvnc is not installed');

  test('a form asks for the password, and a wrong one is reported', async ({ page }) => {
    const vnc = await startVnc({ password: 'secret' });
    const demo = await serveDemo(vnc.port);
    try {
      await page.goto(demo.url);
      const dialog = page.getByRole('dialog', { name: 'Sign in' });
      await expect(dialog).toContainText(new URL(demo.url).host);
      await expect(page.getByLabel('User name')).toBeHidden();
      await page.getByLabel('Password').fill('wrong');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('status')).toContainText(/refused the connection: Auth/);
      await page.getByRole('button', { name: 'Connect' }).click();
      await expect(page.getByLabel('Password')).toHaveValue('');
      await page.getByLabel('Password').fill('secret');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('status')).toContainText('Connected to');

      await page.getByRole('button', { name: 'Disconnect' }).click();
      await expect(page.getByRole('status')).toHaveText('You closed the connection.');
      await page.getByRole('button', { name: 'Connect' }).click();
      await expect(dialog).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(page.getByRole('status')).toHaveText('You closed the connection.');
    } finally {
      await demo.stop();
      await vnc.stop();
    }
  });

  test('a user and a password (Plain, by PAM)', async ({ page }) => {
    test.skip(!isRoot, 'only root is let in without an account for the test');
    const vnc = await startVnc({ users: 'root' });
    const demo = await serveDemo(vnc.port);
    try {
      await page.goto(demo.url);
      await page.getByLabel('User name').fill('nobody');
      await page.getByLabel('Password').fill('x');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('status')).toContainText('refused the connection');
      await page.getByRole('button', { name: 'Connect' }).click();
      await page.getByLabel('User name').fill('root');
      await page.getByLabel('Password').fill('x');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('status')).toContainText('Connected to');
    } finally {
      await demo.stop();
      await vnc.stop();
    }
  });

  test('the fingerprint of a server (RA2ne) must be confirmed by the user', async ({ page }) => {
    const { n } = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
      format: 'jwk',
    });
    const exponent = Buffer.alloc(128);
    exponent.writeUIntBE(0x1_0001, 125, 3);
    const key = Buffer.concat([Buffer.from([0, 0, 4, 0]), Buffer.from(n!, 'base64url'), exponent]);
    // A fake server that goes as far as the user's decision: Debian's Xvnc does not support RA2ne.
    const received: number[] = [];
    const server = createServer(async (socket) => {
      socket.on('error', () => {});
      socket.write('RFB 003.008\n');
      await once(socket, 'data');
      socket.write(Buffer.of(1, 6));
      await once(socket, 'data');
      socket.on('data', (bytes) => received.push(bytes.length));
      socket.write(key);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const demo = await serveDemo((server.address() as AddressInfo).port);
    try {
      await page.goto(demo.url);
      const dialog = page.getByRole('dialog', { name: 'Is this the right server?' });
      await expect(dialog.locator('code')).toHaveText(/^([0-9a-f]{2}-){7}[0-9a-f]{2}$/);
      expect(received).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('status')).toHaveText('You closed the connection.');
      expect(received).toEqual([]);
      await page.getByRole('button', { name: 'Connect' }).click();
      await page.getByRole('button', { name: 'It is' }).click();
      await expect.poll(() => received.length).toBeGreaterThan(0);
    } finally {
      await demo.stop();
      server.close();
    }
  });
});

test.describe('on a phone', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 700 } });

  test('missing keys, the soft keyboard, and full screen', async ({
    page,
    vnc,
    serve,
    browserName,
  }) => {
    test.skip(browserName !== 'chromium', 'the other has no phones');
    const says = printed(vnc.start('xev', '-geometry', '1000x700+10+30'));
    await connectDemo(page, `${await serve(root('dist/demo/vnc'))}?autoconnect=1`);
    await says(/MapNotify/);
    await page.locator('#screen canvas').tap();
    const press = (name: string) => page.getByRole('button', { name, exact: true }).tap();
    await press('Ctrl');
    await press('Esc');
    await says(
      /KeyPress event[\s\S]*Control_L[\s\S]*state 0x4, keycode \d+ \(keysym 0xff1b, Escape\)/,
    );
    await press('Ctrl');
    await says(/KeyRelease event[\s\S]*keysym 0xffe3, Control_L/);
    await press('Keyboard');
    await expect(page.locator('#soft-keyboard')).toBeFocused();
    await page.keyboard.insertText('é€');
    await says(/keysym 0xe9, eacute/);
    await says(/keysym 0x10020ac, U20AC/);
    await page.keyboard.press('Backspace');
    await says(/keysym 0xff08, BackSpace/);
    await press('Ctrl-Alt-Del');
    await says(/state 0xc, keycode \d+ \(keysym 0xffff, Delete\)/);
    // With the phone's keyboard up, the desktop gets most of the remaining height.
    await page.setViewportSize({ width: 390, height: 400 });
    const height = async () => (await page.locator('main').boundingBox())!.height;
    await expect.poll(height).toBeGreaterThan(200);
    await press('Full screen');
    await expect.poll(() => page.evaluate('document.fullscreenElement !== null')).toBe(true);
  });
});

test('says why the session ended', async ({ page }) => {
  const reason = lackingVnc();
  test.skip(reason !== undefined, reason);
  const vnc = await startVnc();
  const demo = await serveDemo(vnc.port);
  await connectDemo(page, demo.url);
  await vnc.stop();
  await expect(page.getByRole('status')).toHaveText(
    /The server closed|The bridge ended the session/,
  );
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('status')).toContainText('No connection to ws://127.0.0.1');
  await demo.stop();
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('status')).toContainText('No connection to ws://127.0.0.1');
});

test('says why a server refused it, as TigerVNC does after five wrong passwords', async ({
  page,
}) => {
  const reason = 'Too many security failures';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // The version and the refusal at once, then the end.
    socket.end(`RFB 003.003\n\0\0\0\0\0\0\0\x1a${reason}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const demo = await serveDemo((server.address() as AddressInfo).port);
  try {
    await page.goto(demo.url);
    const told = `The VNC server refused the connection: ${reason}`;
    await expect(page.getByRole('status')).toHaveText(told);
  } finally {
    await demo.stop();
    server.close();
  }
});

test('noVNC works with one line changed in a copy of the npm package', async ({
  page,
  vnc,
  serve,
  copy,
}, info) => {
  const errors = complaints(page);
  vnc.start('xlogo', '-geometry', '600x400+100+100');
  await page.setViewportSize({ width: 1100, height: 850 });
  await page.goto(await serve(copy));
  await page.waitForFunction('window.RFB');
  await page.evaluate(`new Promise((done, failed) => {
    const rfb = new RFB(document.querySelector('#screen'), location.href.replace('http', 'ws'));
    rfb.addEventListener('connect', done);
    rfb.addEventListener('disconnect', failed);
  })`);
  await expectSamePicture(page, vnc);
  await page.screenshot({ path: info.outputPath('novnc.png') });
  expect(errors).toEqual([]);
});

test('noVNC works over an RTCDataChannel', async ({ page, vnc, serve, copy }) => {
  const errors = complaints(page);
  vnc.start('xlogo', '-geometry', '600x400+100+100');
  await page.goto(await serve(copy));
  await page.waitForFunction('window.RFB');
  await page.evaluate(`(async () => {
    const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
    window.peers = [here, there];
    here.onicecandidate = ({ candidate }) => candidate && there.addIceCandidate(candidate);
    there.onicecandidate = ({ candidate }) => candidate && here.addIceCandidate(candidate);
    const channel = here.createDataChannel('vnc');
    const connected = new Promise((done, failed) => {
      const rfb = new RFB(document.querySelector('#screen'), channel);
      rfb.addEventListener('connect', done);
      rfb.addEventListener('disconnect', failed);
    });
    // The other peer stands for a gateway: it carries the channel's bytes to the VNC server.
    there.ondatachannel = ({ channel: far }) => {
      const ws = new WebSocket(location.href.replace('http', 'ws'), 'binary');
      far.binaryType = ws.binaryType = 'arraybuffer';
      const early = [];
      far.onmessage = ({ data }) => (ws.readyState === 1 ? ws.send(data) : early.push(data));
      ws.onopen = () => early.forEach((data) => ws.send(data));
      ws.onmessage = ({ data }) => {
        for (let at = 0; at < data.byteLength; at += 16384) far.send(data.slice(at, at + 16384));
      };
    };
    await here.setLocalDescription(await here.createOffer());
    await there.setRemoteDescription(here.localDescription);
    await there.setLocalDescription(await there.createAnswer());
    await here.setRemoteDescription(there.localDescription);
    await connected;
  })()`);
  await expectSamePicture(page, vnc);
  expect(errors).toEqual([]);
});
