import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commands } from '../../../demo/telnet-commands.js';
import { startTelnetServer, type TelnetServer } from '../../../demo/telnet-server.js';
import {
  AYT,
  BINARY,
  ECHO,
  NAWS,
  SUPPRESS_GO_AHEAD,
  TERMINAL_TYPE,
  Telnet,
} from '../../../src/telnet/index.js';

let server: TelnetServer;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = await startTelnetServer();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

/** A visitor with a terminal. `seen(text)` resolves once the text has been printed after the text last seen. */
async function visit() {
  const socket = connect(server.port, server.host);
  sockets.push(socket);
  await once(socket, 'connect');
  const decoder = new TextDecoder();
  let output = '';
  let received = 0;
  let changed = () => {};
  const telnet = new Telnet({
    send: (bytes) => socket.write(bytes),
    data(bytes) {
      received += bytes.length;
      output += decoder.decode(bytes, { stream: true });
      changed();
    },
    local: [SUPPRESS_GO_AHEAD, TERMINAL_TYPE, NAWS, BINARY],
    remote: [SUPPRESS_GO_AHEAD, ECHO, BINARY],
    terminalTypes: ['xterm-256color'],
  });
  telnet.resize(100, 30);
  socket.on('data', (bytes) => telnet.receive(bytes));
  const seen = async (text: string) => {
    for (let at; ; await new Promise<void>((resolve) => (changed = resolve))) {
      if ((at = output.indexOf(text)) < 0) continue;
      const before = output.slice(0, at);
      output = output.slice(at + text.length);
      return before;
    }
  };
  const type = (text: string) => telnet.write(new TextEncoder().encode(text));
  return { socket, telnet, seen, type, received: () => received };
}

const PROMPT = 'demo>\x1b[0m ';

async function visitPrompt() {
  const visitor = await visit();
  await visitor.seen(PROMPT);
  return visitor;
}

it('negotiates: it echoes, and learns the terminal type and size', async () => {
  const { telnet, seen, type } = await visitPrompt();
  expect(telnet.enabled('remote', ECHO)).toBe(true);
  expect(telnet.enabled('remote', SUPPRESS_GO_AHEAD)).toBe(true);
  type('\r'); // A round trip: by then the server has asked for the type and got it.
  await seen(PROMPT);
  type('size\r');
  await seen('size\r\n');
  await seen('100 columns, 30 rows, type xterm-256color\r\n');
  telnet.resize(40, 10);
  type('size\r');
  await seen('40 columns, 10 rows');
});

it('edits the line and prints UTF-8 unchanged, however it is split', async () => {
  const { telnet, seen, type } = await visitPrompt();
  type('ecco\x7f\x7fho Grüße, 漢字 😀 ');
  for (const byte of new TextEncoder().encode('€\r')) telnet.write(Uint8Array.of(byte));
  await seen('€\r\nGrüße, 漢字 😀 €\r\n');
  type('nonsense\x15date\r');
  await seen(`${new Date().getFullYear()}`);
});

it('accepts lines in text mode and in BINARY', async () => {
  const { telnet, seen, type } = await visitPrompt();
  type('echo one\r\necho two\r');
  await seen('\r\ntwo\r\n');
  telnet.enable('local', BINARY);
  type('echo three\r');
  await seen('\r\nthree\r\n');
});

it('lists its commands, and rejects unknown ones and bad arguments', async () => {
  const { seen, type } = await visitPrompt();
  type('help\r');
  for (const name of ['help', 'echo TEXT', 'date', 'size', 'colors', 'clock', 'flood N', 'bye'])
    await seen(name);
  type('constructor\r');
  await seen('constructor: no such command.');
  type('flood 250001\r');
  await seen('must be an integer from 1 to 250000, not 250001');
});

it('draws colors no wider than the terminal', async () => {
  const { telnet, seen, type } = await visitPrompt();
  for (const [columns, width] of [
    [80, 74],
    [40, 38],
  ]) {
    telnet.resize(columns, 24);
    type('colors\r');
    await seen('colors\r\n');
    const picture = await seen(PROMPT);
    const lines = stripVTControlCharacters(picture).split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(width);
  }
});

it('runs the clock until a key is pressed, and discards that key', async () => {
  const { seen, type } = await visitPrompt();
  type('clock\r');
  await seen('any key stops the clock');
  await seen('\x1b[7A');
  type('x');
  await seen('\x1b[?25h');
  await seen(PROMPT);
  type('echo done\r');
  expect(await seen('\r\ndone\r\n')).toBe('echo done');
});

describe('flood', () => {
  it('prints every line', async () => {
    const { seen, type, received } = await visitPrompt();
    type('flood 20000\r');
    await seen('\r\n');
    const before = received();
    const lines = (await seen('flood: 20000 lines\r\n')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(20_000);
    expect(lines.every((line, i) => Number(line.slice(0, 7)) === i + 1 && line.length === 78)).toBe(
      true,
    );
    expect(received() - before).toBeGreaterThan(1_500_000);
  });

  it('waits for a visitor that does not read, and stops at Ctrl-C', async () => {
    const { socket, seen, type } = await visitPrompt();
    socket.pause();
    type('flood 250000\r');
    // While this flood prints all its lines, the first one would too, if it did not wait.
    const other = await visitPrompt();
    other.type('flood 250000\r');
    while (other.received() < 250_000 * 80) await once(other.socket, 'data');
    type('\x03');
    socket.resume();
    const stopped = await seen(' lines\r\n');
    expect(Number(/flood: (\d+)$/.exec(stopped)?.[1])).toBeLessThan(250_000);
    expect(stopped).toContain('^C');
    await seen(PROMPT);
  });

  it('ends with its connection, starts nothing that was typed ahead, and leaves the server usable', async () => {
    const flood = vi.spyOn(commands.get('flood')!, 'run');
    const clock = vi.spyOn(commands.get('clock')!, 'run');
    const { socket, seen, type } = await visitPrompt();
    type('flood 250000\r');
    type('clock\r');
    await seen('1000 ');
    socket.destroy();
    await expect(flood.mock.results[0].value).rejects.toMatchObject({ name: 'AbortError' });
    const { type: typeAgain, seen: seenAgain } = await visitPrompt();
    typeAgain('echo still here\r');
    await seenAgain('\r\nstill here\r\n');
    expect(clock).not.toHaveBeenCalled();
  });
});

it('answers AYT', async () => {
  const { telnet, seen } = await visitPrompt();
  telnet.command(AYT);
  await seen('[Yes]');
});

it('says goodbye and closes', async () => {
  const { socket, seen, type } = await visitPrompt();
  type('bye\r');
  await seen('Bye.\r\n');
  await once(socket, 'end');
});

it('closes connections over its limit', async () => {
  const visitors = [];
  for (let i = 0; i < 32; i++) visitors.push(visitPrompt());
  await Promise.all(visitors);
  const extra = connect(server.port, server.host);
  sockets.push(extra);
  extra.on('error', () => {});
  await once(extra, 'close');
});
