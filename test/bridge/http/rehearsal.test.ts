/**
 * Requests that ask whether a WebSocket would be accepted, over HTTP/1.1 and HTTP/2: who gets which answer, and which
 * pages may read it.
 */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { BridgeOptions } from '../../../src/bridge/index.js';
import { request, startBridge, startEcho } from '../../helpers/bridge.js';
import { askH2, openH2 } from '../../helpers/h2.js';
import { freePort } from '../../helpers/port.js';

type Headers = Readonly<Record<string, string>>;

const APP = 'https://app.example';
const FIELD = { 'websock-diagnose': '1' };

/** Asks over both versions, and returns the answer, which has to be the same. */
async function ask(
  headers: Headers,
  options: Partial<BridgeOptions> = {},
  method = 'GET',
): Promise<{ status: number; body: string; get: (name: string) => unknown }> {
  const { port: echo } = await startEcho();
  const started = await startBridge(echo, { http2: true, allowOrigins: [APP], ...options });
  const { port } = started;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const first = await request(
    port,
    `${method} /path HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`,
  );
  const own = { ':method': method, ':path': '/path', ':authority': 'localhost', ...headers };
  const second = await askH2(await openH2(port), own);
  const names = ['websock-diagnose', 'access-control-allow-origin', 'cache-control'];
  const shown = (get: (name: string) => unknown) => names.map(get);
  expect([second.status, second.body, shown((name) => second.headers[name])]).toEqual([
    first.status,
    first.body,
    shown((name) => first.headers.get(name)),
  ]);
  return { status: first.status, body: first.body, get: (name) => first.headers.get(name) };
}

test('what a WebSocket would get', async () => {
  const { status, body, get } = await ask(FIELD);
  expect([status, body, get('websock-diagnose'), get('cache-control')]).toEqual([
    200,
    'A WebSocket would be accepted.\n',
    '1',
    'no-store',
  ]);
  const away = { target: { host: '127.0.0.1', port: await freePort() } };
  expect((await ask(FIELD, away)).status).toBe(502);
  const denied = { authenticate: () => ({ status: 403, message: 'Not you.' }) };
  expect((await ask(FIELD, denied)).body).toBe('Not you.\n');
});

test('an ordinary request gets what it got before', async () => {
  const { status, get } = await ask({});
  expect([status, get('websock-diagnose')]).toEqual([405, undefined]);
  expect((await ask({}, {}, 'OPTIONS')).status).toBe(405);
});

test('only the pages of allowed origins may ask, and read the answer', async () => {
  const preflight = { 'access-control-request-headers': 'websock-diagnose' };
  const allowed = await ask({ ...preflight, origin: APP }, {}, 'OPTIONS');
  expect([allowed.status, allowed.get('access-control-allow-origin')]).toEqual([200, APP]);
  expect(allowed.get('access-control-allow-headers')).toBe('Websock-Diagnose');
  const foreign = await ask({ ...preflight, origin: 'https://evil.example' }, {}, 'OPTIONS');
  expect([foreign.status, foreign.get('access-control-allow-origin')]).toEqual([403, undefined]);
  const answer = await ask({ ...FIELD, origin: APP });
  expect([answer.status, answer.get('access-control-allow-origin')]).toEqual([200, APP]);
  const refused = await ask({ ...FIELD, origin: 'https://evil.example' });
  expect([refused.status, refused.get('access-control-allow-origin')]).toEqual([403, undefined]);
});

test('the target sees only a connection that ends', async () => {
  const target = await startEcho();
  const { port, lines } = await startBridge(target.port);
  await request(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nWebsock-Diagnose: 1\r\n\r\n');
  const socket = await target.accept();
  if (!socket.destroyed) await once(socket, 'close');
  expect(socket.bytesRead).toBe(0);
  expect(lines.join()).not.toContain('opened');
});
