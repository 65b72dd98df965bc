/** What tests do on the telnet page. */
import { expect, type Page } from '@playwright/test';
import type { Socket } from 'node:net';

/** The text on the terminal's screen, line by line. */
export const screen = (page: Page) => page.locator('.xterm-rows');

export async function connect(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.locator('#state')).toHaveText('Connected');
}

/** Types a line, and presses Enter. */
export async function command(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Pastes text, repeated `times` times, into the terminal or another field. */
export async function paste(
  page: Page,
  text: string,
  { into = '.xterm-helper-textarea', times = 1 } = {},
): Promise<void> {
  await page.locator(into).evaluate(
    (area, [piece, count]) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', piece.repeat(count));
      const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
      // Firefox ignores `clipboardData` in the constructor's options.
      Object.defineProperty(event, 'clipboardData', { value: clipboardData });
      area.dispatchEvent(event);
    },
    [text, times] as const,
  );
}

/** Checks that the log has every byte of a file of about `size` bytes, most control characters excepted. Chromium only. */
export async function expectLogged(
  page: Page,
  start: (onConnection: (socket: Socket) => void) => Promise<{ url: string }>,
  charset: string,
  size: number,
): Promise<void> {
  const line = Buffer.from(Array.from({ length: 224 }, (_, i) => i + 0x20).concat(13, 10));
  const file = Buffer.concat(Array.from({ length: size / line.length }, () => line));
  const doubled = Buffer.from(file.toString('latin1').replaceAll('\xff', '\xff\xff'), 'latin1');
  const served = await start((socket) => socket.end(doubled));
  await page.goto(`${served.url}?charset=${charset}`);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.locator('#message')).toHaveText('The server closed the connection.', {
    timeout: 40_000,
  });
  expect((await savedLog(page)).equals(file)).toBe(true);
}

/** Saves the log. Chromium only. */
export async function savedLog(page: Page): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Log', exact: true }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Watches for the bell's flash, which is so short that a poll would miss some. Call it before whatever rings the bell;
 * the function that it returns waits for the flash.
 */
export async function watchBell(page: Page): Promise<() => Promise<void>> {
  const watch = await page.locator('#terminal').evaluateHandle((terminal) => ({
    flashed: new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (!terminal.classList.contains('rings')) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(terminal, { attributeFilter: ['class'] });
    }),
  }));
  return () => watch.evaluate(({ flashed }) => flashed);
}
