/** What a test does at the telnet page. */
import { expect, type Page } from '@playwright/test';

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

export async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').evaluate((area, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const event = new ClipboardEvent('paste', { bubbles: true });
    // Firefox leaves out what it is given for it.
    Object.defineProperty(event, 'clipboardData', { value: clipboardData });
    area.dispatchEvent(event);
  }, text);
}

/**
 * Watches for the bell's flash, which is too short for a poll to see each time. Call it before what rings;
 * the function that it gives waits for the flash.
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
