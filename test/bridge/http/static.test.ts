import { once } from 'node:events';

import { execFileSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  openClient,
  openSocket,
  readAll,
  request,
  startBridge,
  startEcho,
} from '../../helpers/bridge.js';
import { lacking } from '../../helpers/need.js';

let root = '';
let web = '';
let port = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bridge-web-'));
  web = join(root, 'web');
  await mkdir(join(web, 'app', '.git'), { recursive: true });
  await mkdir(join(web, 'bare'));
  await mkdir(join(root, 'web-private'));
  await Promise.all([
    writeFile(join(root, 'secret.txt'), 'secret'),
    writeFile(join(root, 'web-private', 'index.html'), 'secret'),
    writeFile(join(web, 'index.html'), '<p>home'),
    writeFile(join(web, 'empty.txt'), ''),
    writeFile(join(web, 'some.unknown'), 'x'),
    writeFile(join(web, 'LICENSE'), 'x'),
    writeFile(join(web, 'a+b c%41&ü.js'), 'odd'),
    writeFile(join(web, 'big.bin'), Buffer.alloc(8 * 1024 * 1024)),
    writeFile(join(web, 'app', 'index.html'), '<p>app'),
    writeFile(join(web, 'app', '.git', 'config'), 'secret'),
    writeFile(join(web, '.env'), 'secret'),
    symlink(join(web, 'index.html'), join(web, 'inside.html')),
    symlink(join(root, 'secret.txt'), join(web, 'outside.txt')),
    symlink(join(root, 'web-private'), join(web, 'outside')),
    symlink(join(web, '.env'), join(web, 'env.txt')),
    symlink(join(web, 'loop'), join(web, 'loop')),
  ]);
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  ({ port } = await startBridge((await startEcho()).port, { web }));
});

const send = (url: string, method = 'GET', headers = '') =>
  request(
    port,
    `${method} ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`,
  );

test.each([
  ['/', '<p>home', 'text/html;charset=utf-8'],
  ['/?host=x#y', '<p>home', 'text/html;charset=utf-8'],
  ['/index.html', '<p>home', 'text/html;charset=utf-8'],
  ['/inside.html', '<p>home', 'text/html;charset=utf-8'],
  ['/app/', '<p>app', 'text/html;charset=utf-8'],
  ['/a+b%20c%2541&%C3%BC.js', 'odd', 'text/javascript'],
  ['/empty.txt', '', 'text/plain'],
  ['/some.unknown', 'x', 'application/octet-stream'],
  ['/LICENSE', 'x', 'application/octet-stream'],
])('%s is served', async (url, body, type) => {
  const response = await send(url);
  expect(response).toMatchObject({ status: 200, body });
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(response.headers.get('content-security-policy')).toBe("frame-ancestors 'self'");
  expect(response.headers.get('connection')).toBe('close');
  expect(response.headers.get('accept-ranges')).toBe('bytes');
});

test('pages of allowFrames may show the files in a frame', async () => {
  const framed = await startBridge(1, { web, allowFrames: ['https://app.example'] });
  const head = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const response = await request(framed.port, head);
  const policy = response.headers.get('content-security-policy');
  expect(policy).toBe("frame-ancestors 'self' https://app.example");
});

test.each([
  '/nothing',
  '/bare/',
  '/app/index',
  '/.env',
  '/env.txt',
  '/app/.git/config',
  '/%2eenv',
  '/outside.txt',
  '/outside/',
  '/outside/index.html',
  '/loop',
  '/../secret.txt',
  '/app/../../secret.txt',
  '/..%2fsecret.txt',
  '/..%2Fweb-private/index.html',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/%252e%252e/secret.txt',
  '/..%5csecret.txt',
  '/..\\secret.txt',
  '/index.html%00',
  '/index.html%00.png',
  '/%',
  '/%ff',
  '//',
  '//app',
  '//evil.example/app',
  '/app//',
  '/\\evil.example',
  '/%5cevil.example',
  '/' + 'a'.repeat(5_000),
])('%s is not found', async (url) => {
  const response = await send(url);
  expect(response.status).toBe(404);
  expect(response.headers.has('location')).toBe(false);
  expect(response.body).toBe('Not found.\n');
});

