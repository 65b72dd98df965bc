/**
 * What the tests of a VNC client in a page share.
 */
import { once } from 'node:events';
import { expect, type Page, test } from '@playwright/test';
import { lackingVnc, pixels, startVnc, type VncServer } from './vnc.js';

/** A test with its own VNC server; skipped where none is installed. */
export const vncTest = test.extend<{ vnc: VncServer }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async vnc({}, use) {
    const reason = lackingVnc();
    test.skip(reason !== undefined, reason);
    const vnc = await startVnc();
    await use(vnc);
    await vnc.stop();
  },
});

/** Collects the page's uncaught errors; the list grows as they occur. */
export function complaints(page: Page): string[] {
  const list: string[] = [];
  page.on('pageerror', (error) => list.push(String(error)));
  return list;
}

/** Waits until the canvas shows the same picture as the X server, byte for byte. */
export async function expectSamePicture(page: Page, vnc: VncServer): Promise<void> {
  await expect
    .poll(
      async () => {
        const url = await page
          .locator('#screen canvas')
          .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL('image/png'));
        const shown = await pixels(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
        const drawn = await vnc.picture();
        return shown.length === 1024 * 768 * 3 && drawn.some((byte) => byte > 0)
          ? Buffer.compare(shown, drawn)
          : NaN;
      },
      { timeout: 20_000 },
    )
    .toBe(0);
}

/** Collects what a program prints; the function that this returns waits until the output matches. */
export function printed(program: ReturnType<VncServer['start']>): (what: RegExp) => Promise<void> {
  let text = '';
  program.stdout!.setEncoding('utf8').on('data', (more: string) => (text += more));
  return async (what) => {
    while (!what.test(text)) await once(program.stdout!, 'data');
  };
}
