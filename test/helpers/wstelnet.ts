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
