/**
 * The samples of docs/recipes.md, against real servers; the MQTT sample is among the long tests.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { Websock } from '../../src/index.js';
import { FakeWebSocket } from '../../src/testing/index.js';
import { accepting } from '../helpers/accepting.js';
import { startBridge, startEcho, startTarget } from '../helpers/bridge.js';
import { pattern } from '../helpers/bytes.js';
import { exportsOf } from '../helpers/documents.js';
import { find, lacking } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';
import { lackingVnc, startVnc } from '../helpers/vnc.js';

/** A socket to a TCP port, through the bridge. */
async function connect(target: number): Promise<Websock> {
  const { port } = await startBridge(target);
  const sock = new Websock({ WebSocket });
  onTestFinished(() => sock.dispose());
  sock.open(`ws://127.0.0.1:${port}/`, 'binary');
  await sock.opened;
  return sock;
}

const recipe = <T>(name: string): T => exportsOf<T>('recipes.md', name);

it('length-prefixed', async () => {
  const { readMessages, sendMessage } = recipe<{
    readMessages(sock: Websock): AsyncGenerator<Uint8Array>;
    sendMessage(sock: Websock, message: Uint8Array): Promise<void>;
  }>('length-prefixed');
  const target = await startEcho();
  const sock = await connect(target.port);
  const messages = [pattern(300), new Uint8Array(0), pattern(100_000)];
  for (const message of messages) await sendMessage(sock, message);
  const reading = readMessages(sock);
  for (const message of messages) expect((await reading.next()).value).toEqual(message);
  target.sockets[0].end();
  expect(await reading.next()).toEqual({ done: true, value: undefined });
});

it('length-prefixed: an end within a message, and a message over the limit', async () => {
  const { readMessages } = recipe<{ readMessages(sock: Websock): AsyncGenerator }>(
    'length-prefixed',
  );
  const torn = await startTarget((socket) => socket.end(Uint8Array.of(0, 0, 0, 2, 1)));
  await expect(readMessages(await connect(torn.port)).next()).rejects.toThrow('was closed (1000');
  const huge = await startTarget((socket) => socket.end(Uint8Array.of(255, 0, 0, 0)));
  await expect(readMessages(await connect(huge.port)).next()).rejects.toThrow('4278190080 bytes');
});

const noSmtp = lacking('aiosmtpd');

it.skipIf(noSmtp)(`smtp${noSmtp ? ` (${noSmtp})` : ''}`, async () => {
  const port = await freePort();
  const args = ['-n', '-l', `127.0.0.1:${port}`, '-c', 'aiosmtpd.handlers.Debugging', 'stdout'];
  const env = { ...process.env, PYTHONUNBUFFERED: '1' };
  const server = spawn(find('aiosmtpd')!, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(server, 'exit');
  onTestFinished(async () => {
    server.kill();
    await exited;
  });
  let printed = '';
  server.stdout.on('data', (text) => (printed += text));
  await accepting(port, exited);
  const { sendMail } = recipe<{ sendMail(sock: Websock, mail: object): Promise<void> }>('smtp');
  const mail = {
    from: 'me@example.org',
    to: ['you@example.org', 'her@example.org'],
    message: 'Subject: Dots\n\n.\n..two\nthe end\n',
  };
  const sock = await connect(port);
  await sendMail(sock, mail);
  expect(await sock.closed).toMatchObject({ code: 1000, by: 'remote' });
  expect(printed).toContain('Subject: Dots');
  expect(printed).toMatch(/\n\.\n\.\.two\nthe end\n/);

  const bad = sendMail(await connect(port), { ...mail, from: 'me> SIZE=none' });
  await expect(bad).rejects.toThrow(/The server said: 5\d\d /);
});

it('upload', async () => {
  const { upload } = recipe<{
    upload(sock: Websock, file: Blob, progress: (ratio: number) => void): Promise<void>;
  }>('upload');
  const file = pattern(5_000_000);
  const chunks: Buffer[] = [];
  const target = await startTarget((socket) => socket.on('data', (chunk) => chunks.push(chunk)));
  const sock = await connect(target.port);
  const ratios: number[] = [];
  await upload(sock, new Blob([file]), (ratio) => ratios.push(ratio));
  const socket = await target.accept();
  const ended = once(socket, 'end');
  sock.close();
  await ended;
  expect(Buffer.concat(chunks).equals(file)).toBe(true);
  expect(ratios.length).toBeGreaterThan(10);
  expect(ratios).toEqual(ratios.toSorted((a, b) => a - b));
  expect(ratios.at(-1)).toBe(1);
});

it('upload: the progress does not go back when more bytes are unsent than before', async () => {
  const { upload } = recipe<{
    upload(sock: Websock, file: Blob, progress: (ratio: number) => void): Promise<void>;
  }>('upload');
  const unsent = [300_000, 0, 300_000, 0];
  class Counting extends FakeWebSocket {
    bufferedAmount = 0;
    override send(data: Uint8Array | string): void {
      super.send(data);
      this.bufferedAmount = unsent.shift()!;
    }
  }
  const sock = new Websock({ maxMessageSize: 512 * 1024 });
  sock.attach(new Counting().open());
  const ratios: number[] = [];
  await upload(sock, new Blob([pattern(1_000_000)]), (ratio) => ratios.push(ratio));
  const [none, half, same, ...rest] = ratios;
  expect([none, half, same]).toEqual([0, 0.524288, 0.524288]);
  expect(rest).toEqual([1, 1]);
});

it('timeout: an answer in time, none, and the late one for the next question', async () => {
  const { ask } = recipe<{ ask(sock: Websock, question: string, ms: number): Promise<string> }>(
    'timeout',
  );
  const target = await startTarget();
  const sock = await connect(target.port);
  const socket = await target.accept();
  socket.write('pong\r\nto');
  expect(await ask(sock, 'ping', 10_000)).toBe('pong');
  await expect(ask(sock, 'date', 50)).rejects.toMatchObject({ name: 'TimeoutError' });
  socket.write('day\r\n');
  expect(await ask(sock, 'time', 10_000)).toBe('today');
  sock.close();
  expect(await readText(socket)).toBe('ping\r\ndate\r\ntime\r\n');
});

const noVnc = lackingVnc();

it.skipIf(noVnc)(`rfb${noVnc ? ` (${noVnc})` : ''}`, async () => {
  const server = await startVnc();
  onTestFinished(() => server.stop());
  server.start('xlogo');
  const isDrawn = async (): Promise<boolean> => new Set(await server.picture()).size > 1;
  await expect.poll(isDrawn).toBe(true);
  const sock = await connect(server.port);
  const { handshake } = exportsOf<{
    handshake(sock: Websock): Promise<{ width: number; height: number }>;
  }>('reading.md', 'rfb-async');
  const { width, height } = await handshake(sock);
  const { picture } = recipe<{
    picture(sock: Websock, width: number, height: number): Promise<Uint8Array>;
  }>('rfb');
  const pixels = await picture(sock, width, height);
  expect(pixels).toHaveLength(1024 * 768 * 4);
  // The X server's own picture has three bytes per pixel.
  const shown = pixels.filter((_, at) => at % 4 < 3);
  expect(Buffer.from(shown).equals(await server.picture())).toBe(true);
});
