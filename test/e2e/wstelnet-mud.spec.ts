/** The telnet page with games and other line-mode servers: what they negotiate, and how the page handles it. */
import { expect, type Page } from '@playwright/test';
import type { Socket } from 'node:net';
import { constants, createDeflate } from 'node:zlib';
import { say, test, typed } from '../helpers/telnet-page.js';
import { command, connect, paste, screen } from '../helpers/wstelnet.js';

const WILL = '\xff\xfb';
const WONT = '\xff\xfc';
const ECHO = '\x01';
const EOR = '\x19';
const MCCP2 = '\x56';
const MSP = '\x5a';
const MXP = '\x5b';
const GMCP = '\xc9';

const line = (page: Page) => page.getByRole('textbox', { name: 'Input line' });

/** Stores settings before the page loads, as an earlier visit would. */
const choose = (page: Page, settings: object) =>
  page.addInitScript(
    (json) => localStorage.setItem('wstelnet.settings', json),
    JSON.stringify(settings),
  );

test('a line being typed stays behind output that arrives meanwhile', async ({ page, start }) => {
  const served = await start((socket) => say(socket, '> '));
  await connect(page, served.url);
  await expect(screen(page)).toContainText('>');
  await page.keyboard.type('look arond');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  say(served.sockets[0]!, '\r\nA rat arrives.\r\n> ');
  await expect(screen(page)).toContainText('A rat arrives.');
  await page.keyboard.type('u');
  await page.keyboard.press('Enter');
  await expect.poll(() => served.received).toBe('look around\r\n');
  const rows = await screen(page).locator('div').allTextContents();
  expect(rows.slice(0, 4).map((row) => row.trim())).toEqual([
    '>',
    'A rat arrives.',
    '> look around',
    '',
  ]);
});

test('a separate input line: prompt, history, password, several pasted lines', async ({
  page,
  start,
}) => {
  await choose(page, { inputLine: true });
  const served = await start((socket) => {
    say(socket, `Welcome.\r\n${WILL}${EOR}`);
    socket.once('data', () => say(socket, '\x1b[32m<100hp> \x1b[0m\xff\xef'));
  });
  await connect(page, served.url);
  await expect(page.locator('#prompt')).toHaveText('<100hp>');
  await expect(line(page)).toBeFocused();
  await page.keyboard.type('say one');
  await expect(screen(page)).not.toContainText('say one');
  await page.keyboard.press('Enter');
  await expect(screen(page)).toContainText('<100hp> say one');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.type('!');
  await page.keyboard.press('Enter');
  await expect.poll(() => typed(served)).toBe('say one\r\nsay one!\r\n');
  // Keys typed in the terminal go to the line.
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type('x');
  await expect(line(page)).toHaveValue('x');
  await expect(line(page)).toBeFocused();
  await line(page).fill('');

  const [socket] = served.sockets;
  say(socket!, `${WILL}${ECHO}Password: `);
  await expect(page.locator('#line')).toHaveAttribute('type', 'password');
  await page.keyboard.type('secret');
  await page.keyboard.press('Enter');
  await expect.poll(() => typed(served)).toContain('secret\r\n');
  say(socket!, `${WONT}${ECHO}\r\nHello.\r\n`);
  await expect(page.locator('#line')).toHaveAttribute('type', 'text');
  await expect(screen(page)).toContainText('Hello.');
  await expect(screen(page)).not.toContainText('secret');
  await page.keyboard.press('ArrowUp');
  await expect(line(page)).toHaveValue('say one!');

  await line(page).fill('');
  await paste(page, 'n\ne\n', { into: '#line' });
  await expect.poll(() => typed(served)).toContain('secret\r\nn\r\ne\r\n');

  // In character mode there is no input line.
  say(socket!, `${WILL}${ECHO}${WILL}\x03`);
  await expect(page.locator('#input-line')).toBeHidden();
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await page.keyboard.type('q');
  await expect.poll(() => typed(served).endsWith('q')).toBe(true);
});

