import { expect, test as base } from '@playwright/test';
import { startDemo, startTelnetd, type Demo } from '../helpers/demo.js';
import { lacking } from '../helpers/need.js';
import { command, connect, paste, screen } from '../helpers/wstelnet.js';

/** A separate demo for each test, which may stop the server. */
const test = base.extend<{ demo: Demo }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async demo({}, use) {
    const demo = await startDemo();
    await use(demo);
    await demo.stop();
  },
});

test('the demo shows help, colors, UTF-8 and pasted text, and inline scripts do not run', async ({
  page,
  demo,
}) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await connect(page, demo.url);
  await expect(screen(page)).toContainText('help');
  await command(page, 'help');
  await expect(screen(page)).toContainText('flood N');
  await command(page, 'colors');
  await expect(screen(page)).toContainText('colors');
  await expect(page.locator('#subprotocol')).toHaveText('v1.flow.websock');
  await expect(page.locator('#bytes-in')).not.toHaveText(/^0/);
  await command(page, 'echo grüße, 世界 🌍');
  await expect(screen(page)).toContainText(/世界 🌍.*grüße, 世界 🌍/);
  await paste(page, 'echo pasted-in\n');
  await expect(screen(page)).toContainText(/pasted-in.*pasted-in/);

  expect(complaints).toEqual([]);
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "run";';
    document.head.append(script);
    return document.title;
  });
  expect(ran).not.toBe('run');
  expect(await demo.stop()).toBe(0);
});

test('its link to the documentation is in German too', async ({ page, demo }) => {
  await page.goto(`${demo.url}?lang=de`);
  const link = page.getByRole('link', { name: 'Dokumentation' });
  await expect(link).toHaveAttribute('href', 'docs/');
});

test('the size follows the window', async ({ page, demo }) => {
  await page.setViewportSize({ width: 1000, height: 700 });
  await connect(page, demo.url);
  const said = async (): Promise<string> => {
    await command(page, 'size');
    const shown = (await page.locator('#size').textContent())!.replace(/\D+/g, ' ').trim();
    const [columns, rows] = shown.split(' ');
    await expect(screen(page)).toContainText(new RegExp(`${columns}\\D+${rows}`));
    return shown;
  };
  const before = await said();
  await page.setViewportSize({ width: 700, height: 500 });
  await expect(page.locator('#size')).not.toHaveText(new RegExp(before.replace(' ', '\\D+')));
  await said();
});

test('a flood leaves the page responsive: it draws, and Ctrl-C stops the flood', async ({
  page,
  demo,
}) => {
  await connect(page, demo.url);
  await expect(screen(page)).toContainText('help');
  await command(page, 'flood 100000');
  await expect(screen(page)).toContainText(/\d{4}/);
  // A page busy with the flood would run no animation frames and hold back Ctrl-C until the end.
  const frames = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let count = 0;
        const next = (): void =>
          void (++count === 20 ? resolve(count) : requestAnimationFrame(next));
        next();
      }),
  );
  expect(frames).toBe(20);
  await page.keyboard.press('Control+c');
  await command(page, 'echo after the flood');
  // The page first draws the bytes in flight: some megabytes, and a page under test draws slowly.
  await expect(screen(page)).toContainText(/after the flood[\s\S]*after the flood/, {
    timeout: 40_000,
  });
});

test('every end has its message', async ({ page, demo }) => {
  const message = page.locator('#message');
  const state = page.locator('#state');

  await test.step('the server says goodbye', async () => {
    await connect(page, demo.url);
    await command(page, 'bye');
    await expect(state).not.toHaveText(/^connected/i);
    await expect(message).toContainText(/server/i);
  });

  await test.step('the user disconnects', async () => {
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(state).toHaveText(/connected/i);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await expect(message).toHaveText('You closed the connection.');
  });

  await test.step('the bridge goes away', async () => {
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(state).toHaveText(/connected/i);
    await demo.stop();
    await expect(message).toContainText(/shutting down|bridge/i);
  });

  await test.step('nothing listens there', async () => {
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(message).toContainText(/refused|reach/i);
  });
});

test('Ctrl-C ends the demo while a command runs', async ({ page, demo }) => {
  await connect(page, demo.url);
  await expect(screen(page)).toContainText('help');
  await command(page, 'clock');
  await expect(screen(page)).toContainText('any key stops the clock');
  expect(await demo.stop()).toBe(0);
});

test('the user can hang up on a bridge that does not answer', async ({ page, demo }) => {
  await connect(page, demo.url);
  await expect(screen(page)).toContainText('help');
  demo.freeze(true);
  try {
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('button', { name: 'Hang up' }).click();
    await expect(page.locator('#state')).toHaveText('Not connected');
    await expect(page.getByLabel('Host')).toBeEnabled();
  } finally {
    demo.freeze(false);
  }
});

test('a page from another origin is refused', async ({ page, demo }) => {
  const other = await startDemo();
  try {
    const { port } = new URL(demo.url);
    await page.goto(`${other.url}?host=127.0.0.1&port=${port}`);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.locator('#message')).toContainText(/origin/i);
  } finally {
    await other.stop();
  }
});

test('a real telnetd: login shell, size, echo', async ({ page }) => {
  const reason = lacking('telnetd', 'socat');
  test.skip(reason !== undefined, reason);
  const telnetd = await startTelnetd();
  const demo = await startDemo('--target', `127.0.0.1:${telnetd.port}`);
  try {
    await connect(page, demo.url);
    await expect(screen(page)).toContainText(/[#$]/);
    await command(page, 'stty size');
    const [columns, rows] = (await page.locator('#size').textContent())!.match(/\d+/g)!;
    await expect(screen(page)).toContainText(`${rows} ${columns}`);
    await command(page, 'echo $((6 * 7))');
    await expect(screen(page)).toContainText('42');
    await page.setViewportSize({ width: 800, height: 500 });
    await expect(page.locator('#size')).not.toHaveText(new RegExp(`${columns}\\D+${rows}`));
    const [newColumns, newRows] = (await page.locator('#size').textContent())!.match(/\d+/g)!;
    await command(page, 'clear; stty size');
    await expect(screen(page)).toContainText(`${newRows} ${newColumns}`);
    await command(page, 'cat');
    await expect(screen(page)).toContainText(/[#$] cat/);
    await page.keyboard.press('Control+c');
    // Ctrl-C also drops unread input: type on only once `^C` has appeared.
    await expect(screen(page)).toContainText('^C');
    await command(page, 'echo out of $((40 + 3))');
    await expect(screen(page)).toContainText('out of 43');
  } finally {
    await demo.stop();
    await telnetd.stop();
  }
});
