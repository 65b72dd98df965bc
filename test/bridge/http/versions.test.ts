/**
 * The same rules over HTTP/1.1 and HTTP/2: each row of one table is asked over both, and gets the same answer and text.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BridgeOptions } from '../../../src/bridge/index.js';
import {
  authenticateWith,
  openAuthenticator,
  openTokenSource,
  tokenTargets,
} from '../../../src/bridge/index.js';
import {
  frame,
  handshake,
  openClient,
  openRaw,
  request,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { makeDirectory } from '../../helpers/command.js';
import { askH2, connectHeaders, endOf, openH2, openH2WebSocket } from '../../helpers/h2.js';
import { freePort } from '../../helpers/port.js';

type Headers = Readonly<Record<string, string | undefined>>;

interface Row {
  readonly headers?: Headers;
  readonly options?: () => Partial<BridgeOptions> | Promise<Partial<BridgeOptions>>;
  /** 101 for a WebSocket that opens, over HTTP/2 as well. */
  readonly status: number;
  readonly body?: string;
}

const password = `Basic ${Buffer.from('user:word').toString('base64')}`;
const withPassword = async () => ({
  authenticate: authenticateWith(await openAuthenticator('BasicHTTPAuth', 'user:word'), {
    maxFailures: 2,
  }),
});
const withTokens = (port: number) => async () => {
  const file = join(makeDirectory(), 'tokens');
  writeFileSync(file, `one: 127.0.0.1:${port}\n`);
  return { target: tokenTargets(await openTokenSource('TokenFile', file, { warn: () => {} })) };
};

const behindProxy = () => ({
  trustProxies: ['127.0.0.1', '::1'],
  authenticate: ({ remoteAddress = 'nobody' }: { readonly remoteAddress: string | undefined }) => ({
    status: 418,
    message: remoteAddress,
  }),
});

/** `@` in a header stands for the host and port of the bridge. */
const RULES: Readonly<Record<string, Row>> = {
  'a good handshake': { status: 101 },
  'an unknown Host': { headers: { host: 'rebound.example' }, status: 403 },
  'a malformed Host': { headers: { host: 'localhost:80:80' }, status: 400 },
  'an allowed Host': {
    headers: { host: 'vnc.example' },
    options: () => ({ allowHosts: ['vnc.example'] }),
    status: 101,
  },
  'the page of the bridge': { headers: { origin: 'http://@' }, status: 101 },
  'a page of another origin': { headers: { origin: 'https://evil.example' }, status: 403 },
  'an opaque origin': { headers: { origin: 'null' }, status: 403 },
  'an allowed origin': {
    headers: { origin: 'https://app.example' },
    options: () => ({ allowOrigins: ['https://app.example'] }),
    status: 101,
  },
  'no version': { headers: { 'sec-websocket-version': undefined }, status: 426 },
  'version 8': { headers: { 'sec-websocket-version': '8' }, status: 426 },
  'an unknown subprotocol': { headers: { 'sec-websocket-protocol': 'mqtt' }, status: 400 },
  'a subprotocol twice': { headers: { 'sec-websocket-protocol': 'binary, binary' }, status: 400 },
  binary: { headers: { 'sec-websocket-protocol': 'base64, binary' }, status: 101 },
  'a target that is away': {
    options: async () => ({ target: { host: '127.0.0.1', port: await freePort() } }),
    status: 502,
  },
  'a function that throws': {
    options: () => ({
      target: () => {
        throw new Error('broken');
      },
    }),
    status: 500,
  },
  'an answer of the user': {
    options: () => ({
      authenticate: () => ({ status: 402, message: 'Pay.', headers: { 'X-Price': '1' } }),
    }),
    status: 402,
  },
  'no password': { options: withPassword, status: 401 },
  'the client of a trusted proxy': {
    headers: { forwarded: 'for=192.0.2.1' },
    options: behindProxy,
    status: 418,
    body: '192.0.2.1\n',
  },
  'the client of a proxy that nobody trusts': {
    headers: { 'x-forwarded-for': '192.0.2.1' },
    options: () => ({ ...behindProxy(), trustProxies: ['192.0.2.0/24'] }),
    status: 418,
    body: '127.0.0.1\n',
  },
  'a trusted proxy that contradicts itself, whatever else is wrong': {
    headers: {
      forwarded: 'for=192.0.2.1',
      'x-forwarded-for': '192.0.2.2',
      host: 'rebound.example',
    },
    options: behindProxy,
    status: 400,
  },
  'a password': { headers: { authorization: password }, options: withPassword, status: 101 },
};

/** Sends the request over both versions, and resolves with both answers. */
async function askBoth({ headers = {}, options }: Row, path = '/') {
  const { port: echo } = await startEcho();
  const { port } = await startBridge(echo, { http2: true, ...(await options?.()) });
  const own = { host: `localhost:${port}`, ...headers };
  const filled = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, value?.replace('@', own.host!)]),
  );
  const { host, ...rest } = filled;
  const session = await openH2(port);
  const over2 = await askH2(
    session,
    connectHeaders({ ':authority': host, ':path': path, ...rest }),
  );
  over2.stream.close();
  // `handshake` writes its header names with capitals.
  const capital = (name: string) =>
    name.replace('sec-websocket-version', 'Sec-WebSocket-Version').replace(/^host$/, 'Host');
  const fields = Object.entries(filled).map(([name, value]) => [capital(name), value]);
  const text = handshake(Object.fromEntries(fields)).replace('GET /', `GET ${path}`);
  const isOpened = over2.status === 200;
  const over1 = await request(port, Buffer.concat([Buffer.from(text), frame(0x88)]));
  return {
    first: { status: over1.status, body: isOpened ? '' : over1.body, headers: over1.headers },
    second: { status: isOpened ? 101 : over2.status, body: over2.body, headers: over2.headers },
  };
}

