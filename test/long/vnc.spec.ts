/**
 * A moving picture on noVNC, 60 s over our Websock and 60 s over its own, taking turns in one run: no errors. Reports the
 * frames per second and the page's CPU time of both. Run by `npm run test:long`.
 */
import { expect, test } from '@playwright/test';
import { createBridge } from 'websock-client/bridge';
import { cpuTime } from '../bench/cpu.js';
import { copyNovnc } from '../helpers/novnc.js';
import { lackingVnc, startVnc } from '../helpers/vnc.js';

const TURNS = 3;
const TURN_MS = 20_000;

/** How long a page draws before it is measured, in ms. */
const WARM_UP = 2000;

const sides = ['ours', 'its own'] as const;

test('noVNC draws a moving picture about as fast with our Websock as with its own', async ({
  browser,
}) => {
  const reason = lackingVnc();
  test.skip(reason !== undefined, reason);
  const vnc = await startVnc();
  const target = { host: '127.0.0.1', port: vnc.port };
  const copies = sides.map((side) => copyNovnc(side));
  const bridges = copies.map(({ dir }) => createBridge({ target, web: dir }));
  const results = sides.map(() => ({ frames: 0, cpu: 0, ms: 0 }));
  const errors: string[] = [];
  try {
    const ports = await Promise.all(bridges.map(async (bridge) => (await bridge.listen(0)).port));
    for (const at of ['0+0', '500+0', '0+380', '500+380']) {
      vnc.start('ico', '-faces', '-sleep', '0.01', '-geometry', `500x380+${at}`);
    }
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [i, result] of results.entries()) {
        const page = await browser.newPage();
        page.on('pageerror', (error) => errors.push(`${sides[i]}: ${error}`));
        await page.goto(`http://127.0.0.1:${ports[i]}/`);
        await page.waitForFunction('window.RFB');
        await page.evaluate(`new Promise((done) => {
          const rfb = new RFB(document.querySelector('#screen'), location.href.replace('http', 'ws'));
          rfb.addEventListener('connect', done);
          rfb.addEventListener('disconnect', () => reportError(new Error('disconnected')));
        })`);
        await page.waitForTimeout(WARM_UP);
        const drawn = (): Promise<number> => page.evaluate('window.drawn');
        const before = { frames: await drawn(), cpu: cpuTime(process.pid)?.renderer ?? NaN };
        const start = performance.now();
        await page.waitForTimeout(TURN_MS);
        result.ms += performance.now() - start;
        result.frames += (await drawn()) - before.frames;
        result.cpu += (cpuTime(process.pid)?.renderer ?? NaN) - before.cpu;
        await page.close();
      }
    }
  } finally {
    for (const bridge of bridges) await bridge.close();
    for (const { remove } of copies) remove();
    await vnc.stop();
  }
  const rates = results.map(({ frames, ms }) => frames / (ms / 1000));
  for (const [i, { cpu, ms, frames }] of results.entries()) {
    const share = ((100 * cpu) / ms).toFixed(1);
    const each = (cpu / frames).toFixed(2);
    console.log(
      `noVNC with ${sides[i]}: ${rates[i].toFixed(1)} frames/s, ${share} % of a core in the page, ${each} ms a frame`,
    );
  }
  expect(errors).toEqual([]);
  expect(rates[0]).toBeGreaterThan(0.8 * rates[1]);
});
