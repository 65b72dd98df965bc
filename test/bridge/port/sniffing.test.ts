/**
 * Several protocols on one port: which bytes decide, when, and what becomes of them.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  handshake,
  openClient,
  openSocket,
  readAll,
  request,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';

const at = (port: number) => ({ host: '127.0.0.1', port });
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Sends bytes one by one, each in a packet of its own. */
async function dribble(socket: Socket, text: string): Promise<void> {
  socket.setNoDelay();
  for (const byte of Buffer.from(text)) {
    socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test('bytes that come one by one decide when they must, and none is lost', async () => {
  const echo = await startEcho();
  const { port } = await startBridge(1, { fallback: at(echo.port) });
  // `S`, `SE` and `SEARC` may still become a method.
  for (const text of [
    'SSH-2.0-x\r\n',
    'SEARCHING\r\n',
    'PRI * HTTP/1.0\r\n',
    'get / HTTP/1.1\r\n',
  ]) {
    const socket = await openSocket(port);
    await dribble(socket, text);
    socket.end();
    expect(String(await readAll(socket))).toBe(text);
  }
  const socket = await openSocket(port);
  await dribble(socket, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(String(await readAll(socket))).toMatch(/^HTTP\/1\.1 200 /);
});

test('a fallback carries megabytes both ways, ends one direction alone, and is counted as a session', async () => {
  const sent = Buffer.concat([Buffer.from('SSH-'), randomBytes(8 * 1024 * 1024)]);
  // Answers when it has received everything.
  const digest = await startTarget((socket) => {
    void readAll(socket).then((bytes) =>
      socket.end(Buffer.concat([Buffer.from(hash(bytes)), bytes])),
    );
  });
  const { port, logged } = await startBridge(1, { fallback: at(digest.port) });
  const socket = await openSocket(port);
  socket.end(sent);
  const answer = await readAll(socket);
  expect(String(answer.subarray(0, 64))).toBe(hash(sent));
  expect(hash(answer.subarray(64))).toBe(hash(sent));
  await logged(/#1 opened: 127\.0\.0\.1:\d+ to 127\.0\.0\.1:/);
  const size = sent.length;
  await logged(
    new RegExp(`#1 closed: 1005, the client closed, ${size} bytes up, ${size + 64} down`),
  );
});

test('a client that waits for the first word gets it after the silence timeout, others do not wait', async () => {
  const mail = await startTarget((socket) => socket.end('220 ready\r\n'));
  const { port } = await startBridge(1, { fallback: at(mail.port), silenceTimeout: 300 });
  const began = performance.now();
  const silent = await openSocket(port);
  expect(String(await readAll(silent))).toBe('220 ready\r\n');
  expect(performance.now() - began).toBeGreaterThan(250);
  // A client that has begun to speak is not silent, even if it takes its time.
  const slow = await openSocket(port);
  slow.write('GE');
  await new Promise((resolve) => setTimeout(resolve, 600));
  slow.write('T /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(String(await readAll(slow))).toMatch(/^HTTP\/1\.1 200 /);
});

test.skipIf(lacking('openssl'))(
  'inside TLS a browser may be silent, because ALPN says that it speaks HTTP',
  async () => {
    const mail = await startTarget((socket) => socket.end('220 ready\r\n'));
    const tls = makeCertificate(makeDirectory(), 'one');
    const { port } = await startBridge(1, { tls, fallback: at(mail.port), silenceTimeout: 100 });
    const open = async (ALPNProtocols?: string[]) => {
      const socket = connectTls({ ...at(port), rejectUnauthorized: false, ALPNProtocols });
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
      await once(socket, 'secureConnect');
      return socket;
    };
    const browser = await open(['http/1.1']);
    expect(String(await readAll(await open()))).toBe('220 ready\r\n');
    browser.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(String(await readAll(browser))).toMatch(/^HTTP\/1\.1 200 /);
  },
);

test('a fallback on a Unix socket; one that is down is logged', async () => {
  const path = join(makeDirectory(), 'socket');
  const server = createServer((socket) => socket.resume().end('here')).listen(path);
  await once(server, 'listening');
  const { port, logged } = await startBridge(1, { fallback: { path } });
  const socket = await openSocket(port);
  socket.end('hello\r\n');
  expect(String(await readAll(socket))).toBe('here');
  server.close();
  await once(server, 'close');
  const refused = await openSocket(port);
  refused.write('hello\r\n');
  expect(String(await readAll(refused))).toBe('');
  await logged(/#2 refused: .*, 502, Cannot connect to unix:.*: ENOENT/);
});

test('a client that resets leaves a fallback at a unix socket', async () => {
  const path = join(makeDirectory(), 'socket');
  const server = createServer((socket) => socket.resume().write('here')).listen(path);
  onTestFinished(() => void server.close());
  const { port, logged } = await startBridge(1, { fallback: { path } });
  const socket = await openSocket(port);
  socket.write('hello\r\n');
  const [target] = (await once(server, 'connection')) as [Socket];
  await once(socket, 'data');
  const left = once(target, 'close');
  socket.resetAndDestroy();
  await left;
  await logged(/#1 closed: 1006, the client vanished/);
});

test.skipIf(lacking('openssl'))('a target that resets ends a raw client inside TLS', async () => {
  const target = await startTarget((socket) => socket.write('hello'));
  const tls = makeCertificate(makeDirectory(), 'one');
  const { port, logged } = await startBridge(target.port, { raw: true, tls });
  const client = connectTls({ ...at(port), rejectUnauthorized: false });
  onTestFinished(() => void client.destroy());
  await once(client, 'data');
  const left = once(client, 'close');
  target.sockets[0]?.resetAndDestroy();
  await left;
  await logged(/#1 closed: 1011, the target failed/);
});

test('a raw port: no limit is passed, a reset is handed on, and the end of the bridge ends it', async () => {
  const target = await startTarget((socket) => socket.write('hello'));
  const options = { raw: true, maxConnectionsPerAddress: 2 };
  const { port, bridge, logged } = await startBridge(target.port, options);
  const [one, other] = [await openSocket(port), await openSocket(port)];
  await Promise.all([once(one, 'data'), once(other, 'data')]);
  expect(String(await readAll(await openSocket(port)))).toBe('');
  await logged(/#0 refused: .*, 429, /);
  target.sockets[0]?.resetAndDestroy();
  const [error] = (await once(one, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
  await logged(/closed: 1011, the target failed/);
  const ended = readAll(other);
  const closed = bridge.close();
  other.once('end', () => other.end());
  target.sockets[1]?.end();
  await Promise.all([ended, closed]);
  await logged(/closed: 1001, The bridge is shutting down/);
});

test('bytes for a fallback wait for a target that reads nothing, in bounded memory', async () => {
  const stalled = await startTarget((socket) => socket.pause());
  const { port } = await startBridge(1, { fallback: at(stalled.port) });
  const before = process.memoryUsage().rss;
  const socket = await openSocket(port);
  socket.write('SSH-');
  for (let i = 0; i < 64; i += 1) socket.write(Buffer.alloc(1024 * 1024));
  let waiting = 0;
  // The client stalls when our buffers and the system's on both connections are full.
  await vi.waitFor(
    () => {
      const now = socket.writableLength;
      const isSame = now === waiting;
      waiting = now;
      expect(isSame).toBe(true);
    },
    { timeout: 10_000, interval: 500 },
  );
  expect(waiting).toBeGreaterThan(32 * 1024 * 1024);
  // The client's 64 MiB are in this process too.
  expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1024 * 1024);
  expect(
    (await request(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'))
      .status,
  ).toBe(200);
});

test('what is none of these is logged with its likely cause', async () => {
  const tls = makeCertificate(makeDirectory(), 'one');
  const plain = await startBridge(1);
  const only = await startBridge(1, { tls: { ...tls, only: true } });
  const v2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c', 'latin1');
  const cases: [RunningPort, Buffer | string, RegExp][] = [
    [plain, 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n', /400, a PROXY header .* send-proxy is on/],
    [plain, Buffer.concat([v2, Buffer.alloc(12)]), /400, a PROXY header .* send-proxy is on/],
    [only, 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n', /400, a PROXY header .*"PROXY TCP4/],
    [
      plain,
      Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]),
      /400, TLS on a port without TLS, first bytes "\\u0016\\u0003/,
    ],
    [only, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', /400, plain HTTP on a TLS-only port/],
    [plain, 'SSH-2.0-x\r\n', /400, neither HTTP nor TLS, first bytes "SSH-2\.0-x/],
    [plain, 'GET /?token=word HTTP/1.1\r\nHost localhost\r\n\r\n', /400, a malformed request \(/],
    [plain, `GET / HTTP/1.1\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, /431, The headers are too large/],
  ];
  for (const [{ port, logged, lines }, bytes, pattern] of cases) {
    const socket = await openSocket(port);
    socket.write(bytes);
    const answer = String(await readAll(socket));
    if (lines === plain.lines) expect(answer).toMatch(/^HTTP\/1\.1 4\d\d .*\r\n\r\n.+\n$/s);
    expect(await logged(pattern)).toMatch(/^#0 refused: 127\.0\.0\.1:/);
  }
  expect(plain.lines.join()).not.toContain('word');
});

type RunningPort = Awaited<ReturnType<typeof startBridge>>;

test('CONNECT gets a complete 405, and the client of a redirect keeps its method', async () => {
  const tls = makeCertificate(makeDirectory(), 'one');
  const { port, logged } = await startBridge(1, { tls: { ...tls, redirectHttp: true } });
  const head = 'Host: vnc.example:1\r\nConnection: close\r\n\r\n';
  const answer = await request(port, 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(answer).toMatchObject({ status: 405, body: 'This is not a forward proxy.\n' });
  await logged(/405, CONNECT: the client takes the bridge for a forward proxy/);
  // A client with a name that is not allowed is not redirected.
  expect((await request(port, `GET / HTTP/1.1\r\n${head}`)).status).toBe(403);
  const post = await request(
    port,
    'POST //x HTTP/1.1\r\nHost: localhost:5\r\nConnection: close\r\n\r\n',
  );
  expect(post.status).toBe(308);
  expect(post.headers.get('location')).toBe('https://localhost:5//x');
  const upgrade = await request(port, handshake({ Host: 'localhost' }));
  expect(upgrade.status).toBe(308);
});

test('plain connections are served as before while somebody else says nothing', async () => {
  const tls = makeCertificate(makeDirectory(), 'one');
  const echo = await startEcho();
  const { port } = await startBridge(echo.port, { tls, fallback: at(echo.port) });
  await Promise.all(Array.from({ length: 20 }, () => openSocket(port)));
  const ws = await openClient(port);
  const answer = once(ws, 'message');
  ws.send('x'.repeat(10), { binary: true });
  expect(String(((await answer) as [Buffer])[0])).toBe('x'.repeat(10));
});
