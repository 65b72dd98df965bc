/** The telnet page itself: what it remembers, its tools, touch, small screens, and that it keeps nobody out. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { serve, type Served } from '../helpers/telnet-targets.js';
import { command, connect, screen, watchBell } from '../helpers/wstelnet.js';

/** A server that takes characters and sends them back, after 100 numbered lines; `bye` ends it. */
const test = base.extend<{ served: Served }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async served({}, use) {
    const served = await serve((socket) => {
      socket.write('\xff\xfb\x01\xff\xfb\x03', 'latin1');
      socket.write(Array.from({ length: 100 }, (_, i) => `line ${i}\r\n`).join(''));
      socket.on('data', (bytes) => {
        if (bytes[0] !== 0xff) socket.write(bytes);
        if (served.received.endsWith('bye\r\0')) socket.end();
      });
    });
    await use(served);
    await served.stop();
  },
});

const terminal = (page: Page) => page.locator('.xterm-helper-textarea');
const state = (page: Page) => page.locator('#state');

test('Enter in a dead terminal connects again, below what was there', async ({ page, served }) => {
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
  await command(page, 'bye');
  await expect(state(page)).toHaveText('Not connected');
  await expect(screen(page)).toContainText('-- The server closed the connection. Press Enter');
  const bell = await watchBell(page);
  await page.keyboard.press('x');
  await bell();
  await page.keyboard.press('Enter');
  await expect(state(page)).toHaveText('Connected');
  await expect.poll(() => served.sockets.length).toBe(2);
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByLabel('Find').last().fill('Press Enter');
  await expect(page.locator('#find-count')).toHaveText('1 of 1');
});

test('a program that left the terminal in a state does not keep it', async ({ page, served }) => {
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
  served.sockets[0]!.write('\x1b[?1049h\x1b[?1003h\x1b[?25l\x1b[41mfull screen\x1b]0;half a title');
  await expect(screen(page)).toContainText('full screen');
  served.sockets[0]!.destroy();
  await expect(screen(page)).toContainText('line 99');
  await expect(screen(page)).toContainText('Press Enter');
  const sent = served.received.length;
  await page.keyboard.press('Enter');
  await expect.poll(() => served.received.length).toBeGreaterThan(sent);
  await page.mouse.move(300, 300);
  await page.mouse.move(350, 300);
  await page.keyboard.type('x');
  await expect.poll(() => served.received.endsWith('x')).toBe(true);
  expect(served.received).not.toContain('\x1b[');
});

test('the page asks before it is left while connected', async ({ page, served }) => {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.goto(served.url);
  await page.reload();
  expect(asked).toEqual([]);
  await connect(page, served.url);
  await page.keyboard.type('x');
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
});

test('addresses and settings are remembered, and the address bar follows', async ({
  page,
  served,
}) => {
  await page.goto(served.url);
  await page.getByLabel('Path').fill('/elsewhere');
  await page.getByLabel('Characters').selectOption('CP437');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(state(page)).toHaveText('Connected');
  await expect(page).toHaveURL(`${served.url}?path=%2Felsewhere&charset=CP437`);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Font size').press('ArrowUp');
  await page.getByLabel('Colors').selectOption('Dark');
  await page.getByLabel('Backspace sends').selectOption('^H');
  await page.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.locator('body')).toHaveCSS('color', 'rgb(216, 220, 224)');

  await page.goto(served.url);
  await expect(page.getByLabel('Path')).toHaveValue('/websockify');
  await page.getByLabel('Recent').selectOption({ index: 1 });
  await expect(page.getByLabel('Path')).toHaveValue('/elsewhere');
  await expect(page.getByLabel('Characters')).toHaveValue('CP437');
  await expect(page.locator('.xterm-rows')).toHaveCSS('font-size', '16px');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(state(page)).toHaveText('Connected');
  await expect(screen(page)).toContainText('line 99');
  await terminal(page).focus();
  await page.keyboard.press('Backspace');
  await expect.poll(() => served.received.endsWith('\b')).toBe(true);
});

test('kept nonsense, and no storage at all, do no harm', async ({ page, served }) => {
  await page.addInitScript(() => {
    localStorage.setItem('wstelnet.settings', '{"fontSize":"<b>","theme":7,"bell":null}');
    localStorage.setItem('wstelnet.recent', '{"list":[{"host":5},null,"x"]}');
  });
  await connect(page, served.url);
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('no', 'SecurityError');
      },
    });
  });
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
});

