/**
 * The diagnosis, against real servers and proxies with one fault each. Tests that need a browser are in test/long.
 */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { diagnose, type DiagnoseOptions, type Diagnosis } from '../../src/diagnose/index.js';
import { startBridge, startEcho, startSilentPort } from '../helpers/bridge.js';
import { lacking } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';
import { nginxArguments, nginxAround, startServer } from '../helpers/servers.js';

const look = (port: number, options: DiagnoseOptions = {}): Promise<Diagnosis> =>
  diagnose(`ws://127.0.0.1:${port}/path`, { WebSocket, timeout: 2_000, ...options });

/** nginx in front of a port, with additional directives. */
async function startNginx(target: number, ...directives: string[]): Promise<number> {
  const proxy = await startServer(
    'nginx',
    (port, dir) => {
      const pass = [`proxy_pass http://127.0.0.1:${target};`, ...directives].join('\n');
      const server = `server { listen 127.0.0.1:${port}; location / { ${pass} } }`;
      return nginxAround(server, dir);
    },
    nginxArguments,
  );
  onTestFinished(() => proxy.stop());
  return proxy.port;
}

const WITH_UPGRADE = [
  'proxy_http_version 1.1;',
  'proxy_set_header Upgrade $http_upgrade;',
  'proxy_set_header Connection upgrade;',
];

/** A buffering proxy: it passes on the handshake's answer and holds back all bytes after it. */
async function startBuffer(target: number): Promise<number> {
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    client.on('error', () => {}).pipe(upstream);
    upstream.on('error', () => {});
    let held = Buffer.alloc(0);
    let isOpen = false;
    upstream.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      const end = held.indexOf('\r\n\r\n') + 4;
      if (isOpen || end < 4) return;
      isOpen = true;
      client.write(held.subarray(0, end));
      held = held.subarray(end);
    });
    client.on('close', () => upstream.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function startHttp(listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('finds nothing in the way, with flow and without', async () => {
  const target = await startEcho();
  const { port, lines } = await startBridge(target.port);
  expect(await look(port)).toEqual({
    cause: 'none',
    message: 'Nothing is in the way.',
    url: `ws://127.0.0.1:${port}/path`,
  });
  expect(lines.join('\n')).not.toContain('suspended');
  expect((await look((await startBridge(target.port, { linger: 0 })).port)).cause).toBe('none');
  const own = { protocols: 'v1.flow.websock' };
  expect((await look(port, own)).cause).toBe('none');
});

test('finds nothing wrong with a server that accepts any subprotocol', async () => {
  const handleProtocols = ([first = '']: Set<string>) => first;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols });
  onTestFinished(() => server.close());
  await once(server, 'listening');
  expect((await look((server.address() as AddressInfo).port)).cause).toBe('none');
});

test.each([['no URL'], ['ftp://bridge.example'], ['ws://']])(
  '%s is not an address',
  async (url) => {
    expect(await diagnose(url, { WebSocket })).toMatchObject({ cause: 'address', url });
  },
);

test('nothing listens', async () => {
  const port = await freePort();
  const { cause, message } = await look(port);
  expect([cause, message]).toEqual([
    'unreachable',
    `Nothing answers at ws://127.0.0.1:${port}/path, or the browser does not trust its certificate.`,
  ]);
});

test('nothing answers', async () => {
  expect((await look(await startSilentPort(), { timeout: 300 })).cause).toBe('silent');
});

test('a refusal by the bridge is reported with its status and reason', async () => {
  const { port } = await startBridge(await freePort());
  const away = {
    cause: 'refused',
    status: 502,
    reason: 'The target is not accepting connections.',
    message: 'The bridge refuses with 502: The target is not accepting connections.',
  };
  expect(await look(port)).toMatchObject(away);
  const authenticate = () => ({ status: 403, message: 'Not you.' });
  const other = await startBridge(1, { authenticate });
  expect(await look(other.port)).toMatchObject({ status: 403, reason: 'Not you.' });
});

test('a subprotocol that the server does not support', async () => {
  const { port } = await startBridge((await startEcho()).port);
  expect((await look(port, { protocols: ['mqtt'] })).cause).toBe('subprotocol');
});

const noNginx = lacking('nginx');

test.skipIf(noNginx)('a proxy that drops Upgrade: nginx with proxy_pass alone', async () => {
  const { port, logged } = await startBridge((await startEcho()).port);
  expect(await look(await startNginx(port))).toMatchObject({ cause: 'upgrade', status: 200 });
  await logged(/426, a WebSocket request without Upgrade: a proxy has probably removed it/);
});

test.skipIf(noNginx)('a proxy that cuts an idle connection', async () => {
  const { port } = await startBridge((await startEcho()).port, { heartbeat: 0 });
  const proxy = await startNginx(port, ...WITH_UPGRADE, 'proxy_read_timeout 1s;');
  expect((await look(proxy)).cause).toBe('none');
  const found = await look(proxy, { idle: 20_000 });
  expect(found).toMatchObject({ cause: 'cut', code: 1006 });
  expect(found.after).toBeGreaterThan(900);
  expect(found.after).toBeLessThan(5_000);
  expect(found.message).toMatch(/^The connection is cut after [1-4]\.\d s: /);
});

test('a proxy that holds back what the server sends', async () => {
  const target = await startEcho();
  const { port } = await startBridge(target.port);
  const late = { timeout: 500 };
  const found = await look(await startBuffer(port), late);
  expect(found).toMatchObject({ cause: 'buffering', after: 500 });
  const own = { ...late, protocols: ['v1.flow.websock'] };
  expect((await look(await startBuffer(port), own)).cause).toBe('buffering');
});

test('a web server that is not a bridge', async () => {
  const plain = await startHttp((_, response) => response.writeHead(404).end('Not here'));
  expect(await look(plain)).toMatchObject({ cause: 'no-websocket', status: 404 });
  const login = await startHttp((_, response) =>
    response.writeHead(302, { Location: 'https://login.example/' }).end(),
  );
  expect((await look(login)).cause).toBe('redirected');
});

test('a server that closes at once', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  server.on('connection', (ws) => ws.close(4001, 'Who are you'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await look(port, { idle: 1_000 })).toMatchObject({
    cause: 'closed',
    code: 4001,
    reason: 'Who are you',
  });
});

test.each(['timeout', 'idle'])('refuses an invalid %s', async (name) => {
  await expect(look(1, { [name]: -1 })).rejects.toThrow(
    `Cannot diagnose with the ${name} -1: expected ms from 0 to 2147483647`,
  );
});
