/**
 * Requests as RFC 9110 and 9112 define them: what the bridge judges, and what users' functions see.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { BridgeRequest } from '../../../src/bridge/index.js';
import {
  handshake,
  openSocket,
  readAll,
  request,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { makeDirectory } from '../../helpers/command.js';

/** Sends a text and resolves with the status of the first answer. */
async function statusOf(port: number, text: string): Promise<string> {
  const client = await openSocket(port);
  client.write(text);
  const [first] = (await once(client, 'data')) as [Buffer];
  return String(first).slice(9, 12);
}

test('a header after 2,000 others counts', async () => {
  const { port } = await startBridge((await startTarget()).port);
  const many = `x\r\n${'a:b\r\n'.repeat(2_100)}`;
  expect(await statusOf(port, handshake({ Many: `${many}X: y` }))).toBe('101');
  expect(await statusOf(port, handshake({ Many: `${many}Origin: https://evil.example` }))).toBe(
    '403',
  );
  expect(await statusOf(port, handshake({ Many: `${many}Host: localhost` }))).toBe('400');
  expect(await statusOf(port, handshake({ Many: `${many}Content-Length: 5` }))).toBe('400');
});

test.each(['h2c', 'TLS/1.0, HTTP/2.0'])('an upgrade to %s is ignored', async (protocol) => {
  const { port } = await startBridge(1, { web: 'test' });
  const line = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\n`;
  const get = (path: string) =>
    request(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${line}\r\n`);
  expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  const file = await get('/tsconfig.json');
  expect(file).toMatchObject({ status: 200, body: expect.stringContaining('"extends"') as string });
  expect(file.headers.get('connection')).toBe('close');
  expect((await get('/none')).status).toBe(404);
});

test('a list of protocols with websocket in it asks for one', async () => {
  const { port } = await startBridge((await startTarget()).port);
  expect(await statusOf(port, handshake({ Upgrade: 'h2c, WebSocket' }))).toBe('101');
});

test.each(['h2c', 'websocket'])(
  'an upgrade to %s behind a request that is not answered yet: the earlier answer is whole',
  async (protocol) => {
    let answer = () => {};
    const authenticate = () =>
      new Promise<true>((resolve) => {
        answer = () => resolve(true);
      });
    const { port } = await startBridge(1, { web: 'test', webAuth: true, authenticate });
    const client = await openSocket(port);
    client.write('GET /tsconfig.json HTTP/1.1\r\nHost: localhost\r\n\r\n');
    client.write(handshake({ Upgrade: protocol }));
    await request(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const all = readAll(client);
    answer();
    await vi.waitFor(() => answer());
    const text = String(await Promise.race([all, once(client, 'close').then(() => '')]));
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n\{[^]*\n\}\n(?:$|HTTP\/1\.1 4)/);
  },
);

test('a client that ends its half before the answer is refused, and its connection ends', async () => {
  const { port, logged } = await startBridge((await startTarget()).port);
  const client = await openSocket(port);
  client.end(handshake());
  expect(String(await readAll(client))).toMatch(/^HTTP\/1\.1 400 /);
  await logged(/left/);
});

test('a WebSocket request pipelined after two files is refused after the second, which arrives whole', async () => {
  const web = makeDirectory();
  writeFileSync(join(web, 'small'), 'small');
  const large = Buffer.alloc(16 * 1024 * 1024, 'large');
  writeFileSync(join(web, 'large'), large);
  const { port } = await startBridge(1, { web });
  const client = await openSocket(port);
  const get = (name: string) => `GET /${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  client.write(get('small') + get('large'));
  // The first answer has been sent, and the connection waits for the second.
  await once(client, 'data');
  client.pause();
  client.write(handshake());
  await request(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const all = await readAll(client);
  const at = all.indexOf(large);
  expect(at).toBeGreaterThan(0);
  expect(String(all.subarray(at + large.length))).toMatch(/^HTTP\/1\.1 400 /);
});

test('the host of an absolute URL counts, not that of Host', async () => {
  const { port } = await startBridge((await startTarget()).port, {
    web: 'test',
    allowHosts: ['bridge.example'],
  });
  const open = (url: string, headers = {}) =>
    statusOf(port, handshake(headers).replace('GET / ', `GET ${url} `));
  expect(await open('http://localhost/')).toBe('101');
  expect(await open('HTTPS://bridge.example:6080?a=b')).toBe('101');
  expect(await open('http://localhost/', { Host: 'elsewhere.example' })).toBe('101');
  expect(await open('http://elsewhere.example/')).toBe('403');
  expect(await open('http://localhost@elsewhere.example/')).toBe('400');
  expect(await open('http:///')).toBe('400');
  expect(await open('ftp://localhost/')).toBe('400');
  expect(await open('http://localhost/', { Host: 'a b' })).toBe('400');
  expect(await open('http://localhost/', { Host: 'localhost\r\nHost: localhost' })).toBe('400');
  const origin = { Host: 'localhost:1', Origin: 'http://localhost:2' };
  expect(await open('http://localhost:2/', origin)).toBe('101');
  expect(await open('http://localhost:1/', origin)).toBe('403');
  const file = (url: string) => request(port, `GET ${url} HTTP/1.1\r\nHost: x.example\r\n\r\n`);
  expect((await file('http://localhost/tsconfig.json')).status).toBe(200);
  expect((await file('http://x.example/tsconfig.json')).status).toBe(403);
});

test('a WebSocket request that lost its Upgrade header: 426, and the log names the proxy', async () => {
  const { port, lines } = await startBridge(1, { web: 'test' });
  for (const headers of [
    { Upgrade: undefined, Connection: 'close' },
    { Upgrade: undefined },
    { Connection: 'keep-alive' },
  ]) {
    const response = await request(port, handshake(headers));
    expect(response.status).toBe(426);
    expect(response.headers.get('upgrade')).toBe('websocket');
  }
  const refused = lines.filter((line) => line.includes('refused'));
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatch(/^#1 refused: 127\.0\.0\.1:\d+, .* 426, .* proxy .* removed it$/);
});

test("users' functions get a Fetch-style request, and the client's address with it", async () => {
  const target = await startEcho();
  const requests: BridgeRequest[] = [];
  const { port } = await startBridge(0, {
    authenticate: (asked) => {
      requests.push(asked);
      return true;
    },
    target: (asked) => {
      requests.push(asked);
      return { host: '127.0.0.1', port: target.port };
    },
  });
  const headers = { Host: 'LOCALHOST:80', Cookie: 'a=1\r\nCookie: b=2', Via: '1\r\nVia: 2' };
  const text = handshake(headers).replace('GET / ', 'GET //x/%2e%2E/?q=%20 ');
  expect(await statusOf(port, text)).toBe('101');
  expect(requests).toHaveLength(2);
  for (const asked of requests) {
    expect(asked.method).toBe('GET');
    expect(asked.url).toBe('http://LOCALHOST:80//x/%2e%2E/?q=%20');
    expect(asked.headers.get('COOKIE')).toBe('a=1; b=2');
    expect(asked.headers.get('via')).toBe('1, 2');
    expect(asked.remoteAddress).toBe('127.0.0.1');
    expect(asked.certificate).toBeUndefined();
  }
});
