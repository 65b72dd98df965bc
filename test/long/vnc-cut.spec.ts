/**
 * A session of the VNC page survives a network outage of 20 s: everything drawn and typed meanwhile arrives. Run by
 * `npm run test:long`.
 */
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { createBridge } from 'websock-client/bridge';
import { cuttable } from '../helpers/flow/cuttable.js';
import { complaints, expectSamePicture, printed, vncTest } from '../helpers/vnc-page.js';

const AWAY = 20_000;

vncTest('a desktop outlives a cut of 20 s', async ({ page, vnc }) => {
  const web = fileURLToPath(new URL('../../dist/demo/vnc', import.meta.url));
  const bridge = createBridge({ target: { host: '127.0.0.1', port: vnc.port }, web });
  const network = await cuttable((await bridge.listen(0)).port);
  try {
    const errors = complaints(page);
    const says = printed(vnc.start('xev', '-geometry', '300x200+20+30'));
    const status = page.getByRole('status');
    await page.setViewportSize({ width: 1200, height: 960 });
    await page.goto(`http://127.0.0.1:${network.port}/?autoconnect=1`);
    await expect(status).toContainText('Connected to', { timeout: 20_000 });
    await says(/MapNotify/);
    await expectSamePicture(page, vnc);
    const box = (await page.locator('#screen canvas').boundingBox())!;
    await page.mouse.click(box.x + 100, box.y + 100);
    await says(/ButtonRelease/);

    network.refuse(true);
    network.cut();
    await expect(status).toContainText('The session waits for the network');
    const drawing = vnc.start('ico', '-faces', '-sleep', '0.02', '-geometry', '400x300+500+350');
    await page.keyboard.press('a');
    await page.waitForTimeout(AWAY);
    drawing.kill();
    vnc.start('xlogo', '-geometry', '300x300+500+350');
    network.refuse(false);
    await expect(status).toContainText('Connected to', { timeout: 20_000 });
    await says(/KeyPress event[\s\S]*keysym 0x61, a/);
    await expectSamePicture(page, vnc);
    expect(errors).toEqual([]);
  } finally {
    await network.close();
    await bridge.close();
  }
});
