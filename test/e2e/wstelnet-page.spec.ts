/** The telnet page itself: its memory, its tools, touch, small screens and accessibility. */
import { expect, test as base, type Page } from '@playwright/test';
import { colorViolations, violations } from '../helpers/axe.js';
import { serve, type Served } from '../helpers/telnet-targets.js';
import { command, connect, screen, watchBell } from '../helpers/wstelnet.js';

/** A server that sends 100 numbered lines, then echoes characters; `bye` ends the connection. */
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

/** Waits two frames: by then all changes are drawn, including the terminal's. */
const drawn = (page: Page) =>
  page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );

/** Stretches the first wait before a reconnect, 0.5 to 1 s, to a minute on pages loaded later, enough for any machine. */
const reconnectLate = (page: Page) =>
  page.addInitScript(() => {
    const { setTimeout: native } = window;
    Object.assign(window, {
      setTimeout: (task: () => void, wait = 0) => native(task, wait >= 500 ? 60_000 : wait),
    });
  });

test('Enter in a disconnected terminal connects again, below the old output', async ({
  page,
  served,
}) => {
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

test('reconnecting resets modes that a program has left the terminal in', async ({
  page,
  served,
}) => {
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

test('the page asks before the user leaves while connected', async ({ page, served }) => {
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
  await page.getByLabel('Colors').selectOption('VGA');
  await page.getByLabel('Backspace sends').selectOption('^H');
  await page.getByLabel('Screen reader').check();
  await page.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.locator('body')).toHaveCSS('color', 'rgb(216, 220, 224)');
  await expect(page.locator('main')).toHaveCSS('background-color', 'rgb(0, 0, 0)');

  await page.goto(served.url);
  await expect(page.getByLabel('Path')).toHaveValue('/websockify');
  await page.getByLabel('Recent').selectOption({ index: 1 });
  await expect(page.getByLabel('Path')).toHaveValue('/elsewhere');
  await expect(page.getByLabel('Characters')).toHaveValue('CP437');
  await expect(page.locator('.xterm-rows')).toHaveCSS('font-size', '16px');
  await expect(page.locator('.xterm-accessibility')).toBeAttached();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(state(page)).toHaveText('Connected');
  await expect(screen(page)).toContainText('line 99');
  await terminal(page).focus();
  await page.keyboard.press('Backspace');
  await expect.poll(() => served.received.endsWith('\b')).toBe(true);
});

test.describe('a connection that is lost', () => {
  const choose = (page: Page) =>
    page.addInitScript(() => localStorage.setItem('wstelnet.settings', '{"reconnect":true}'));

  test('is made again, if the user has chosen that, below the old output', async ({
    page,
    served,
  }) => {
    await choose(page);
    await connect(page, served.url);
    await expect(screen(page)).toContainText('line 99');
    served.sockets[0]!.resetAndDestroy();
    await expect(state(page)).toHaveText('Reconnecting');
    await expect(screen(page)).toContainText(
      /-- The bridge ended the session: the target failed.*Trying again/,
    );
    await expect(state(page)).toHaveText('Connected');
    await expect.poll(() => served.sockets.length).toBe(2);
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByLabel('Find').last().fill('Trying again');
    await expect(page.locator('#find-count')).toHaveText('1 of 1');
    // Once more, but press Enter instead of waiting.
    served.sockets[1]!.resetAndDestroy();
    await expect(state(page)).toHaveText('Reconnecting');
    await terminal(page).press('Enter');
    await expect(state(page)).toHaveText('Connected');
    // A connection that the server ends is not lost.
    await terminal(page).focus();
    await command(page, 'bye');
    await expect(state(page)).toHaveText('Not connected');
    await expect(screen(page)).toContainText('Press Enter to connect again.');
  });

  test('is not made again if the user cancels, or has not chosen it', async ({ page, served }) => {
    await connect(page, served.url);
    served.sockets[0]!.resetAndDestroy();
    await expect(state(page)).toHaveText('Not connected');
    await choose(page);
    await reconnectLate(page);
    await connect(page, served.url);
    served.sockets[1]!.resetAndDestroy();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(state(page)).toHaveText('Not connected');
    await expect(page.locator('#message')).toHaveText('You cancelled.');
    await expect(page.getByLabel('Host')).toBeEnabled();
    // The page no longer waits for the network to come back.
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect(state(page)).toHaveText('Not connected');
    expect(served.sockets).toHaveLength(2);
  });
});

test('a server can set the page’s title while it is connected', async ({ page, served }) => {
  await connect(page, served.url);
  served.sockets[0]!.write(`\x1b]0;${'a title '.repeat(30)}\x07`);
  await expect(page).toHaveTitle(/^a title a title .{63} – wstelnet$/);
  served.sockets[0]!.end();
  await expect(page).toHaveTitle('wstelnet');
});

test('a recording holds what was shown, when, and in what size', async ({
  page,
  served,
  browserName,
}) => {
  test.skip(browserName !== 'chromium', 'downloads are seen over its DevTools only');
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
  await page.setViewportSize({ width: 700, height: 500 });
  await page.keyboard.type('é');
  await expect(screen(page)).toContainText('é');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Recording' }).click();
  expect((await download).suggestedFilename()).toMatch(/^127.0.0.1-.*\.cast$/);
  const chunks: Buffer[] = [];
  for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
  const [header, ...events] = Buffer.concat(chunks)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(header).toMatchObject({ version: 2, env: { TERM: 'xterm-256color' } });
  const shown = events as [number, string, string][];
  const output = shown.filter(([, code]) => code === 'o').map(([, , text]) => text);
  expect(output.join('')).toContain('line 0\r\nline 1\r\n');
  expect(output.at(-1)).toBe('é');
  expect(shown.findLast(([, code]) => code === 'r')![2]).toMatch(/^\d+x\d+$/);
  const times = shown.map(([time]) => time);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('copying as HTML keeps the colors', async ({ page, served, browserName }) => {
  test.skip(browserName !== 'chromium', 'the clipboard is read by its permission');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
  served.sockets[0]!.write('\x1b[1;31mred <b>\x1b[0m');
  await expect(screen(page)).toContainText('red <b>');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Copy as HTML' }).click();
  await expect(page.locator('#notice')).toHaveText('Copied.');
  const [html, text] = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const get = async (type: string) => (await item.getType(type)).text();
    return Promise.all([get('text/html'), get('text/plain')]);
  });
  expect(html).toMatch(/<span[^>]*color[^>]*>red &lt;b&gt;<\/span>/);
  expect(text).toContain('line 0\nline 1\n');
});

test('invalid stored settings, and no storage at all, do no harm', async ({ page, served }) => {
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

test('a server that rings a thousand times at once causes one tone', async ({ page, served }) => {
  await page.addInitScript(() => {
    localStorage.setItem('wstelnet.settings', '{"bell":"sound"}');
    const { OscillatorNode: Native } = window;
    let tones = 0;
    class Counting extends Native {
      constructor(...args: ConstructorParameters<typeof OscillatorNode>) {
        super(...args);
        document.body.dataset.tones = String(++tones);
      }
    }
    window.OscillatorNode = Counting;
  });
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
  served.sockets[0]!.write(`${'\x07'.repeat(1000)}rung`);
  await expect(screen(page)).toContainText('rung');
  await expect(page.locator('body')).toHaveAttribute('data-tones', '1');
});

test('images are shown if enabled, up to a size limit', async ({ page, served }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  const images = page.locator('.xterm-image-layer');
  /** A sixel image: a red rectangle of 24 x 12 pixels that claims to have this size. */
  const red = (size: string) => `\x1bPq"1;1;${size}#0;2;100;0;0#0!24~-!24~\x1b\\`;
  const draw = (size: string, after: string) =>
    served.sockets[0]!.write(`${red(size)}\r\n${after}`);
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
  draw('24;12', 'without');
  await expect(screen(page)).toContainText('without');
  await expect(images).toHaveCount(0);
  expect(loaded).not.toContain('/addon-image.js');

  const decoder = page.waitForResponse('**/addon-image.js');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Images').check();
  await page.keyboard.press('Escape');
  await decoder;
  // A program asks whether the terminal supports images.
  await expect(async () => {
    served.sockets[0]!.write('\x1b[c');
    await expect.poll(() => served.received, { timeout: 1000 }).toContain('\x1b[?62;4;');
  }).toPass();
  draw('3000;3000', 'too large');
  await expect(screen(page)).toContainText('too large');
  await expect(images).toHaveCount(0);
  draw('24;12', 'drawn');
  await expect(screen(page)).toContainText('drawn');
  const redPixels = () =>
    images.evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const isRed = (i: number) => data[i] === 255 && data[i + 1] === 0 && data[i + 3] === 255;
      return Array.from({ length: data.length / 4 }, (_, i) => isRed(4 * i)).filter(Boolean).length;
    });
  await expect.poll(redPixels).toBe(24 * 12);

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Images').uncheck();
  await expect(images).toHaveCount(0);
});

test('the search counts again when it is reopened', async ({ page, served }) => {
  await connect(page, served.url);
  await expect(screen(page)).toContainText('line 99');
  await page.keyboard.press('Control+Shift+F');
  await page.keyboard.type('line 4');
  await expect(page.locator('#find-count')).toHaveText(/ of 11$/);
  await page.keyboard.press('Escape');
  await page.keyboard.type('line 4 again');
  await expect(screen(page)).toContainText('line 4 again');
  await page.keyboard.press('Control+Shift+F');
  await expect(page.getByLabel('Find').last()).toHaveValue('line 4');
  await expect(page.locator('#find-count')).toHaveText(/ of 12$/);
  await page.keyboard.press('Escape');
  served.sockets[0]!.write('\x1bcempty');
  await expect(screen(page)).toHaveText(/^empty\s*$/);
  await page.keyboard.press('Control+Shift+F');
  await expect(page.locator('#find-count')).toHaveText('Nothing found');
  await page.keyboard.press('Delete');
  await expect(page.locator('#find-count')).toBeEmpty();
});

test('the row of keys sends what a phone lacks, and telnet commands', async ({ page, served }) => {
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

test('Tab goes to the server, or leaves the terminal if so set', async ({ page, served }) => {
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

  test('a message of the page wraps between words', async ({ page, served }) => {
    await connect(page, served.url);
    await expect(screen(page)).toContainText('line 99');
    await command(page, 'bye');
    const text = '-- The server closed the connection. Press Enter to connect again.';
    const rows = screen(page).locator('div');
    await expect
      .poll(async () => (await rows.allInnerTexts()).map((row) => row.trim()).join(' '))
      .toContain(text);
  });

  test('with the keyboard up, the terminal gets most of the room', async ({ page, served }) => {
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

  test('cursor and selection are visible', async ({ page, served, browserName }) => {
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

test('the page is in German on request, and declares it', async ({ page, served }) => {
  await page.goto(`${served.url}?lang=de`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByRole('button', { name: 'Verbinden', exact: true }).click();
  await expect(state(page)).toHaveText('Verbunden');
  await expect(page).toHaveURL(/lang=de/);
  await page.getByRole('button', { name: 'Tasten' }).click();
  const start = served.received.length;
  for (const name of ['Strg', 'Bild↑', 'Links']) {
    await page.getByRole('button', { name, exact: true }).click();
  }
  await expect.poll(() => served.received.slice(start)).toBe('\x1b[5~\x1b[D');
  served.sockets[0]!.end();
  await expect(page.locator('#message')).toHaveText('Der Server hat die Verbindung beendet.');
});

test.describe('a browser set to German', () => {
  test.use({ locale: 'de-AT' });

  test('gets the page in German', async ({ page, served, browserName }) => {
    test.skip(browserName !== 'chromium', 'the other takes no locale from a test');
    await page.goto(served.url);
    await expect(page.getByRole('button', { name: 'Einstellungen' })).toBeVisible();
    await page.goto(`${served.url}?lang=en`);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.getByRole('button', { name: 'Settings' })).toBeVisible();
  });
});

test('axe finds nothing in twelve states, in light, dark and forced colors', async ({
  page,
  served,
  browserName,
}) => {
  test.skip(browserName !== 'chromium', 'once is enough');
  test.setTimeout(120_000);
  const paint = async (media: Parameters<Page['emulateMedia']>[0]) => {
    await page.emulateMedia(media);
    await drawn(page);
  };
  const look = async (name: string) => {
    expect.soft(await violations(page), name).toEqual([]);
    // In another color scheme only the colors can be wrong.
    await paint({ colorScheme: 'dark' });
    expect.soft(await colorViolations(page), `${name} by night`).toEqual([]);
    await paint({ colorScheme: 'light', forcedColors: 'active' });
    expect.soft(await colorViolations(page), `${name} in forced colors`).toEqual([]);
    await paint({ forcedColors: 'none' });
  };
  await reconnectLate(page);
  await page.goto(`${served.url}?host=elsewhere.example&autoconnect=1`);
  await look('a link to elsewhere');
  await page.goto(served.url);
  await look('start');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Screen reader').check();
  await page.getByLabel('Reconnect when').check();
  await page.getByLabel('Input line below').check();
  await look('settings');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(screen(page)).toContainText('line 99');
  await look('connected');
  await page.getByRole('button', { name: 'Save' }).click();
  await look('what to save');
  await page.keyboard.press('Escape');

  const inspector = page.getByRole('button', { name: 'Inspector' });
  await inspector.click();
  await expect(page.locator('#inspector')).toHaveAttribute('aria-busy', 'false');
  await terminal(page).focus();
  await page.keyboard.type('x');
  await expect(page.locator('#inspector-list option')).toHaveCount(2);
  await page.locator('#inspector-list').selectOption({ index: 1 });
  await look('inspector');
  await page.setViewportSize({ width: 390, height: 700 });
  await look('inspector on a phone');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect.soft(wide, 'no sideways scrolling').toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1000, height: 700 });
  await inspector.click();

  await page.getByRole('button', { name: 'Keys' }).click();
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByLabel('Find').last().fill('line 9');
  const [socket] = served.sockets;
  socket!.write('\xff\xfc\x01\xff\xfb\xc9', 'latin1');
  socket!.write('\xff\xfa\xc9Char.Vitals {"hp":5,"maxhp":9}\xff\xf0', 'latin1');
  await expect(page.locator('#gauges')).toBeVisible();
  await expect(page.locator('#input-line')).toBeVisible();
  await look('keys, search, input line and gauges');
  await page.setViewportSize({ width: 390, height: 400 });
  await look('phone');
  await page.setViewportSize({ width: 1000, height: 700 });
  socket!.resetAndDestroy();
  await expect(page.locator('#state')).toHaveText('Reconnecting');
  await look('reconnecting');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('#state')).toHaveText('Not connected');
  await look('lost');
  const cast = '{"version": 2, "width": 90, "height": 20}\n[0, "o", "played"]\n[60, "o", "."]\n';
  await page.locator('#player-file').setInputFiles({
    name: 'session.cast',
    mimeType: 'text/plain',
    buffer: Buffer.from(cast),
  });
  await expect(screen(page)).toContainText('played');
  await look('playing back');
});

test('the page can be used by keyboard alone', async ({ page, served }) => {
  /** Presses Tab until the focused element has this name. */
  const tabTo = async (name: string, key = 'Tab') => {
    const nameOf = () =>
      page.evaluate(() => {
        const { activeElement: active } = document;
        const label =
          active?.getAttribute('aria-label') ?? (active as HTMLInputElement).labels?.[0];
        return (typeof label === 'string' ? label : (label ?? active)?.textContent)?.trim();
      });
    for (let presses = 0; (await nameOf()) !== name; presses++) {
      expect(presses, `Tab does not reach ${name}`).toBeLessThan(60);
      await page.keyboard.press(key);
    }
  };
  await page.goto(served.url);
  await tabTo('Path', 'Shift+Tab');
  await page.keyboard.type('/walk');
  await page.keyboard.press('Enter');
  await expect(state(page)).toHaveText('Connected');
  await expect(page.getByRole('status').first()).toContainText('Connected');
  await expect(terminal(page)).toBeFocused();
  await expect(screen(page)).toContainText('line 99');
  await page.keyboard.type('typed');
  await expect.poll(() => served.received.endsWith('typed')).toBe(true);

  await page.keyboard.press('Control+Shift+F');
  await page.keyboard.type('line 42');
  await page.keyboard.press('Enter');
  await expect(page.locator('#find-count')).toHaveText('1 of 1');
  await page.keyboard.press('Escape');
  await expect(terminal(page)).toBeFocused();

  await page.keyboard.press('Shift+F6');
  await tabTo('Keys');
  await page.keyboard.press('Enter');
  await tabTo('Esc');
  await page.keyboard.press('Enter');
  await expect.poll(() => served.received.endsWith('\x1b')).toBe(true);
  await tabTo('Terminal. Shift+F6 leaves it.');
  await page.keyboard.press('Shift+F6');
  await tabTo('Save');
  await page.keyboard.press('Enter');
  await tabTo('Copy as HTML');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Copy as HTML' })).toBeHidden();
  await tabTo('Settings');
  await page.keyboard.press('Enter');
  await tabTo('Tab leaves the terminal');
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await tabTo('Full screen');
  // Tab through the row of keys.
  await tabTo('Terminal. Shift+F6 leaves it.');
  await page.keyboard.press('Shift+F6');
  await expect(page.getByRole('button', { name: 'Disconnect' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(state(page)).toHaveText('Not connected');
  await page.keyboard.press('Enter');
  await expect(state(page)).toHaveText('Connected');
  await expect(terminal(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(terminal(page)).not.toBeFocused();
});

test.describe('a phone', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 700 } });

  test('can use the page by touch alone', async ({ page, served, browserName }) => {
    test.skip(browserName !== 'chromium', 'the other has no touch in tests');
    const tap = (name: string) => page.getByRole('button', { name, exact: true }).tap();
    await page.goto(served.url);
    await tap('Connect');
    await expect(state(page)).toHaveText('Connected');
    await page.locator('.xterm-screen').tap();
    await expect(terminal(page)).toBeFocused();
    await page.keyboard.insertText('typed');
    await expect.poll(() => served.received.endsWith('typed')).toBe(true);
    await tap('Ctrl');
    await expect(terminal(page)).toBeFocused();
    await page.keyboard.type('c');
    await expect.poll(() => served.received.endsWith('\x03')).toBe(true);
    await tap('Find');
    await page.getByLabel('Find').last().tap();
    await page.keyboard.insertText('line 42');
    await expect(page.locator('#find-count')).toHaveText('1 of 1');
    await tap('Close');
    const download = page.waitForEvent('download');
    await tap('Save');
    await tap('Log');
    expect((await download).suggestedFilename()).toMatch(/\.log$/);
    await tap('Settings');
    await page.getByLabel('Input line below').tap();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).tap();
    await tap('Disconnect');
    await expect(state(page)).toHaveText('Not connected');
    await page.getByLabel('Recent').selectOption({ index: 1 });
    await tap('Connect');
    await expect(state(page)).toHaveText('Connected');
    await tap('Full screen');
    await expect.poll(() => page.evaluate('document.fullscreenElement !== null')).toBe(true);
    await tap('Full screen');
    await expect.poll(() => page.evaluate('document.fullscreenElement === null')).toBe(true);
  });
});
