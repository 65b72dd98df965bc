/**
 * A recorded VNC session, replayed to noVNC: the picture equals that of the live session. Run by `npm run test:long`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { createBridge } from 'websock-client/bridge';
import { connectNovnc, copyNovnc } from '../helpers/novnc.js';
import { freePort } from '../helpers/port.js';
import { vncTest } from '../helpers/vnc-page.js';

const PICTURE = "document.querySelector('canvas')?.toDataURL() ?? ''";

/** Keeps noVNC's last picture when it removes its canvas: the end of a replay also ends the session. */
const KEEP_LAST = `{
  const screen = document.querySelector('#screen');
  new MutationObserver((changes) => {
    for (const { removedNodes } of changes) {
      for (const node of removedNodes) window.last = node.querySelector?.('canvas')?.toDataURL() ?? window.last;
    }
  }).observe(screen, { childList: true });
}`;

vncTest('a replay gives noVNC the picture of the live session', async ({ browser, vnc }) => {
  const directory = mkdtempSync(join(tmpdir(), 'replay-'));
  const novnc = copyNovnc('its own');
  const bridge = createBridge({
    target: { host: '127.0.0.1', port: vnc.port },
    web: novnc.dir,
    record: { path: join(directory, 'desk') },
  });
  const stop: (() => Promise<unknown> | void)[] = [() => bridge.close()];
  try {
    vnc.start('xlogo', '-geometry', '500x380+20+30', '-fg', 'navy', '-bg', 'orange');
    vnc.start('xlogo', '-geometry', '300x200+600+400', '-fg', 'green');
    const { port } = await bridge.listen(0);
    const live = await browser.newPage();
    await connectNovnc(live, port);
    // Leave time for everything to be drawn, then take the picture to compare and end the session.
    await live.waitForTimeout(4000);
    const picture: string = await live.evaluate(PICTURE);
    await live.close();
    await bridge.close();
    expect(picture.length).toBeGreaterThan(5000);

    const [file = ''] = readdirSync(directory);
    const at = await freePort();
    const args = ['replay', join(directory, file), `${at}`, '--web', novnc.dir];
    const replay = spawn(process.execPath, ['dist/websock-bridge.js', ...args]);
    stop.push(async () => {
      replay.kill('SIGINT');
      await once(replay, 'exit');
    });
    await once(replay.stdout, 'data');
    const page = await browser.newPage();
    await connectNovnc(page, at);
    await page.evaluate(KEEP_LAST);
    await page.waitForFunction('window.last', undefined, { timeout: 60_000 });
    expect((await page.evaluate('window.last')) === picture).toBe(true);
  } finally {
    for (const end of stop.toReversed()) await end();
    novnc.remove();
    rmSync(directory, { recursive: true });
  }
});