test('a directory without its slash redirects to it, relatively', async () => {
  const response = await send('/app?x=//evil.example');
  expect(response.status).toBe(302);
  expect(response.headers.get('location')).toBe('./app/?x=//evil.example');
});

test('HEAD and a known ETag have no body, other methods are refused', async () => {
  const get = await send('/');
  const head = await send('/', 'HEAD');
  expect(head).toMatchObject({ status: 200, body: '' });
  expect(head.headers.get('content-length')).toBe(String(get.body.length));
  const known = await send('/', 'GET', `If-None-Match: ${get.headers.get('etag')}\r\n`);
  expect(known).toMatchObject({ status: 304, body: '' });
  const post = await send('/', 'POST', 'Content-Length: 0\r\n');
  expect(post.status).toBe(405);
  expect(post.headers.get('allow')).toBe('GET, HEAD');
});

test.each([
  ['bytes=0-', 206, '<p>home', '0-6/7'],
  ['bytes=0-0', 206, '<', '0-0/7'],
  ['bytes=3-4', 206, 'ho', '3-4/7'],
  ['bytes=3-99', 206, 'home', '3-6/7'],
  ['bytes=-4', 206, 'home', '3-6/7'],
  ['bytes=-99', 206, '<p>home', '0-6/7'],
  ['bytes=7-', 416, '', '*/7'],
  ['bytes=99-100', 416, '', '*/7'],
  ['bytes=-0', 416, '', '*/7'],
  ['bytes=4-3', 200, '<p>home', undefined],
  ['bytes=-', 200, '<p>home', undefined],
  ['bytes=x', 200, '<p>home', undefined],
  ['bytes=0-0,2-3', 200, '<p>home', undefined],
  ['lines=0-1', 200, '<p>home', undefined],
])('Range: %s gets %d', async (range, status, body, sent) => {
  const response = await send('/index.html', 'GET', `Range: ${range}\r\n`);
  expect(response).toMatchObject({ status, body });
  expect(response.headers.get('content-range')).toBe(sent && `bytes ${sent}`);
  expect(response.headers.get('content-length')).toBe(String(body.length));
});

test('a range of an earlier version of the file gets the whole file', async () => {
  const etag = (await send('/')).headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[^"]+"$/);
  const range = 'Range: bytes=3-\r\n';
  expect((await send('/', 'GET', `${range}If-Range: ${etag}\r\n`)).status).toBe(206);
  expect((await send('/', 'GET', `${range}If-Range: "other"\r\n`)).status).toBe(200);
  expect((await send('/', 'HEAD', range)).status).toBe(200);
});

test.each(['?', '*', `"other", W/?`])('If-None-Match: %s', async (template) => {
  const etag = (await send('/')).headers.get('etag') ?? '';
  const header = `If-None-Match: ${template.replace('?', etag)}\r\n`;
  expect(await send('/', 'GET', header)).toMatchObject({ status: 304, body: '' });
  expect((await send('/', 'GET', 'If-None-Match: "other"\r\n')).status).toBe(200);
});

