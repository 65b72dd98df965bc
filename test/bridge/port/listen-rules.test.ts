/**
 * Several ports and sockets of one bridge, each with rules of its own.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { type Bridge, createBridge, type BridgeOptions } from '../../../src/bridge/index.js';
import { handshake, openSocket, readAll, startBridge, startTarget } from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';
import { askH2, openH2 } from '../../helpers/h2.js';
import { lacking } from '../../helpers/need.js';

const GET = 'GET /healthz HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n';
const SSH = 'SSH-2.0-test\r\n';
const PROXY = 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n';

/** Sends a text on a connection, and resolves with the first line of the answer. */
async function say(socket: Socket, text: string): Promise<string> {
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(text);
  const [line = ''] = String(await readAll(socket)).split('\r\n');
  socket.destroy();
  return line;
}

const sayAt = async (port: number, text: string) => say(await openSocket(port), text);
const sayInTls = (port: number, text: string) =>
  say(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }), text);
const portOf = async (bridge: Bridge, rules?: string) =>
  (await bridge.listen(0, '127.0.0.1', rules)).port;

/** Starts a target that answers the first bytes with its name, and ends. */
const answering = (name: string) =>
  startTarget((socket) => socket.once('data', () => socket.end(`${name}\r\n`)));

test.skipIf(lacking('openssl'))(
  'each listener has its own rules, the others those of the bridge',
  async () => {
    const [target, ssh] = [await answering('target'), await answering('ssh')];
    const path = join(makeDirectory(), 'socket');
    const { bridge, port, logged } = await startBridge(target.port, {
      tls: { ...makeCertificate(makeDirectory(), 'one'), only: true },
      fallback: { host: '127.0.0.1', port: ssh.port },
      trustProxies: ['unix'],
      web: 'test',
      listenRules: {
        plain: { tls: { only: false, redirectHttp: true } },
        proxied: { tls: { only: false }, proxyProtocol: true, http2: true },
        raw: { raw: true },
      },
    });
    const plain = await portOf(bridge, 'plain');
    const another = await portOf(bridge, 'plain');
    const raw = await portOf(bridge, 'raw');
    expect(await bridge.listen({ path, rules: 'proxied' })).toMatchObject({ path });

    expect(await sayAt(port, GET)).toBe('');
    expect(await sayAt(port, SSH)).toBe('ssh');
    expect(await sayInTls(port, GET)).toBe('HTTP/1.1 200 OK');
    for (const each of [plain, another]) {
      expect(await sayAt(each, GET)).toBe('HTTP/1.1 308 Permanent Redirect');
      expect(await sayAt(each, SSH)).toBe('ssh');
      expect(await sayInTls(each, GET)).toBe('HTTP/1.1 200 OK');
    }
    expect(await sayInTls(raw, GET)).toBe('target');
    expect(await say(connectSocket(path), PROXY + GET)).toBe('HTTP/1.1 200 OK');
    expect(await say(connectSocket(path), GET)).toBe('');
    await logged(/400, Expected a valid PROXY header/);
    const visit = handshake({ Origin: 'http://localhost:2' });
    expect(await say(connectSocket(path), PROXY + visit)).toBe('HTTP/1.1 403 Forbidden');
    await logged(/refused: 192\.0\.2\.1:1, .*403/);
  },
);

test('HTTP/2 at one listener alone', async () => {
  const { bridge, port } = await startBridge(1, { listenRules: { new: { http2: true } } });
  const session = await openH2(await portOf(bridge, 'new'));
  expect((await askH2(session, { ':path': '/healthz' })).status).toBe(200);
  expect(await sayAt(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
});

test('limits count the connections of all listeners', async () => {
  const { bridge, port } = await startBridge(1, { maxConnections: 2, listenRules: { x: {} } });
  const other = await portOf(bridge, 'x');
  await openSocket(port);
  await openSocket(other);
  for (const each of [port, other]) expect(await sayAt(each, GET)).toMatch(/^HTTP\/1\.1 503/);
});

test('a bridge that takes over keeps the rules of each listener, and refuses if it has none', async () => {
  const [one, two] = [await answering('one'), await answering('two')];
  const options = ({ port }: { port: number }): BridgeOptions => ({
    target: { host: '127.0.0.1', port: 1 },
    listenRules: { ssh: { fallback: { host: '127.0.0.1', port } } },
  });
  const { bridge, port } = await startBridge(1, options(one));
  const ssh = await portOf(bridge, 'ssh');
  expect(await sayAt(ssh, SSH)).toBe('one');
  const without = createBridge({ target: { host: '127.0.0.1', port: 1 } });
  expect(() => bridge.handOver(without)).toThrow(
    new RangeError('Cannot use the rules "ssh": there are none of that name'),
  );
  expect(await sayAt(ssh, SSH)).toBe('one');
  const next = createBridge(options(two));
  onTestFinished(() => next.close());
  bridge.handOver(next);
  expect(await sayAt(ssh, SSH)).toBe('two');
  expect(await sayAt(port, SSH)).toMatch(/^HTTP\/1\.1 400/);
  await expect(next.listen(0, '127.0.0.1', 'mail')).rejects.toThrow('the rules "mail"');
});

test.each<[string, string, Partial<BridgeOptions>]>([
  ['tls', 'has no certificate', { listenRules: { x: { tls: { only: true } } } }],
  ['silenceTimeout', 'without a fallback', { listenRules: { x: { silenceTimeout: 1 } } }],
  ['proxyProtocol', 'no proxy is trusted', { listenRules: { x: { proxyProtocol: true } } }],
  ['fallback', 'expected a path', { listenRules: { x: { fallback: { path: '' } } } }],
  [
    'raw',
    'authentication needs requests',
    { authenticate: () => true, listenRules: { x: { raw: true } } },
  ],
])('own rules that can not hold: %s', (option, message, options) => {
  expect(() => createBridge({ target: { host: '127.0.0.1', port: 1 }, ...options })).toThrow(
    expect.objectContaining({
      option: `listenRules.x.${option}`,
      message: expect.stringContaining(message),
    }),
  );
});

test('a connection that was accepted elsewhere, by rules', async () => {
  const ssh = await answering('ssh');
  const { bridge } = await startBridge(1, {
    listenRules: { ssh: { fallback: { host: '127.0.0.1', port: ssh.port } } },
  });
  const { port, sockets } = await startTarget((socket) => bridge.serve(socket, 'ssh'));
  expect(await sayAt(port, SSH)).toBe('ssh');
  expect(() => bridge.serve(sockets[0]!, 'mail')).toThrow(RangeError);
});
