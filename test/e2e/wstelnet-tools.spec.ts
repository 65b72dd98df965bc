/** The telnet page's inspector and player. */
import { readFileSync } from 'node:fs';
import { expect, test as base, type Page } from '@playwright/test';
import { serve, type Served } from '../helpers/telnet-targets.js';
import { connect, screen } from '../helpers/wstelnet.js';

const WILL_ECHO = '\xff\xfb\x01';
const WILL_SGA = '\xff\xfb\x03';
const DO_NAWS = '\xff\xfd\x1f';

/** A server that echoes characters. */
const test = base.extend<{ served: Served }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async served({}, use) {
    const served = await serve((socket) => {
      socket.write(`${WILL_ECHO}${WILL_SGA}${DO_NAWS}login: `, 'latin1');
      socket.on('data', (bytes) => {
        if (bytes[0] !== 0xff) socket.write(bytes);
      });
    });
    await use(served);
    await served.stop();
  },
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const entries = (page: Page) => page.locator('#inspector-list option');
/** The entries for keys: opening the panel shrinks the terminal, which sends NAWS. */
const keyEntries = (page: Page) => entries(page).filter({ hasNotText: 'SB NAWS' });
const options = (page: Page) => page.locator('#inspector-options');

/** Opens a recording, as a user who chooses a file does. */
const open = (page: Page, name: string, text: string) =>
  page.locator('#player-file').setInputFiles({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from(text, 'latin1'),
  });

const CAST = `{"version": 2, "width": 90, "height": 20}
[0, "o", "first\\r\\n"]
[0.2, "o", "second\\r\\n"]
[600, "o", "third\\r\\n"]
`;

const bar = (page: Page) => page.getByRole('slider', { name: 'Position' });

test('the inspector is loaded when opened, and shows both directions', async ({ page, served }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto(served.url);
  await button(page, 'Inspector').click();
  await expect(button(page, 'Inspector')).toHaveAttribute('aria-expanded', 'true');
  await expect(page.locator('#inspector')).toHaveAttribute('aria-busy', 'false');
  expect(loaded.filter((path) => path.includes('inspector'))).toHaveLength(1);
  await button(page, 'Connect').click();
  await expect(screen(page)).toContainText('login:');
  await expect(entries(page).filter({ hasText: 'open with v1.flow.websock' })).toHaveCount(1);
  const sent = entries(page).filter({ hasText: /→.*SB NAWS \d+x\d+/ });
  await expect(sent.first()).toBeAttached();
  await expect(options(page).getByRole('row', { name: /^ECHO off on → DO ← WILL/ })).toBeVisible();
  await expect(options(page).getByRole('row', { name: /^NAWS on → WILL ← DO off/ })).toBeVisible();
  await page.locator('#inspector-list').selectOption({ index: 1 });
  await expect(page.locator('#inspector-bytes')).toContainText('WILL ECHO');
  await expect(page.locator('#inspector-bytes')).toContainText('00000000  ff fb 01 ff');
  await page.getByLabel('As text').check();
  await expect(page.locator('#inspector-bytes')).toContainText('login: ');
  await expect(page.locator('#inspector-unread')).toHaveText('0 B (mark 1.0 MB, limit 41.9 MB)');
  await expect(page.locator('#inspector-flow')).toHaveText('on');
});

for (const width of [1440, 1120]) {
  test(`a negotiation fits into the inspector’s list in a page of ${width} px`, async ({
    page,
    served,
  }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(served.url);
    await button(page, 'Inspector').click();
    await expect(page.locator('#inspector')).toHaveAttribute('aria-busy', 'false');
    await button(page, 'Connect').click();
    await expect(screen(page)).toContainText('login:');
    const entry = entries(page).filter({ hasText: 'WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO NAWS' });
    const [needed, room] = await entry.evaluate((option) => {
      const context = document.createElement('canvas').getContext('2d')!;
      context.font = getComputedStyle(option).font;
      const list = option.parentElement!;
      return [context.measureText(option.textContent).width, list.clientWidth];
    });
    expect(needed).toBeLessThan(room);
    await expect(page.locator('#inspector-list')).toHaveCSS('overflow-x', 'auto');
  });
}

test('opened late, the inspector knows the agreed options; reopened, it starts empty', async ({
  page,
  served,
}) => {
  await connect(page, served.url);
  await expect(screen(page)).toContainText('login:');
  await button(page, 'Inspector').click();
  await expect(options(page).getByRole('row', { name: /^ECHO off on/ })).toBeVisible();
  await expect(keyEntries(page)).toHaveCount(0);
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type('x');
  await expect(keyEntries(page)).toHaveCount(2);
  await button(page, 'Inspector').click();
  await expect(page.locator('#inspector')).toBeHidden();
  await page.keyboard.type('y');
  await button(page, 'Inspector').click();
  await expect(options(page).getByRole('row', { name: /^ECHO/ })).toBeVisible();
  await expect(keyEntries(page)).toHaveCount(0);
});