test('the row of keys: what a phone lacks, and the commands of telnet', async ({
  page,
  served,
}) => {
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
  await page.getByRole('button', { name: 'Keys' }).click();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const start = served.received.length;
  await press('Esc');
  await press('Up');
  await press('F5');
  await press('Ctrl');
  await expect(terminal(page)).toBeFocused();
  await page.keyboard.type('c');
  await press('Alt');
  await page.keyboard.type('x');
  await press('Break');
  await press('IP');
  await press('AYT');
  await press('AO');
  await expect
    .poll(() => served.received.slice(start))
    .toBe('\x1b\x1b[A\x1b[15~\x03\x1bx\xff\xf3\xff\xf4\xff\xf6\xff\xf5');
  served.sockets[0]!.write('\x1b[?1happlication');
  await expect(screen(page)).toContainText('application');
  await press('Up');
  await expect.poll(() => served.received.endsWith('\x1bOA')).toBe(true);
});

test('Tab goes to the server, or on through the page where that is chosen', async ({
  page,
  served,
}) => {
  await connect(page, served.url);
  await page.keyboard.press('Tab');
  await expect.poll(() => served.received.endsWith('\t')).toBe(true);
  await expect(terminal(page)).toBeFocused();
  await page.keyboard.press('Shift+F6');
  await page.getByRole('button', { name: 'Settings' }).press('Enter');
  await page.getByLabel('Tab leaves the terminal').check();
  await page.keyboard.press('Escape');
  await terminal(page).focus();
  await page.keyboard.press('Tab');
  await expect(terminal(page)).not.toBeFocused();
});

test.describe('touch', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 700 } });

  test('a drag scrolls, a long press selects a word', async ({ page, served, browserName }) => {
    test.skip(browserName !== 'chromium', 'touches are sent over its DevTools');
    await connect(page, served.url);
    await expect(screen(page)).toContainText('line 99');
    const { x, y, height } = (await page.locator('.xterm-screen').boundingBox())!;
    const client = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: { x: number; y: number }) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
    await touch('touchStart', { x: x + 50, y: y + 100 });
    for (let moved = 0; moved <= height - 150; moved += 20) {
      await touch('touchMove', { x: x + 50, y: y + 100 + moved });
    }
    await touch('touchEnd');
    await expect(screen(page)).not.toContainText('line 99');

    const row = screen(page).locator('div').nth(5);
    const box = (await row.boundingBox())!;
    const text = (await row.textContent())!.trim();
    await touch('touchStart', { x: box.x + 10, y: box.y + box.height / 2 });
    await expect(page.locator('.xterm-selection div').first()).toBeVisible();
    await touch('touchMove', { x: box.x + 200, y: box.y + box.height / 2 });
    await touch('touchEnd');
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', {
        value: { writeText: (copied: string) => Promise.resolve((document.title = copied)) },
      });
    });
    await page.getByRole('button', { name: 'Copy' }).click();
    await expect.poll(() => page.title()).toContain(text);
  });

  test('with the keyboard up, the terminal has the room', async ({ page, served }) => {
    await page.setViewportSize({ width: 390, height: 400 });
    await connect(page, served.url);
    const footer = (await page.locator('footer').boundingBox())!;
    const main = (await page.locator('main').boundingBox())!;
    expect(footer.height).toBeLessThan(40);
    expect(main.height).toBeGreaterThan(200);
  });
});

test.describe('forced colors', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('cursor and selection are seen', async ({ page, served, browserName }) => {
    test.skip(browserName !== 'chromium', 'the others do not emulate it');
    await connect(page, served.url);
    await expect(screen(page)).toContainText('line 99');
    const background = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    const around = await background('body');
    expect(await background('.xterm-cursor')).not.toBe(around);
    const box = (await screen(page).locator('div').nth(3).boundingBox())!;
    await page.mouse.dblclick(box.x + 10, box.y + box.height / 2);
    await expect(page.locator('.xterm-selection div').first()).toBeVisible();
    expect(await background('.xterm-selection div')).not.toBe(around);
    expect(await background('.xterm-selection div')).not.toBe('rgba(0, 0, 0, 0)');
  });
});

const violations = async (page: Page) => {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in any state: ${colorScheme}`, async ({ page, served, browserName }) => {
    test.skip(browserName !== 'chromium', 'once is enough');
    await page.emulateMedia({ colorScheme });
    await page.goto(served.url);
    expect.soft(await violations(page), 'start').toEqual([]);
    await page.getByRole('button', { name: 'Settings' }).click();
    expect.soft(await violations(page), 'settings').toEqual([]);
    await page.getByLabel('Screen reader').check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(screen(page)).toContainText('line 99');
    expect.soft(await violations(page), 'connected').toEqual([]);
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByLabel('Find').last().fill('line 9');
    expect.soft(await violations(page), 'keys and search').toEqual([]);
    await page.setViewportSize({ width: 390, height: 400 });
    expect.soft(await violations(page), 'phone').toEqual([]);
    await page.setViewportSize({ width: 1000, height: 700 });
    served.sockets[0]!.destroy();
    await expect(state(page)).toHaveText('Not connected');
    expect.soft(await violations(page), 'lost').toEqual([]);
  });
}
