/**
 * The telnet page against servers unlike the demo's: what they negotiate, send and leave out, and how the page must
 * handle it. Each of these cases was a bug once.
 */
import { expect, type Page } from '@playwright/test';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { cuttable, type Cuttable } from '../helpers/flow/cuttable.js';
import { freePort } from '../helpers/port.js';
import { say, test, typed } from '../helpers/telnet-page.js';
import type { Served } from '../helpers/telnet-targets.js';
import {
  command,
  connect,
  expectLogged,
  paste,
  savedLog,
  screen,
  watchBell,
} from '../helpers/wstelnet.js';

const IAC = '\xff';
const WILL_ECHO = '\xff\xfb\x01';
const WONT_ECHO = '\xff\xfc\x01';
const WILL_SGA = '\xff\xfb\x03';
const DO_ECHO = '\xff\xfd\x01';
const DO_BINARY = '\xff\xfd\x00';

test('says why a connection did not open, when asked', async ({ page, start }) => {
  const served = await start(() => {});
  const port = await freePort();
  const button = page.getByRole('button', { name: 'Find out why' });
  await page.goto(served.url);
  await page.getByLabel('Port').fill(String(port));
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await button.click();
  await expect(page.locator('#notice')).toHaveText(
    `Nothing answers at ws://127.0.0.1:${port}/websockify, or the browser does not trust its certificate.`,
  );
  await connect(page, served.url);
  await expect(button).toBeHidden();
});

test.describe('a network that fails', () => {
  let network: Cuttable;

  test.afterEach(() => network.close());

  /** Connects over a network that then fails. */
  const lose = async (page: Page, served: Served): Promise<void> => {
    network = await cuttable(Number(new URL(served.url).port));
    await connect(page, `http://127.0.0.1:${network.port}/`);
    await expect(screen(page)).toContainText('Welcome');
    network.refuse(true);
    network.cut();
    await expect(page.locator('#state')).toHaveText('Interrupted');
  };
  const welcome = (socket: Socket) => say(socket, 'Welcome\r\n');

  test('suspends the session: the screen stays, and input and output wait', async ({
    page,
    start,
    browserName,
  }) => {
    const served = await start(welcome);
    await lose(page, served);
    await command(page, 'look');
    await expect(screen(page)).toContainText('look');
    await expect(page.locator('#message')).toContainText('The session waits');
    say(served.sockets[0]!, 'It is dark.\r\n');
    network.refuse(false);
    await expect(page.locator('#state')).toHaveText('Connected');
    await expect(screen(page)).toContainText('It is dark.');
    await expect(screen(page)).toContainText('Welcome');
    await expect.poll(() => typed(served)).toBe('look\r\n');
    expect(served.sockets).toHaveLength(1);
    // Firefox sends nothing when the user leaves a page.
    if (browserName === 'firefox') return;
    const [target] = served.sockets;
    const left = once(target!.resume(), 'end');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto('about:blank');
    await left;
  });

  test('ends a session that the bridge has forgotten, and starts a new one if set to reconnect', async ({
    page,
    start,
  }) => {
    await page.addInitScript(() => localStorage.setItem('wstelnet.settings', '{"reconnect":true}'));
    const served = await start(welcome);
    const restarted = await start((socket) => say(socket, 'Once more\r\n'));
    await lose(page, served);
    await command(page, 'look');
    network.lead(Number(new URL(restarted.url).port));
    network.refuse(false);
    const told = /could not be resumed.*begins a new ?session\. 5 characters.*Trying again/;
    await expect(screen(page)).toContainText(told);
    await expect(page.locator('#state')).toHaveText('Connected');
    await expect(screen(page)).toContainText('Once more');
    expect(typed(restarted)).toBe('');
  });
});