describe('WebSockets', () => {
  test.each(Object.entries(RULES))('%s', async (_name, row) => {
    const { first, second } = await askBoth(row);
    expect([first.status, second.status]).toEqual([row.status, row.status]);
    expect(second.body).toBe(first.body);
    if (row.body !== undefined) expect(first.body).toBe(row.body);
    for (const name of ['content-type', 'www-authenticate', 'x-price', 'sec-websocket-protocol']) {
      expect(second.headers[name]).toBe(first.headers.get(name));
    }
  });

  test('tokens, right and wrong', async () => {
    const { port } = await startEcho();
    const options = withTokens(port);
    for (const [path, status] of [
      ['/?token=one', 101],
      ['/token/one', 101],
      ['/?token=two', 403],
    ] as const) {
      const { first, second } = await askBoth({ options, status }, path);
      expect([first.status, second.status]).toEqual([status, status]);
    }
  });

  test('failures are counted over both alike', async () => {
    const { port } = await startBridge(1, { http2: true, ...(await withPassword()) });
    const session = await openH2(port);
    const authorization = 'Basic bm86bm8=';
    const ask = async () => (await askH2(session, connectHeaders({ authorization }))).status;
    expect([
      await ask(),
      (await request(port, handshake({ authorization }))).status,
      await ask(),
    ]).toEqual([401, 401, 429]);
  });

  test('sessions are limited over both alike, though streams share a connection', async () => {
    const { port: echo } = await startEcho();
    const { port } = await startBridge(echo, { http2: true, maxConnectionsPerAddress: 2 });
    const session = await openH2(port);
    const flow = { 'sec-websocket-protocol': 'v1.flow.websock' };
    const one = await openH2WebSocket(session, flow);
    await openH2WebSocket(session, flow);
    expect((await askH2(session, connectHeaders())).status).toBe(429);
    expect((await request(port, handshake())).status).toBe(429);
    one.stream.close();
    await endOf(one.stream);
  });
});

describe('plain requests', () => {
  test.each([
    ['a file', 'GET', '/a.txt', 200],
    ['its head', 'HEAD', '/a.txt', 200],
    ['no file', 'GET', '/none', 404],
    ['a folder above', 'GET', '/../etc/passwd', 404],
    ['another method', 'POST', '/a.txt', 405],
    ['health', 'GET', '/healthz', 200],
  ])('%s', async (_name, method, path, status) => {
    const web = makeDirectory();
    writeFileSync(join(web, 'a.txt'), 'x'.repeat(200_000));
    const { port } = await startBridge(1, { http2: true, web });
    const head = `Host: localhost:${port}\r\nConnection: close\r\n\r\n`;
    const first = await request(port, `${method} ${path} HTTP/1.1\r\n${head}`);
    const second = await askH2(await openH2(port), { ':method': method, ':path': path });
    expect([first.status, second.status]).toEqual([status, status]);
    expect(second.body).toBe(first.body);
    for (const name of [
      'content-type',
      'content-length',
      'etag',
      'content-security-policy',
      'allow',
    ]) {
      expect(second.headers[name]).toBe(first.headers.get(name));
    }
  });

  test('a range, and a file that the client has already', async () => {
    const web = makeDirectory();
    writeFileSync(join(web, 'a.txt'), '0123456789');
    const { port } = await startBridge(1, { http2: true, web });
    const session = await openH2(port);
    const get = (headers: Headers) => askH2(session, { ':path': '/a.txt', ...headers });
    const part = await get({ range: 'bytes=2-4' });
    expect(part).toMatchObject({ status: 206, body: '234' });
    expect((await get({ 'if-none-match': String(part.headers.etag) })).status).toBe(304);
  });

  test('CONNECT is for WebSockets only, and two hosts are refused', async () => {
    const { port } = await startBridge(1, { http2: true });
    const session = await openH2(port);
    expect((await askH2(session, { ':method': 'CONNECT', ':authority': 'a:1' })).status).toBe(405);
    expect((await askH2(session, connectHeaders({ ':protocol': 'connect-udp' }))).status).toBe(501);
    const both = { ':authority': 'localhost', host: 'elsewhere.example', ':path': '/healthz' };
    expect((await askH2(session, both)).status).toBe(400);
  });
});

describe('bytes', () => {
  test('whole messages both ways, text, pings and the close are the same', async () => {
    const target = await startEcho();
    const { port } = await startBridge(target.port, { http2: true });
    const ws = await openH2WebSocket(await openH2(port), { 'sec-websocket-protocol': 'binary' });
    const raw = await openRaw(port);
    expect(ws.protocol).toBe('binary');
    for (const client of [
      ws,
      { ...raw, send: (first: number, data = '') => raw.socket.write(frame(first, data)) },
    ]) {
      client.send(0x82, 'one');
      client.send(0x89, 'ping');
      const all = await client.frames((frames) => frames.length >= 2);
      const payloads = all.map(({ payload }) => String(payload));
      expect(payloads).toEqual(expect.arrayContaining(['one', 'ping']));
      client.send(0x81, 'text');
      expect(await client.closeCode()).toBe(1003);
    }
    await openClient(port);
  });

  test('the target gets all that came before an end, and no more after it', async () => {
    const target = await startTarget();
    const { port } = await startBridge(target.port, { http2: true });
    const ws = await openH2WebSocket(await openH2(port));
    const socket = await target.accept();
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    ws.send(0x82, 'last');
    ws.stream.end();
    await once(socket, 'end');
    expect(String(Buffer.concat(received))).toBe('last');
  });
});
