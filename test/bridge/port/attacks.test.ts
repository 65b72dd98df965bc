/**
 * What strangers try at the port. Each test prints how many vectors it tried, how many were refused, and how many
 * reached the target: none may.
 */
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { BridgeEvent, BridgeOptions } from '../../../src/bridge/index.js';
import {
  frame,
  handshake,
  openClient,
  openRaw,
  openSocket,
  readAll,
  request,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { report } from '../../helpers/attacks.js';
import { makeDirectory } from '../../helpers/command.js';

/** Sends each text on a connection of its own; resolves with the answers ('' where there is none), the log and the dials. */
async function tryAll(texts: readonly (string | Buffer)[], options: Partial<BridgeOptions> = {}) {
  const events: BridgeEvent[] = [];
  const target = await startTarget();
  const lines: string[] = [];
  const { port } = await startBridge(target.port, {
    ...options,
    log: (line, event) => {
      events.push(event);
      lines.push(line);
    },
  });
  const answers = await Promise.all(
    texts.map(async (text) => {
      const socket = await openSocket(port);
      socket.write(text);
      // A client that waits for a slow answer must not end its half; without `Connection: close`, the bridge waits for that end.
      if (!text.includes('Connection: close')) socket.end();
      return String(await readAll(socket));
    }),
  );
  await openClient(port);
  return { answers, lines, events, dials: target.sockets.length - 1 };
}

test('values that would split a header, and text that would forge a log line', async () => {
  const nasty = [
    'a\r\nX: b',
    'a\r\n\r\nb',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\x1b[2Jb',
    'a\x9b31m',
    'a\x7f',
    '\u2028',
    '%0d%0a',
  ];
  const names = ['Host', 'Origin', 'Sec-WebSocket-Protocol', 'Sec-WebSocket-Key', 'Upgrade'];
  const texts = names.flatMap((name) =>
    nasty.map((value) => Buffer.from(handshake({ [name]: value }), 'utf8')),
  );
  const { answers, lines, events, dials } = await tryAll(texts);
  const refused = answers.filter((answer) => /^HTTP\/1\.1 [45]\d\d [^]*\r\n\r\n/.test(answer));
  expect(answers.filter((answer) => /^X:|31m|2J/m.test(answer))).toEqual([]);
  expect(lines.every((line) => /^[\x20-\x7e]+$/.test(line))).toBe(true);
  expect(events).toHaveLength(lines.length);
  report({
    name: 'header and log injection',
    tried: texts.length,
    refused: refused.length,
    reached: dials,
  });
});

test('paths out of the directory of --web', async () => {
  const directory = makeDirectory();
  const web = join(directory, 'web');
  mkdirSync(join(web, '.git'), { recursive: true });
  for (const name of ['secret', 'web/.env', 'web/.git/config']) {
    writeFileSync(join(directory, name), 'TREASURE');
  }
  symlinkSync(join(directory, 'secret'), join(web, 'link'));
  symlinkSync(directory, join(web, 'up'));
  const paths = [
    '/../secret',
    '/..%2fsecret',
    '/%2e%2e/secret',
    '/%252e%252e/secret',
    '/..%5csecret',
    '/..\\secret',
    '//../secret',
    '/./../secret',
    '/.../secret',
    '/..;/secret',
    '/%c0%ae%c0%ae/secret',
    '/link',
    '/up/secret',
    '/up/',
    '/.env',
    '/.git/config',
    '/%2egit/config',
    '/.%67it/config',
    '/secret%00.html',
    '/%00',
    '/link%00',
    '//evil.example/',
    '//evil.example',
    '/\\evil.example',
    'http://evil.example/',
    '/%',
    '/%zz',
    '/..',
    '/../',
    `/${'../'.repeat(50)}etc/passwd`,
    '/web/../../secret',
    '/?/../secret',
    '/#/../secret',
    '/up%2fsecret',
    '/ link',
  ];
  const texts = paths.map(
    (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  );
  const { answers, dials } = await tryAll(texts, { web });
  const refused = answers.filter((answer) => /^HTTP\/1\.1 4\d\d /.test(answer));
  expect(answers.filter((answer) => /TREASURE|^location:/im.test(answer))).toEqual([]);
  report({ name: 'traversal', tried: texts.length, refused: refused.length, reached: dials });
});

test('bytes that are not HTTP, and smuggled requests', async () => {
  const get = 'GET / HTTP/1.1\r\nHost: localhost\r\n';
  const texts = [
    '\0',
    '\x16\x03\x01\x02\x00',
    'SSH-2.0-x\r\n',
    '\r\n\r\n\r\n',
    'GET\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\n',
    `${get}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    `${get}Content-Length: x\r\n\r\n`,
    `${get}Transfer-Encoding: x\r\n\r\n`,
    `${get} folded: x\r\n\r\n`,
    `${get}X : y\r\n\r\n`,
    `${get}X: ${'y'.repeat(100_000)}\r\n\r\n`,
    `GET /${'y'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    'CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    `${get}\r\n${handshake()}`,
    handshake({ 'Content-Length': '5' }, 'POST'),
    `${handshake({ 'Content-Length': '5' })}hello`,
    `${handshake({ 'Transfer-Encoding': 'chunked' })}0\r\n\r\n`,
    handshake().replace('GET / ', 'GET http://evil.example/ '),
    handshake().replace('GET / ', 'GET http://localhost@evil.example/ '),
    handshake().replace('GET / ', 'GET ws://evil.example/ '),
    handshake().replace('GET / ', 'GET * '),
    handshake().replace('Host: ', 'Host: evil.example\r\nHost: '),
    handshake().replace('Host: ', 'Host:\r\n '),
    handshake().replace('Host: ', 'Host : '),
    handshake({ Origin: 'http://127.0.0.1\r\nOrigin: http://evil.example' }),
    handshake().replaceAll('\r\n', '\n'),
    handshake({ Lines: `x\r\n${'a:b\r\n'.repeat(2_100)}Origin: https://evil.example` }),
    handshake({ Lines: `x\r\n${'a:b\r\n'.repeat(2_100)}Content-Length: 5` }),
    handshake({ Lines: `x\r\n${'a:b\r\n'.repeat(2_100)}Host: evil.example` }),
    handshake().replace('HTTP/1.1', 'HTTP/1.0'),
    handshake().replace('HTTP/1.1', 'HTTP/3.0'),
  ];
  const { answers, dials } = await tryAll(texts);
  const refused = answers.filter((answer) => !answer.includes('101 Switching'));
  report({ name: 'no HTTP', tried: texts.length, refused: refused.length, reached: dials });
});

test('frames: huge, unmasked, fragmented, reserved', async () => {
  const target = await startTarget();
  const { port } = await startBridge(target.port);
  const cases: [string, number, Buffer][] = [
    ['2^63 bytes', 1009, Buffer.from([0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255])],
    ['2 MiB', 1009, Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x20, 0, 0])],
    ['unmasked', 1002, Buffer.from([0x82, 1, 0])],
    [
      '1,025 fragments',
      1008,
      Buffer.concat([frame(0x02), ...Array.from({ length: 1_024 }, () => frame(0x00))]),
    ],
    ['compressed, unasked', 1002, frame(0xc2, 'x')],
    ['a long ping', 1002, Buffer.from([0x89, 0xfe, 0, 126])],
    ['a ping in fragments', 1002, frame(0x09, 'x')],
    ['a close of one byte', 1002, frame(0x88, 'x')],
    ['text', 1003, frame(0x81, 'x')],
    ['bad text', 1007, frame(0x81, Buffer.from([0xff]))],
  ];
  const codes: (readonly [name: string, code: number])[] = [];
  for (const [name, , bytes] of cases) {
    const client = await openRaw(port);
    client.socket.write(bytes);
    codes.push([name, await client.closeCode()]);
  }
  expect(codes).toEqual(cases.map(([name, code]) => [name, code]));
  // Once all targets have seen their end, no more bytes can arrive.
  await Promise.all(target.sockets.map(readAll));
  report({
    name: 'frames',
    tried: cases.length,
    refused: codes.length,
    reached: target.sockets.reduce((bytes, socket) => bytes + socket.bytesRead, 0),
    unit: 'bytes',
  });
  expect(target.sockets).toHaveLength(cases.length);
});

test('an offer of permessage-deflate is not accepted', async () => {
  const target = await startTarget();
  const { port } = await startBridge(target.port);
  const socket = await openSocket(port);
  const offer = 'permessage-deflate; client_max_window_bits';
  socket.write(handshake({ 'Sec-WebSocket-Extensions': offer }));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /);
  expect(String(answer)).not.toMatch(/extensions/i);
});

test('a flood of pings is answered, and the client stays', async () => {
  const { port } = await startBridge((await startEcho()).port);
  const pings = Array.from({ length: 500 }, (_, i) => frame(0x89, String(i)));
  const client = await openRaw(port);
  client.socket.write(Buffer.concat([...pings, frame(0x82, 'still here')]));
  const frames = await client.frames((all) => all.some(({ first }) => first === 0x82));
  await client.frames((all) => all.some(({ payload }) => String(payload) === '499'));
  expect(frames.every(({ first }) => first === 0x82 || first === 0x8a)).toBe(true);
});

test('many sockets: 503 over the cap, at most 64 of them at a time, and it recovers', async () => {
  const target = await startEcho();
  const { port } = await startBridge(target.port, { maxConnections: 50 });
  const held = await Promise.all(Array.from({ length: 50 }, () => openSocket(port)));
  const answers = await Promise.all(
    Array.from({ length: 200 }, async () => String(await readAll(await openSocket(port)))),
  );
  const told = answers.filter((answer) => answer.startsWith('HTTP/1.1 503 '));
  expect(told.length).toBeGreaterThanOrEqual(64);
  const others = answers.filter((answer) => answer !== '' && !told.includes(answer));
  expect(others).toEqual([]);
  report({
    name: 'many sockets',
    tried: answers.length,
    refused: answers.length - others.length,
    reached: target.sockets.length,
  });
  for (const socket of held) socket.destroy();
  await vi.waitFor(() => openClient(port));
});

test('the bridge gives up on slow headers and silence after 10 s, and serves others meanwhile', async () => {
  const target = await startEcho();
  const { port } = await startBridge(target.port);
  const started = performance.now();
  const drip = [...handshake()];
  const slow = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const socket = await openSocket(port);
      if (index % 2) return readAll(socket);
      const timer = setInterval(() => socket.write(drip.shift() ?? 'x'), 300);
      return readAll(socket).finally(() => clearInterval(timer));
    }),
  );
  expect(performance.now() - started).toBeLessThan(14_000);
  const refused = slow.filter((answer) => !String(answer).includes('101 Switching'));
  report({
    name: 'slow headers, idle handshakes',
    tried: slow.length,
    refused: refused.length,
    reached: target.sockets.length,
  });
  expect((await request(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).status).toBe(405);
  await openClient(port);
}, 30_000);