test.describe('a reload', () => {
  test.beforeEach(({ page }) => void page.on('dialog', (dialog) => void dialog.accept()));

  const prefer = (page: Page, reconnect: boolean) =>
    page.addInitScript(
      (settings) => localStorage.setItem('wstelnet.settings', settings),
      JSON.stringify({ reconnect }),
    );

  test('keeps the session if set to reconnect: screen, options, line', async ({ page, start }) => {
    await prefer(page, true);
    const served = await start((socket) => say(socket, 'Welcome to \x1b[1;31mred\x1b[0m\r\n> '));
    await connect(page, served.url);
    await expect(screen(page)).toContainText('> ');
    await page.keyboard.type('lo');
    await expect(screen(page)).toContainText('> lo');
    await page.reload();
    await expect(page.locator('#state')).toHaveText('Connected');
    await expect(screen(page)).toContainText('> lo');
    await expect(screen(page)).toContainText('Welcome to red');
    await command(page, 'ok');
    await expect.poll(() => typed(served)).toBe('look\r\n');

    say(served.sockets[0]!, `${WILL_ECHO}${WILL_SGA}It is dark.\r\n\x1b[?1h\x1b[3`);
    await expect(screen(page)).toContainText('It is dark.');
    const before = typed(served);
    await page.reload();
    await expect(page.locator('#state')).toHaveText('Connected');
    // The rest of an escape sequence that the reload cut; and an option already in use, which is not answered again.
    say(served.sockets[0]!, `1mred again${WILL_ECHO}`);
    await expect(screen(page)).toContainText('red again');
    await expect(screen(page)).toContainText('Welcome to red');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => typed(served)).toBe(`${before}\x1bOA`);
    expect(served.received.split(DO_ECHO)).toHaveLength(2);
    expect(served.sockets).toHaveLength(1);
  });

  test('ends the session otherwise', async ({ page, start, browserName }) => {
    // Firefox sends nothing when the user leaves a page.
    test.skip(browserName === 'firefox');
    await prefer(page, false);
    const served = await start((socket) => say(socket, 'Welcome\r\n'));
    await connect(page, served.url);
    await expect(screen(page)).toContainText('Welcome');
    const left = once(served.sockets[0]!.resume(), 'end');
    await page.reload();
    await left;
    await expect(page.locator('#state')).toHaveText('Not connected');
  });
});

