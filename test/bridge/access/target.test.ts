/**
 * Targets that a function chooses, and who may ask for one.
 */
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Authenticate, TargetSource } from '../../../src/bridge/index.js';
import { countDials } from '../../helpers/access.js';
import {
  handshake,
  openClient,
  request,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';

test('a function tells the target of each request', async () => {
  const target = await startTarget();
  const { port } = await startBridge(0, {
    target: ({ url }) =>
      new URL(url).pathname === '/' ? { host: '127.0.0.1', port: target.port } : undefined,
  });
  await openClient(port);
  expect(target.sockets).toHaveLength(1);
  const other = handshake().replace('GET / ', 'GET /other ');
  expect(await request(port, other)).toMatchObject({ status: 403, body: 'Not allowed.\n' });
});

test.each([
  ['undefined', () => undefined, 403, 'Not allowed.'],
  ['a refusal', () => ({ status: 429, message: 'Slow down.' }), 429, '429, Slow down.'],
  ['an exception', () => Promise.reject(new Error('a\nb')), 500, '500, "a\\u000ab"'],
  ['nothing in time', () => new Promise<undefined>(() => {}), 504, 'no answer within 100 ms'],
])('a target function that gives %s', async (_, target, status, logged) => {
  const { port, lines } = await startBridge(0, { target, connectTimeout: 100 });
  expect((await request(port, handshake())).status).toBe(status);
  expect(lines[0]).toContain(logged);
});

test('a client that is not authenticated reaches no target', async () => {
  const target = await startTarget();
  const realm = { 'WWW-Authenticate': 'Basic realm="bridge"' };
  const { port } = await startBridge(target.port, {
    authenticate: ({ headers }) =>
      headers.get('authorization') === 'yes' || {
        status: 401,
        message: 'Who are you?',
        headers: realm,
      },
  });
  const refused = await request(port, handshake());
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toBe('Basic realm="bridge"');
  expect(target.sockets).toHaveLength(0);
});

/** What a user's function may return by mistake; JavaScript does not prevent it. */
const MISTAKES: readonly (readonly [name: string, answer: () => unknown, status: number])[] = [
  ['nothing', () => undefined, 403],
  ['false', () => false, 403],
  ['null', () => null, 403],
  ['a text', () => 'no', 403],
  ['a number', () => 7, 403],
  ['an empty object', () => ({}), 403],
  ['a status that is none', () => ({ status: 'no', message: 'x' }), 500],
  ['a status of success', () => ({ status: 200, message: 'x' }), 500],
  ['no message', () => ({ status: 401 }), 500],
  [
    'headers that would be two',
    () => ({ status: 401, message: 'x', headers: { A: 'b\r\nC: d' } }),
    500,
  ],
  [
    'a length of its own',
    () => ({ status: 401, message: 'x', headers: { 'content-length': '9' } }),
    500,
  ],
  ['a status without a body', () => ({ status: 304, message: 'x' }), 500],
  ['a detail that is no text', () => ({ status: 401, message: 'x', detail: 5 }), 401],
  ['an exception without a text', () => Promise.reject(Object.create(null) as Error), 500],
  ['a symbol as an exception', () => Promise.reject(Symbol('x') as never), 500],
  ['nothing in time', () => new Promise(() => {}), 504],
];

test.each(MISTAKES)('an authenticator that gives %s lets nobody in', async (_, answer, status) => {
  const target = await startTarget();
  const { port, lines } = await startBridge(target.port, {
    authenticate: answer as Authenticate,
    web: 'docs',
    webAuth: true,
    connectTimeout: 100,
  });
  const get = 'GET /bridge.md HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  expect((await request(port, handshake())).status).toBe(status);
  expect((await request(port, get)).status).toBe(status === 504 ? 500 : status);
  expect(target.sockets).toHaveLength(0);
  expect(lines.every((line) => /^[\x20-\x7e]+$/.test(line))).toBe(true);
});

test.each([
  ...MISTAKES.filter(([name]) => !['false', 'null', 'a text', 'a number'].includes(name)),
  ['a text instead of an address', () => '127.0.0.1:1', 500] as const,
  ['a host alone', () => ({ host: '127.0.0.1' }), 500] as const,
  ['a port that is none', () => ({ host: '127.0.0.1', port: 1e9 }), 500] as const,
  ['a port alone', () => ({ port: 1 }), 500] as const,
  ['an empty host', () => ({ host: '', port: 1 }), 500] as const,
  ['a host of null', () => ({ host: null, port: 1 }), 500] as const,
  // The system would end the name at the NUL, and connect to another host.
  ['a host with a NUL', () => ({ host: '127.0.0.1\0.example', port: 1 }), 500] as const,
  ['a port of NaN', () => ({ host: '127.0.0.1', port: NaN }), 500] as const,
  ['a port of 0', () => ({ host: '127.0.0.1', port: 0 }), 500] as const,
  ['a path of null', () => ({ path: null }), 500] as const,
  ['an empty path', () => ({ path: '' }), 500] as const,
  ['no addresses', () => ({ host: 'a', port: 1, addresses: [] }), 500] as const,
  ['addresses that are none', () => ({ host: 'a', port: 1, addresses: ['::1'] }), 500] as const,
  [
    'a member that throws',
    () => ({
      get host(): string {
        throw new Error('no');
      },
    }),
    500,
  ] as const,
  ['a path with a NUL', () => ({ path: '/tmp/a\0b' }), 502] as const,
  ['a path that is cut', () => ({ path: `/tmp/${'x'.repeat(200)}` }), 502] as const,
])('a target function that gives %s, by mistake', async (name, answer, status) => {
  const target = answer as TargetSource;
  const { port, lines } = await startBridge(0, { target, connectTimeout: 100 });
  const dials = countDials();
  const wanted = name === 'an empty object' ? 500 : status;
  expect((await request(port, handshake())).status).toBe(wanted);
  expect(lines[0]).toMatch(/^[\x20-\x7e]+$/);
  // The only connection is the test's own.
  expect(dials()).toBe(1);
});

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('the disk is full');
    },
  ],
  ['throws nothing', () => Promise.reject(null as unknown as Error)],
  ['rejects', () => Promise.reject(new Error('the disk is full'))],
])('a log or traffic function that %s loses its lines, and causes one warning', async (_, fail) => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const { port } = await startBridge((await startEcho()).port, { log: fail, traffic: fail });
  for (let i = 0; i < 2; i += 1) {
    const client = await openClient(port, ['binary']);
    client.send(Buffer.from('word'));
    await once(client, 'message');
    expect((await request(port, handshake({ Origin: 'null' }))).status).toBe(403);
  }
  expect(warned.mock.calls.map(([text]) => String(text).split(' failed:')[0])).toEqual([
    "The bridge's log function",
    "The bridge's traffic function",
  ]);
});

test('what a function says about a client stays on one log line', async () => {
  const { port, lines } = await startBridge(0, {
    target: () => ({ status: 403, message: 'a\nb\x1b[2J\u2028' }),
  });
  await request(port, handshake());
  expect(lines[0]).toContain('403, a\\u000ab\\u001b[2J\\u2028');
});