test('what the inspector exports can be played back', async ({ page, served, browserName }) => {
  test.skip(browserName !== 'chromium', 'downloads are seen over its DevTools only');
  test.slow();
  await page.goto(served.url);
  await button(page, 'Inspector').click();
  await expect(page.locator('#inspector')).toHaveAttribute('aria-busy', 'false');
  await button(page, 'Connect').click();
  await expect(screen(page)).toContainText('login:');
  await page.keyboard.type('grüße');
  await expect(screen(page)).toContainText('grüße');
  const files: [string, string][] = [];
  const save = async () => {
    for (const name of ['JSON', 'asciicast', 'noVNC']) {
      const download = page.waitForEvent('download');
      await button(page, name).click();
      const file = await download;
      files.push([file.suggestedFilename(), readFileSync(await file.path(), 'latin1')]);
    }
  };
  await save();
  // A recording that begins later still knows that the server echoes.
  await button(page, 'Clear').click();
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type('grüße');
  await expect(entries(page).filter({ hasText: '←' })).not.toHaveCount(0);
  await expect(screen(page)).toContainText('grüßegrüße');
  await save();
  const endings = ['json', 'cast', 'js'];
  expect(files.map(([name]) => name.split('.').at(-1))).toEqual([...endings, ...endings]);
  await button(page, 'Disconnect').click();
  await expect(page.locator('#state')).toHaveText('Not connected');
  for (const [name, text] of files) {
    await open(page, name, text);
    await expect(page.locator('#message')).toHaveText(`Playing back ${name}.`);
    await bar(page).press('End');
    await expect(screen(page)).toContainText(/^(login: )?grüße\s*$/);
    await page.locator('#player-close').click();
    await expect(page.locator('#player')).toBeHidden();
  }
});

test('a recording plays, pauses and seeks by keyboard alone', async ({ page, served }) => {
  await page.goto(served.url);
  await open(page, 'session.cast', CAST);
  await expect(screen(page)).toContainText('second');
  await expect(page.locator('#size')).toHaveText('90×20');
  await expect(button(page, 'Pause')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Play')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(bar(page)).toBeFocused();
  await page.keyboard.press('End');
  await expect(page.locator('#player-time')).toHaveText('10:00 / 10:00');
  await expect(screen(page)).toContainText('third');
  await page.keyboard.press('Home');
  await expect(screen(page)).not.toContainText('second');
  await expect(screen(page)).toContainText('first');
  await expect(bar(page)).toHaveAttribute('aria-valuetext', '0:00 / 10:00');
  await page.keyboard.press('Tab');
  await page.getByLabel('Speed').selectOption('20×');
  await page.keyboard.press('Tab');
  await expect(button(page, 'Close')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#player')).toBeHidden();
  await expect(page.locator('#size')).not.toHaveText('90×20');
});

test('a link plays a recording from its own server, and none from elsewhere', async ({
  page,
  served,
}) => {
  const files = { '/kept/session.cast': CAST, '/kept/notes.txt': 'dear diary' };
  for (const [path, body] of Object.entries(files)) {
    await page.route(`**${path}`, (route) => route.fulfill({ body }));
  }
  await page.goto(`${served.url}?autoconnect=1&play=kept/session.cast`);
  await expect(page.locator('#message')).toHaveText('Playing back session.cast.');
  await expect(screen(page)).toContainText('second');
  await expect(button(page, 'Pause')).toBeFocused();

  const notice = page.locator('#notice');
  await page.goto(`${served.url}?play=kept/notes.txt`);
  await expect(notice).toContainText("This file can't be played back. SyntaxError");
  await page.goto(`${served.url}?play=kept/missing.cast`);
  await expect(notice).toContainText("This file can't be played back. Error: HTTP 404");
  await page.goto(`${served.url}?play=//example.invalid/other.cast`);
  await expect(notice).toContainText('not from http://example.invalid');
  await expect(page.locator('#player')).toBeHidden();
});

test('a recording of the bridge plays when dropped on the page', async ({ page, served }) => {
  await page.goto(served.url);
  const script = String.raw`var VNC_frame_data = [
'{0{\xff\xfb\x03login: ',
'}5}\xff\xfa\x1f\x00\x64\x00\x1e\xff\xf0',
'}9}me\x0d\x0a',
'{12{\xff\xfb\x01caf\xc3',
'{14{\xa9\x0d\x0a',
'}20}not shown',
'EOF'];
`;
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], 'desk.js'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
  }, script);
  await expect(page.locator('#message')).toHaveText('Playing back desk.js.');
  await expect(screen(page)).toContainText('login: me');
  await expect(screen(page)).toContainText('café');
  await expect(screen(page)).not.toContainText('not shown');
  await expect(page.locator('#size')).toHaveText('100×30');
  await expect(button(page, 'Play')).toBeVisible();
});

test('a file that is not a recording is reported, and so is an open connection', async ({
  page,
  served,
}) => {
  await page.goto(served.url);
  await open(page, 'notes.txt', 'dear diary');
  await expect(page.locator('#notice')).toContainText(
    "This file can't be played back. SyntaxError",
  );
  await expect(page.locator('#player')).toBeHidden();
  await button(page, 'Connect').click();
  await expect(screen(page)).toContainText('login:');
  await open(page, 'session.cast', CAST);
  await expect(page.locator('#notice')).toHaveText('Disconnect before you play back a recording.');
  await expect(screen(page)).toContainText('login:');
});