test.describe('line mode', () => {
  test('ECHO alone hides what is typed, and no more, as for a password in VLC or a MUD', async ({
    page,
    start,
  }) => {
    const served = await start((socket) => {
      say(socket, `Password: ${WILL_ECHO}`);
      socket.once('data', () =>
        socket.on('data', () => say(socket, `${WONT_ECHO}\r\nWelcome\r\n> `)),
      );
    });
    await connect(page, served.url);
    await expect(screen(page)).toContainText('Password:');
    await expect.poll(() => served.received).toContain('\xff\xfd\x01');
    await page.keyboard.type('secrex');
    await page.keyboard.press('Backspace');
    await command(page, 't');
    await expect(screen(page)).toContainText('Welcome');
    expect(typed(served)).toBe('secret\r\n');
    await expect(screen(page)).not.toContainText('secre');
    await command(page, 'look');
    await expect(screen(page)).toContainText('look');
    await expect.poll(() => typed(served)).toBe('secret\r\nlook\r\n');
    // The password is not in the history.
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await expect.poll(() => typed(served)).toBe('secret\r\nlook\r\nlook\r\n');
  });

  test('a password begun before ECHO arrives is removed from the screen', async ({
    page,
    start,
  }) => {
    const served = await start((socket) => say(socket, 'Password: '));
    await connect(page, served.url);
    await page.keyboard.type('sec');
    await expect(screen(page)).toContainText('Password: sec');
    say(served.sockets[0]!, WILL_ECHO);
    await expect(screen(page)).not.toContainText('sec');
    await command(page, 'ret');
    await expect.poll(() => typed(served)).toBe('secret\r\n');
    // Text typed ahead of the next prompt appears as soon as ECHO is off.
    await page.keyboard.type('look');
    say(served.sockets[0]!, `${WONT_ECHO}\r\nWelcome\r\n> `);
    await expect(screen(page)).toContainText('Password: Welcome> look');
    await page.keyboard.press('Enter');
    await expect.poll(() => typed(served)).toBe('secret\r\nlook\r\n');
  });

  test('Enter is CR LF, even in BINARY; Ctrl-C drops the line and interrupts a telnet server', async ({
    page,
    start,
  }) => {
    const redis = await start(() => {});
    await connect(page, redis.url);
    await page.keyboard.type('DEL all');
    await page.keyboard.press('Control+c');
    await command(page, 'PING');
    await expect.poll(() => redis.received).toBe('PING\r\n');

    const telnetd = await start((socket) => say(socket, DO_BINARY));
    await connect(page, telnetd.url);
    await expect.poll(() => telnetd.received).toContain('\xff\xfb\x00');
    await page.keyboard.type('rm');
    await page.keyboard.press('Control+c');
    await command(page, 'ls');
    await expect.poll(() => typed(telnetd)).toBe(`${IAC}\xf4ls\r\n`);
  });

  test('a tab is text, a rejected key rings, and a line that is too long is reported', async ({
    page,
    start,
  }) => {
    const served = await start(() => {});
    await connect(page, served.url);
    await paste(page, 'a\tb');
    await page.keyboard.press('Enter');
    await expect.poll(() => served.received).toBe('a\tb\r\n');
    const bell = await watchBell(page);
    await page.keyboard.press('Control+z');
    await bell();
    await paste(page, 'x'.repeat(70_000));
    await expect(page.locator('#notice')).toContainText('65,536 characters');
    await page.keyboard.press('Enter');
    await expect.poll(() => served.received.length).toBe(5 + 65_538);
  });

  test('a bare LF goes to the start of the line, until the server selects character mode', async ({
    page,
    start,
  }) => {
    const served = await start((socket) => {
      say(socket, `one\ntwo${WILL_ECHO}${WILL_SGA}\nthree`);
    });
    await connect(page, served.url);
    await expect(screen(page)).toContainText('three');
    const lines = await screen(page).locator('div').allTextContents();
    expect(lines.slice(0, 3).map((line) => line.trimEnd())).toEqual(['one', 'two', '   three']);
  });

  test('cursor keys, history, kill and yank, and a line that wraps', async ({ page, start }) => {
    const served = await start(() => {});
    await connect(page, served.url);
    await command(page, 'say helo');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('l');
    await page.keyboard.press('Enter');
    await expect.poll(() => served.received).toBe('say helo\r\nsay hello\r\n');
    await expect(screen(page)).toContainText('say hello');
    await page.keyboard.type('one two');
    await page.keyboard.press('Control+w');
    await page.keyboard.press('Home');
    await page.keyboard.press('Control+y');
    await page.keyboard.press('Enter');
    await expect.poll(() => served.received).toContain('twoone \r\n');

    await page.setViewportSize({ width: 500, height: 600 });
    const [columns] = (await page.locator('#size').textContent())!.match(/\d+/g)!;
    const line = '0123456789'.repeat(Math.ceil(Number(columns) / 10) + 2);
    await page.keyboard.type(line);
    await page.keyboard.press('Home');
    await page.keyboard.type('>');
    await page.keyboard.press('End');
    for (let i = 0; i < 30; i++) await page.keyboard.press('Backspace');
    await page.keyboard.type('<');
    const edited = `>${line.slice(0, -30)}<`;
    const shown = async () => (await screen(page).textContent())!.trimEnd();
    await expect.poll(shown).toMatch(new RegExp(`one +${edited}$`));
    await page.keyboard.press('Enter');
    await expect.poll(() => served.received.endsWith(`\n${edited}\r\n`)).toBe(true);
  });
});