test('several files come on one connection', async () => {
  const socket = await openSocket(port);
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n`;
  socket.write(`${get('/')}\r\n${get('/empty.txt')}\r\n${get('/')}Range: bytes=3-\r\n\r\n`);
  socket.write(`${get('/app')}\r\n${get('/app/')}Connection: close\r\n\r\n`);
  const text = String(await readAll(socket));
  expect(text.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual([
    '200',
    '200',
    '206',
    '302',
    '200',
  ]);
  expect(text.endsWith('<p>app')).toBe(true);
});

const noFifo = lacking('mkfifo');
test.skipIf(noFifo)(
  `a FIFO is not found, and holds up nobody${noFifo ? ` (${noFifo})` : ''}`,
  async () => {
    const fifo = join(web, 'fifo');
    execFileSync('mkfifo', [fifo]);
    try {
      // More requests than Node has threads for files.
      const responses = await Promise.all(Array.from({ length: 6 }, () => send('/fifo')));
      expect(responses.map(({ status }) => status)).toEqual(Array(6).fill(404));
      expect((await send('/')).status).toBe(200);
    } finally {
      await rm(fifo);
    }
  },
);

test('a link that replaces a file or its directory is never followed out of the root', async () => {
  const inside = join(web, 'swap');
  const outside = join(root, 'swap');
  await mkdir(inside);
  await mkdir(outside);
  await writeFile(join(inside, 'file.txt'), 'public');
  await writeFile(join(outside, 'file.txt'), 'secret');
  const stop = new AbortController();
  const swaps = (async () => {
    while (!stop.signal.aborted) {
      await rename(inside, `${inside}-away`);
      await symlink(outside, inside);
      await rm(inside);
      await rename(`${inside}-away`, inside);
      await rename(join(inside, 'file.txt'), join(inside, 'away'));
      await symlink(join(outside, 'file.txt'), join(inside, 'file.txt'));
      await rm(join(inside, 'file.txt'));
      await rename(join(inside, 'away'), join(inside, 'file.txt'));
    }
  })();
  const seen = new Set<string>();
  for (let round = 0; round < 60; round += 1) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('/swap/file.txt')));
    for (const { status, body } of answers) seen.add(`${status} ${body.trim()}`);
  }
  stop.abort();
  await swaps;
  expect([...seen].filter((answer) => !['200 public', '404 Not found.'].includes(answer))).toEqual(
    [],
  );
  expect((await send('/swap/file.txt')).body).toBe('public');
});

test('a file that changes is served as it is now', async () => {
  await writeFile(join(web, 'new.txt'), 'one');
  expect((await send('/new.txt')).body).toBe('one');
  await writeFile(join(web, 'new.txt'), 'three');
  expect((await send('/new.txt')).body).toBe('three');
  await rm(join(web, 'new.txt'));
  expect((await send('/new.txt')).status).toBe(404);
});

/** The files that the bridge, in this process, has open; an empty list where the system does not say. */
async function heldFiles(): Promise<string[]> {
  const names = await readdir('/proc/self/fd').catch(() => []);
  const links = names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ''));
  return (await Promise.all(links)).filter((link) => link.startsWith(web));
}

test('a client that leaves in the middle leaves nothing behind', async () => {
  for (let round = 0; round < 20; round += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
  }
  expect((await send('/')).status).toBe(200);
  await vi.waitFor(async () => expect(await heldFiles()).toEqual([]));
});

test('clients that leave before the file is found leave nothing behind', async () => {
  const clients = Array.from({ length: 100 }, async () => {
    const socket = await openSocket(port);
    socket.write('GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.resetAndDestroy();
    await once(socket, 'close');
  });
  await Promise.all(clients);
  // A request that comes after them all is served after them all.
  expect((await request(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).status).toBe(200);
  await vi.waitFor(async () => expect(await heldFiles()).toEqual([]));
});

test('pipelined requests open their files one after another, and none once the client has left', async () => {
  const socket = await openSocket(port);
  socket.write('GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50));
  await once(socket, 'data');
  socket.pause();
  // A request that comes after them is served once they have been judged.
  expect((await send('/')).status).toBe(200);
  expect((await heldFiles()).length).toBeLessThanOrEqual(1);
  socket.destroy();
  await vi.waitFor(async () => expect(await heldFiles()).toEqual([]));
});

test('a client that asks for 200 files before it has the first is dropped', async () => {
  const socket = await openSocket(port);
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200));
  expect(String(await readAll(socket)).split('HTTP/1.1 200').length).toBeLessThan(200);
  expect((await send('/')).status).toBe(200);
});

test('a file that gets shorter while it is sent breaks the connection, and is not padded', async () => {
  const file = join(web, 'shrinking.bin');
  await writeFile(file, Buffer.alloc(64 * 1024 * 1024));
  const socket = await openSocket(port);
  socket.write('GET /shrinking.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  socket.pause();
  await truncate(file, 1);
  const rest = await readAll(socket);
  expect(rest.length).toBeLessThan(64 * 1024 * 1024);
  await rm(file);
});

test('a strange Host gets no file, and WebSockets go on', async () => {
  const text = 'GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n';
  expect((await request(port, text)).status).toBe(403);
  await openClient(port, ['binary']);
});

test('a path that is not a directory is refused at the start', async () => {
  const refused = startBridge(1, { web: join(web, 'nothing') });
  await expect(refused).rejects.toThrow(/^Cannot serve ".*nothing": it is not a directory$/);
  await expect(startBridge(1, { web: join(web, 'index.html') })).rejects.toThrow(RangeError);
});
