/**
 * noVNC on our Websock, in front of a real TigerVNC: the demo page, through our bridge and through websockify, and a copy
 * of the npm package in which one line was changed.
 */
import { fileURLToPath } from 'node:url';
import { expect, test as base, type Page } from '@playwright/test';
import { createBridge } from 'websock-client/bridge';
import { lacking } from '../helpers/need.js';
import { copyNovnc } from '../helpers/novnc.js';
import { lackingVnc, startVnc, type VncServer } from '../helpers/vnc.js';
import { complaints, expectSamePicture, printed } from '../helpers/vnc-page.js';
import { startWebsockify } from '../helpers/websockify.js';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface Fixtures {
  vnc: VncServer;
  /** Serves a folder, and carries WebSockets to the VNC server. */
  serve: (web: string) => Promise<string>;
  /** A copy of the npm package, with the line changed. */
  copy: string;
}

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async vnc({}, use) {
    const reason = lackingVnc();
    test.skip(reason !== undefined, reason);
    const vnc = await startVnc();
    await use(vnc);
    await vnc.stop();
  },
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
        // A link to elsewhere waits, and says where it leads.
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

test('the desktop takes the size of the window, and what moves is drawn', async ({
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
  await expect(page.getByRole('status')).toHaveText('Not connected');
  expect(errors).toEqual([]);
});

test('one line in a copy of the npm package is all it takes', async ({
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

test('attach takes an RTCDataChannel', async ({ page, vnc, serve, copy }) => {
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