test.describe('character sets', () => {
  test('bytes that are not UTF-8 show as replacement characters', async ({ page, start }) => {
    const served = await start((socket) => say(socket, 'caf\xe9 \xb0\r\n'));
    await connect(page, served.url);
    await expect(screen(page)).toContainText('caf\ufffd \ufffd');
  });

  test('CP437 works both ways, and characters that it lacks are visibly refused', async ({
    page,
    start,
  }) => {
    const served = await start((socket) => say(socket, 'caf\x82 \xf8\xf1\xb2\xdb\r\n'));
    await connect(page, `${served.url}?charset=cp437`);
    await expect(screen(page)).toContainText('café °±▓█');
    await paste(page, 'né漢\n');
    await expect.poll(() => served.received).toBe('n\x82\r\n');
    await expect(page.locator('#notice')).toContainText('漢');
  });

  test('one that the server asks for is accepted, preferably the one in use', async ({
    page,
    start,
  }) => {
    const requests = (socket: Socket) => {
      say(socket, '\xff\xfb\x2a');
      socket.on('data', (bytes) => {
        if (!bytes.includes('\xff\xfd\x2a', 0, 'latin1')) return;
        say(socket, '\xff\xfa\x2a\x01;x-unknown;ISO-8859-1;UTF-8\xff\xf0');
        setTimeout(() => say(socket, 'caf\xe9\r\n'), 50);
      });
    };
    const served = await start(requests);
    await connect(page, `${served.url}?charset=KOI8-R`);
    await expect(screen(page)).toContainText('café');
    await expect(page.locator('#notice')).toContainText('ISO-8859-1');
    expect(served.received).toContain('\xff\xfa\x2a\x02ISO-8859-1\xff\xf0');
    await paste(page, 'é\n');
    await expect.poll(() => typed(served)).toBe('\xe9\r\n');

    const again = await start(requests);
    await connect(page, again.url);
    await expect.poll(() => again.received).toContain('\xff\xfa\x2a\x02UTF-8\xff\xf0');
  });

  test('a file in CP437 is logged byte for byte', async ({ page, start, browserName }) => {
    test.skip(browserName !== 'chromium', 'downloads are seen over its DevTools only');
    await expectLogged(page, start, 'CP437', 500_000);
  });
});