test('aliases and triggers work, and loops are stopped', async ({ page, start }) => {
  const served = await start((socket) => {
    socket.on('data', (bytes) => {
      const text = bytes.toString();
      if (text.includes('get all')) say(socket, 'You are \x1b[31mhungry\x1b[0m.\r\n');
      if (text.includes('ping')) say(socket, 'pong\r\n'.repeat(text.split('ping').length - 1));
    });
  });
  await page.goto(served.url);
  await page.getByRole('button', { name: 'Settings' }).click();
  const rules = page.getByLabel('Aliases and triggers');
  await rules.pressSequentially(
    'gg = get all $*; look\n/^You are (\\w+)\\.$/ = say I am $1\n/pong/ = ping',
  );
  await rules.blur();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.locator('#state')).toHaveText('Connected');
  await command(page, 'gg from bag');
  await expect.poll(() => served.received).toBe('get all from bag\r\nlook\r\nsay I am hungry\r\n');
  await expect(screen(page)).toContainText('say I am hungry');
  await command(page, 'ping');
  await expect(page.locator('#notice')).toContainText('kept setting each other off', {
    timeout: 30_000,
  });
  expect(served.received.split('ping').length).toBeLessThan(25);
});

test('gauges show what a game reports over GMCP', async ({ page, start }) => {
  const tell = (socket: Socket, json: string) => say(socket, `\xff\xfa${GMCP}${json}\xff\xf0`);
  const served = await start((socket) => {
    say(socket, WILL + GMCP);
    socket.on('data', (bytes) => {
      if (bytes.toString('latin1').includes('Char 1')) {
        tell(socket, 'Char.Vitals {"hp":"80","maxhp":120,"mp":7,"name":"<b>x</b>"}');
      }
    });
  });
  await connect(page, served.url);
  await expect(page.locator('#gauges')).toHaveText('hp80/120');
  expect(served.received).toContain('Core.Hello {"client":"wstelnet"');
  expect(await page.getByLabel('hp').evaluate((meter: HTMLMeterElement) => meter.value)).toBe(80);
  const [socket] = served.sockets;
  tell(socket!, 'Char.MaxStats {"maxmp": 10}');
  await expect(page.locator('#gauges')).toHaveText('hp80/120mp7/10');
  tell(socket!, 'Char.Vitals not JSON');
  tell(socket!, 'Char.Vitals null');
  tell(socket!, 'Char.Vitals {"hp":1}');
  await expect(page.locator('#gauges')).toHaveText('hp1/120mp7/10');
});

test('MSP and MXP are refused, and shown as text if sent all the same', async ({ page, start }) => {
  const served = await start((socket) => {
    say(socket, `${WILL}${MSP}${WILL}${MXP}\x1b[1z<b>bold</b>\r\n!!SOUND(x.wav)\r\nready\r\n`);
  });
  await connect(page, served.url);
  await expect(screen(page)).toContainText('<b>bold</b>');
  await expect(screen(page)).toContainText('ready');
  await expect.poll(() => served.received).toBe(`\xff\xfe${MSP}\xff\xfe${MXP}`);
});

test('compressed output (MCCP2) is shown, and damage to it is reported', async ({
  page,
  start,
}) => {
  const begin = (socket: Socket, then: () => void) => {
    say(socket, `before\r\n${WILL}${MCCP2}`);
    socket.once('data', () => {
      say(socket, `\xff\xfa${MCCP2}\xff\xf0`);
      then();
    });
  };
  const served = await start((socket) =>
    begin(socket, () => {
      const zlib = createDeflate({ flush: constants.Z_SYNC_FLUSH });
      zlib.pipe(socket);
      zlib.write('inside\r\n');
      socket.on('data', () => zlib.write(`${'more '.repeat(1000)}\r\nand the end\r\n`));
    }),
  );
  await connect(page, served.url);
  await expect(screen(page)).toContainText('inside');
  await command(page, 'x');
  await expect(screen(page)).toContainText('and the end');

  const damaged = await start((socket) => begin(socket, () => say(socket, 'no zlib at all')));
  await connect(page, damaged.url).catch(() => {});
  await expect(page.locator('#message')).toContainText('damaged');
});
