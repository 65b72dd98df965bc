/** The telnet page with real servers; a table in docs/telnet.md shows what they negotiate. Run by `npm run test:long`. */
import { expect, test, type Page } from '@playwright/test';
import { lacking } from '../helpers/need.js';
import { startTelnetServer, TELNET_SERVERS, type TelnetServer } from '../helpers/telnet-servers.js';
import { servePage } from '../helpers/telnet-targets.js';
import { startLogin, TELNETDS } from '../helpers/telnetds.js';
import { command, connect, screen } from '../helpers/wstelnet.js';

type Visit = (page: Page) => Promise<void>;

const shows = (page: Page, text: string | RegExp) =>
  expect(screen(page)).toContainText(text, { timeout: 30_000 });
const hides = (page: Page, text: string) => expect(screen(page)).not.toContainText(text);

/** Checks that the server learns the window's size, before and after it changes. */
async function seesSizes(
  page: Page,
  ask: string,
  answer: (columns: string, rows: string) => string,
) {
  const size = page.locator('#size');
  const before = (await size.textContent())!;
  for (const viewport of [
    { width: 800, height: 700 },
    { width: 700, height: 500 },
  ]) {
    await page.setViewportSize(viewport);
    await expect(size).not.toHaveText(before);
    const [columns, rows] = (await size.textContent())!.match(/\d+/g)!;
    await command(page, ask);
    await shows(page, answer(columns!, rows!));
  }
}

/** Logs in to a shell; the login switches the echo off for the password. */
async function logIn(page: Page): Promise<void> {
  await shows(page, 'login:');
  await command(page, 'alice');
  await shows(page, 'Password:');
  await command(page, 'secret');
  await shows(page, 'Welcome, alice');
  await hides(page, 'secret');
  await command(page, 'grüße, 世界');
  await shows(page, /grüße, 世界[^]*grüße, 世界/);
}

/** What to do with each server, and what the page must show. */
const VISITS: Record<string, Visit> = {
  async vlc(page) {
    await shows(page, 'Password:');
    await page.keyboard.type('secrex');
    await page.keyboard.press('Backspace');
    await command(page, 't');
    await shows(page, 'Welcome, Master');
    await hides(page, 'secre');
    await command(page, 'help');
    await shows(page, 'end of help');
  },
  async tinymux(page) {
    await shows(page, 'Welcome to TinyMUX');
    await command(page, 'connect wizard potrzebie');
    await shows(page, /Auxiliary Room|Limbo/);
    await command(page, 'say grüße, 世界');
    await shows(page, 'You say, “grüße, 世界”');
    const ask = 'think [width(me)]x[height(me)]';
    await seesSizes(page, ask, (columns, rows) => `${columns}x${rows}`);
    await command(page, 'QUIT');
    await expect(page.locator('#message')).toHaveText('The server closed the connection.');
  },
  async ser2net(page) {
    await expect(page.locator('#bytes-in')).not.toHaveText('0 B');
    await command(page, 'over the line');
    await shows(page, 'OVER THE LINE');
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('button', { name: 'Break' }).click();
    await expect(page.locator('#notice')).toBeEmpty();
  },
  async frr(page) {
    await shows(page, 'Password:');
    await command(page, 'secret');
    await shows(page, 'router>');
    await hides(page, 'secret');
    await page.keyboard.type('show ver');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await shows(page, 'FRRouting 8');
  },
  async openocd(page) {
    await shows(page, 'Open On-Chip Debugger');
    await command(page, 'version');
    await shows(page, 'Open On-Chip Debugger 0.');
    await page.keyboard.press('ArrowUp');
    await shows(page, /> version/);
    await page.keyboard.press('Control+u');
    await command(page, 'exit');
    await expect(page.locator('#message')).toHaveText('The server closed the connection.');
  },
  async hercules(page) {
    await shows(page, /Hercules|Connected to device 0009/);
  },
  async qemu(page) {
    await shows(page, '(qemu)');
    await command(page, 'info version');
    await shows(page, /\d+\.\d+\.\d+/);
    await page.keyboard.type('info vers');
    await page.keyboard.press('Tab');
    await shows(page, /info version[^]*info version/);
  },
  async 'ranvier-telnet'(page) {
    await shows(page, 'Name?');
    await command(page, 'alice');
    await shows(page, 'Password:');
    await page.keyboard.type('secrex');
    await page.keyboard.press('Backspace');
    await command(page, 't');
    await shows(page, 'Welcome, alice.');
    await hides(page, 'secre');
    await shows(page, 'GMCP: Core.Hello {"client":"wstelnet"');
    await expect(page.locator('#gauges')).toHaveText('hp80/120');
    await command(page, 'grüße, 世界');
    await shows(page, 'You say, "grüße, 世界"');
    await seesSizes(page, 'size', (columns, rows) => `You see ${columns}x${rows}.`);
  },
  async telnetlib(page) {
    await shows(page, 'Welcome.');
    await shows(page, 'GMCP: wstelnet');
    await expect(page.locator('#gauges')).toHaveText('hp80/120');
    await command(page, 'grüße, 世界');
    await shows(page, 'You say, "grüße, 世界"');
    await seesSizes(page, 'size', (columns, rows) => `You see ${columns}x${rows}.`);
    await page.getByRole('button', { name: 'Inspector' }).click();
    await expect(page.getByRole('row', { name: /^MCCP2 off on/ })).toBeVisible();
  },
};

/** Runs a server and visits it through the page. */
async function visitServer(page: Page, start: () => Promise<TelnetServer>, visit: Visit) {
  const server = await start();
  const served = await servePage(server.port);
  try {
    await connect(page, served.url);
    await visit(page);
  } finally {
    await served.stop();
    await server.stop();
  }
}

for (const [name, visit] of Object.entries(VISITS)) {
  test(name, async ({ page }) => {
    const reason = lacking(...TELNET_SERVERS[name]!);
    test.skip(reason !== undefined, reason);
    await visitServer(page, () => startTelnetServer(name), visit);
  });
}

for (const name of Object.keys(TELNETDS) as (keyof typeof TELNETDS)[]) {
  test(name, async ({ page }) => {
    const reason = lacking(TELNETDS[name][0], 'socat', 'openssl');
    test.skip(reason !== undefined, reason);
    await visitServer(page, () => startLogin(name), logIn);
  });
}