test.describe('nothing is lost without a report', () => {
  test('2 MB just before the end are shown to the last line', async ({
    page,
    start,
    browserName,
  }) => {
    const lines = Array.from({ length: 25_000 }, (_, i) => `${i} `.padEnd(78, 'x'));
    const text = `${lines.join('\r\n')}\r\n`;
    const served = await start((socket) => socket.end(text));
    await page.goto(served.url);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.locator('#message')).toHaveText('The server closed the connection.');
    await expect(screen(page)).toContainText(lines.slice(-10).join(''));
    // Downloads are seen over Chromium's DevTools only.
    if (browserName === 'chromium') expect(String(await savedLog(page))).toBe(text);
  });

  test('an end that the browser drops is reported', async ({ page, start, browserName }) => {
    test.skip(browserName !== 'chromium', 'only Chromium has a WebSocketStream');
    const text = `${'x'.repeat(78)}\r\n`.repeat(250_000);
    const served = await start((socket) => socket.end(`${text}the very end\r\n`));
    await page.goto(served.url);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.locator('#state')).toHaveText('Not connected', { timeout: 50_000 });
    // If the last line is missing, the page must have said so.
    const isWhole = await screen(page).getByText('the very end').isVisible({ timeout: 100 });
    if (!isWhole) await expect(page.locator('#message')).toContainText('is missing');
  });

  test('a hidden page keeps reading', async ({ page, start }) => {
    // Slow the timers, as browsers do for a page in the background.
    await page.addInitScript(() => {
      const { setTimeout: native } = window;
      Object.assign(window, {
        setTimeout: (task: () => void, wait = 0, ...rest: unknown[]) =>
          native(task, document.hidden ? Math.max(1000, wait) : wait, ...rest),
      });
      Object.defineProperty(document, 'hidden', { get: () => 'isHidden' in window });
    });
    let sent = 0;
    const served = await start((socket) => {
      const flood = () => {
        while (socket.write('x'.repeat(65_536))) sent += 65_536;
      };
      socket.once('data', () => {
        socket.on('drain', flood);
        flood();
      });
    });
    await connect(page, served.url);
    await page.evaluate(() => {
      Object.assign(window, { isHidden: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await command(page, 'go');
    // Before the fix, only 70 KB came in this time.
    await expect.poll(() => sent, { timeout: 10_000 }).toBeGreaterThan(12_000_000);
  });

  test('a paste of 20 MB is sent in pieces, with progress', async ({ page, start }) => {
    let size = 0;
    const served = await start((socket) => {
      say(socket, WILL_ECHO + WILL_SGA);
      socket.removeAllListeners('data');
      socket.on('data', ({ length }) => (size += length));
    });
    await connect(page, served.url);
    await expect.poll(() => size).toBe(6);
    await paste(page, 'x', { times: 20_000_000 });
    await expect(page.locator('#progress')).toContainText('%');
    await expect.poll(() => size, { timeout: 40_000 }).toBe(20_000_006);
    await expect(page.locator('#progress')).toBeEmpty();
  });

  test('a paste can be stopped, and the unsent part is reported', async ({ page, start }) => {
    const served = await start((socket) => {
      say(socket, WILL_ECHO + WILL_SGA);
      socket.pause();
    });
    await connect(page, served.url);
    await expect(page.locator('#bytes-out')).toHaveText('6 B');
    await paste(page, 'x', { times: 20_000_000 });
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect(page.locator('#notice')).toContainText(/last [\d,]+ characters were not sent/);
    await expect(page.getByRole('button', { name: 'Stop' })).toBeHidden();

    await paste(page, 'x', { times: 20_000_000 });
    await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
    served.sockets[0]!.destroy();
    await expect(page.locator('#message')).toContainText(
      /[\d,]+ characters that you typed or pasted/,
    );
  });
});

test.describe('what a server or a link cannot do', () => {
  test('have an answer typed in the user’s name', async ({ page, start }) => {
    const questions = [
      `${IAC}\xf6`, // AYT
      '\x1b]0;evil title\x07\x1b[21t', // title, and its report
      '\x05', // ENQ
      '\x1b]52;c;?\x07\x1b]52;c;ZXZpbA==\x07', // the clipboard
      '\x1b[>q', // XTVERSION
      '\x1b[8;10;10t\x1b[18t\x1b[14t\x1b[19t', // window operations
    ];
    const served = await start((socket) => say(socket, `${questions.join('')}\r\nasked\r\n`));
    await connect(page, served.url);
    await expect(screen(page)).toContainText('asked');
    await command(page, 'x');
    await expect.poll(() => served.received).toBe('x\r\n');
  });

  test('put HTML into the page, or open a link without asking', async ({ page, start }) => {
    const link = (url: string) => `\x1b]8;;${url}\x07[${url.slice(0, 4)}]\x1b]8;;\x07 `;
    const served = await start((socket) => {
      say(socket, link('javascript:document.title=1') + link('http://127.0.0.1:1/'));
      say(socket, '<img src=x onerror=document.title=2>\r\n');
    });
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await connect(page, served.url);
    await expect(screen(page)).toContainText('<img');
    const cell = (await screen(page).locator('div').first().boundingBox())!;
    const width = cell.width / Number((await page.locator('#size').textContent())!.split('×')[0]);
    for (const column of [2.5, 9.5]) {
      await page.mouse.move(cell.x + width * column, cell.y + cell.height / 2);
      await page.mouse.click(cell.x + width * column, cell.y + cell.height / 2);
    }
    await expect.poll(() => asked.length).toBe(1);
    expect(asked[0]).toContain('http://127.0.0.1:1/');
    expect(await page.title()).toBe('wstelnet');
  });

  test('inject HTML through a close reason', async ({ page, start }) => {
    const own = await start(() => {});
    const reason = '<img src=x onerror=document.title=3>\x1b[31m';
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (ws) => ws.close(4321, reason));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await page.goto(`${own.url}?host=127.0.0.1&port=${port}`);
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await expect(page.locator('#message')).toContainText('code 4321: <img src=x onerror');
      await expect(screen(page)).toContainText('<img src=x onerror=document.title=3>[31m');
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.title()).toBe('wstelnet');
    } finally {
      server.close();
    }
  });

  test('connect elsewhere without asking: the form is filled in, and the host is named', async ({
    page,
    start,
  }) => {
    const own = await start(() => {});
    const elsewhere = await start(() => {});
    const { port } = new URL(elsewhere.url);
    await page.goto(`${own.url}?host=127.0.0.1&port=${port}&autoconnect=1`);
    await expect(page.locator('#message')).toContainText(`ws://127.0.0.1:${port}`);
    await expect(page.getByLabel('Port')).toHaveValue(port);
    await expect(page.locator('#state')).toHaveText('Not connected');
    expect(elsewhere.sockets).toHaveLength(0);

    await page.goto(`${own.url}?autoconnect=1`);
    await expect(page.locator('#state')).toHaveText('Connected');
  });
});
