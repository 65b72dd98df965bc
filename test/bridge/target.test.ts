/**
 * Targets that a function tells, and who may ask.
 */
import { expect, test } from 'vitest';
import { handshake, openClient, request, startBridge, startTarget } from '../helpers/bridge.js';

test('a function tells the target of each request', async () => {
  const target = await startTarget();
  const { port } = await startBridge(0, {
    target: ({ url }) => (url === '/' ? { host: '127.0.0.1', port: target.port } : undefined),
  });
  await openClient(port);
  expect(target.sockets).toHaveLength(1);
  const other = handshake().replace('GET / ', 'GET /other ');
  expect(await request(port, other)).toMatchObject({ status: 403, body: 'Not allowed.\n' });
});

test.each([
  ['undefined', () => undefined, 403, 'Not allowed.'],
  ['a refusal', () => ({ status: 429, message: 'Slow down.' }), 429, '429, Slow down.'],
  ['an exception', () => Promise.reject(new Error('a\nb')), 500, '500, "Error: a\\u000ab"'],
  ['nothing in time', () => new Promise<undefined>(() => {}), 504, 'no answer in 100 ms'],
])('a target function that gives %s', async (_, target, status, logged) => {
  const { port, lines } = await startBridge(0, { target, connectTimeout: 100 });
  expect((await request(port, handshake())).status).toBe(status);
  expect(lines[0]).toContain(logged);
});

test('who is not authenticated reaches no target', async () => {
  const target = await startTarget();
  const headers = { 'WWW-Authenticate': 'Basic realm="bridge"' };
  const { port } = await startBridge(target.port, {
    authenticate: ({ headers: { authorization } }) =>
      authorization === 'yes' || { status: 401, message: 'Who are you?', headers },
  });
  const refused = await request(port, handshake());
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toBe('Basic realm="bridge"');
  expect(target.sockets).toHaveLength(0);
});
