/**
 * The pages of corp-relay-v4, which tell the clients that may connect where the relay is.
 */
import { expect, test } from 'vitest';
import { request, startBridge } from '../../helpers/bridge.js';

const ID = 'abcdefghijklmnop'.repeat(2);
const EXTENSION = `chrome-extension://${ID}`;
const HOST = 'relay.example:8022';

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = await startBridge(1, {
    relayV4: { allowNetworks: ['127.0.0.1'] },
    allowOrigins: [EXTENSION],
    allowHosts: ['relay.example'],
  });
  const all = Object.entries({ Host: HOST, Connection: 'close', ...headers });
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return request(port, `${method} ${path} HTTP/1.1\r\n${lines}\r\n`);
}

test.each(['/endpoint', '/endpoint?host=db', '/cookie?version=2&method=direct'])(
  '%s: the bridge itself, for the page that asks',
  async (path) => {
    const { status, headers, body } = await get(path, { Origin: EXTENSION });
    expect([status, body]).toEqual([200, `)]}'\n{"endpoint":"${HOST}"}`]);
    expect(headers.get('access-control-allow-origin')).toBe(EXTENSION);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await get(path)).headers.has('access-control-allow-origin')).toBe(false);
  },
);

test('method=js-redirect leads back to the extension, by a script that its policy allows', async () => {
  const path = `/cookie?ext=${ID}&path=html/nassh_google_relay.html&version=2&method=js-redirect`;
  const { status, headers, body } = await get(path);
  expect(status).toBe(200);
  const [, url = '', fragment = ''] = /replace\("(.*)#([\w-]+)"\)/.exec(body) ?? [];
  expect(url).toBe(`${EXTENSION}/html/nassh_google_relay.html`);
  expect(JSON.parse(Buffer.from(fragment, 'base64url').toString())).toEqual({ endpoint: HOST });
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'sha256-/,
  );
});

test('method=close closes the window', async () => {
  expect((await get('/cookie?version=2&method=close')).body).toContain('<script>close()</script>');
});

test.each<[string, string, Record<string, string>, number]>([
  [
    'an extension that is not allowed',
    `ext=${'p'.repeat(32)}&path=a.html&method=js-redirect`,
    {},
    403,
  ],
  ['a page that is not allowed', 'method=direct', { Origin: 'https://evil.example' }, 403],
  ['a host that is not allowed', 'method=direct', { Host: 'evil.example' }, 403],
  ['an extension that is a host', 'ext=evil.example&path=a.html&method=js-redirect', {}, 400],
  ['a path that ends the script', `ext=${ID}&path=%22)</script>&method=js-redirect`, {}, 400],
  ['no path', `ext=${ID}&method=js-redirect`, {}, 400],
  ['two extensions', `ext=${ID}&ext=${ID}&path=a.html&method=js-redirect`, {}, 400],
  ['no method', '', {}, 400],
])('%s is refused', async (_, query, headers, status) => {
  expect((await get(`/cookie?version=2&${query}`, headers)).status).toBe(status);
});

test('version 1, another verb, and a bridge without the option', async () => {
  expect((await get(`/cookie?ext=${ID}&path=a.html`)).status).toBe(400);
  expect((await get('/endpoint', {}, 'POST')).status).toBe(405);
  const { port } = await startBridge(1);
  const text = 'GET /endpoint HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  expect((await request(port, text)).status).toBe(405);
});

test('a client that may not connect gets no answer', async () => {
  const { port } = await startBridge(1, {
    relayV4: { allowNetworks: ['127.0.0.1'] },
    authenticate: () => ({
      status: 401,
      message: 'Who?',
      headers: { 'WWW-Authenticate': 'Basic realm="x"' },
    }),
  });
  const text = 'GET /endpoint HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const { status, headers, body } = await request(port, text);
  expect([status, headers.get('www-authenticate'), body]).toEqual([
    401,
    'Basic realm="x"',
    'Who?\n',
  ]);
});
