/**
 * The proxies of docs/bridge.md as real programs, with TLS in front of them and our command behind; and two bridges behind
 * one balancer, with tokens in Redis.
 */
import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type WebSocket from 'ws';
import { startRedis } from '../../helpers/access.js';
import { closeCode, startEcho } from '../../helpers/bridge.js';
import { listenCommand, makeCertificate, makeDirectory } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';
import {
  healthOf,
  NAME,
  opener,
  type Start,
  startCaddy,
  startHaproxy,
  startNginx,
} from '../../helpers/proxies.js';

/** Starts a bridge in front of an echo server, and a proxy in front of the bridge. */
async function prepare(start: Start, args: readonly string[], changes = {}) {
  const target = await startEcho();
  const words = ['--allow-host', NAME, '--max-connections-per-address', '0'];
  const bridge = await listenCommand('-v', ...words, ...args, '0', `127.0.0.1:${target.port}`);
  const files = makeCertificate(makeDirectory(), NAME);
  const proxy = await start({ targets: [bridge.port], ...files, changes });
  onTestFinished(() => proxy.stop());
  return { target, bridge, open: opener(proxy, files.cert) };
}

/** Sends a megabyte and waits for all of it to come back. */
async function echoThrough(ws: WebSocket): Promise<void> {
  const sent = randomBytes(1024 * 1024);
  const received: Buffer[] = [];
  const all = new Promise<void>((resolve) => {
    ws.on('message', (data: Buffer) => {
      received.push(data);
      if (Buffer.concat(received).length >= sent.length) resolve();
    });
  });
  for (let at = 0; at < sent.length; at += 65_536) ws.send(sent.subarray(at, at + 65_536));
  await all;
  ws.removeAllListeners('message');
  expect(Buffer.concat(received).equals(sent)).toBe(true);
}

/** Each proxy with the change that shortens its timeout for quiet connections, if it has one. */
const PROXIES: readonly (readonly [name: string, start: Start, quiet?: Record<string, string>])[] =
  [
    ['nginx', startNginx, { 'proxy_read_timeout 60s': 'proxy_read_timeout 1s' }],
    ['haproxy', startHaproxy, { 'timeout tunnel 1h': 'timeout tunnel 1s' }],
    ['caddy', startCaddy],
  ];

const noOpenssl = lacking('openssl');

for (const [name, start, quiet] of PROXIES) {
  const reason = noOpenssl ?? lacking(name);
  describe.skipIf(reason)(`behind ${name}${reason ? ` (${reason})` : ''}`, () => {
    test('carries bytes both ways, and the close', async () => {
      const { bridge, open } = await prepare(start, []);
      const ws = await open();
      await echoThrough(ws);
      ws.close();
      await closeCode(ws);
      expect(await bridge.says(/#1 closed: /)).toMatch(/1048576 bytes up, 1048576 down/);
    });

    test('the ends of the target and of the bridge reach the client', async () => {
      const { bridge, open, target } = await prepare(start, []);
      const [one, other] = [await open(), await open()];
      target.sockets[0]?.end();
      expect(await closeCode(one)).toBe(1000);
      const closed = closeCode(other);
      bridge.child.kill('SIGINT');
      expect(await closed).toBe(1001);
    });

    test('Host and Origin are judged by the bridge; an address in a header counts for nothing', async () => {
      const { bridge, open } = await prepare(start, []);
      await open('/websockify', { 'X-Forwarded-For': '192.0.2.1' });
      await bridge.says(/#1 opened: 127\.0\.0\.1:/);
      const Origin = 'https://evil.example';
      await expect(open('/websockify', { Origin })).rejects.toThrow('403');
      await expect(open('/elsewhere')).rejects.toThrow(/\b(4\d\d|503|200)$/);
      expect(bridge.said()).not.toContain('192.0.2.1');
    });

    test('a target that is down: 502', async () => {
      const away = await listenCommand('--allow-host', NAME, '0', '127.0.0.1:1');
      const files = makeCertificate(makeDirectory(), NAME);
      const proxy = await start({ targets: [away.port], ...files });
      onTestFinished(() => proxy.stop());
      await expect(opener(proxy, files.cert)()).rejects.toThrow('502');
    });

    if (!quiet) return;
    test('a quiet session lasts if its heartbeat is faster than the timeout', async () => {
      const beating = await prepare(start, ['--heartbeat', '0.2'], quiet);
      const ws = await beating.open();
      let pings = 0;
      ws.on('ping', () => (pings += 1));
      await vi.waitFor(() => expect(pings).toBeGreaterThan(12), 10_000);
      await echoThrough(ws);
      const silent = await prepare(start, ['--heartbeat', '0'], quiet);
      expect(await closeCode(await silent.open())).toBe(1006);
    });
  });
}

const lacks = noOpenssl ?? lacking('haproxy', 'redis-server');
test.skipIf(lacks)(`two bridges behind one balancer${lacks ? ` (${lacks})` : ''}`, async () => {
  const target = await startEcho();
  const redis = await startRedis();
  const token = randomBytes(16).toString('base64url');
  const handOut = async () => {
    const client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    await client.connect();
    await client.set(`vnc:${token}`, `127.0.0.1:${target.port}`, { EX: 60 });
    client.destroy();
  };
  await handOut();

  const source = [
    '--token-plugin',
    'TokenRedis',
    '--token-source',
    `127.0.0.1:${redis.port}:0::vnc`,
  ];
  const limits = ['--allow-network', '127.0.0.0/8', '--max-connections-per-address', '0'];
  const args = ['-v', ...source, ...limits, '--max-failures', '0', '--allow-host', NAME, '0'];
  const bridges = [await listenCommand(...args), await listenCommand(...args)] as const;
  const files = makeCertificate(makeDirectory(), NAME);
  const proxy = await startHaproxy({ targets: bridges.map(({ port }) => port), ...files });
  onTestFinished(() => proxy.stop());
  await vi.waitFor(async () => expect(await healthOf(proxy)).toEqual(['L7OK', 'L7OK']), 10_000);

  const open = opener(proxy, files.cert);
  const path = `/websockify?token=${token}`;
  await echoThrough(await open(path));
  await echoThrough(await open(path));
  for (const bridge of bridges) await bridge.says(/#1 opened: /);
  await expect(open('/websockify?token=unknown')).rejects.toThrow('403');

  // One bridge goes away: the other takes every new client.
  bridges[0].child.kill('SIGTERM');
  await bridges[0].ended;
  for (let i = 0; i < 4; i += 1) await echoThrough(await open(path));

  // Without Redis, new clients get 503 until it returns, and sessions go on.
  const running = await open(path);
  await redis.stop();
  await expect(open(path)).rejects.toThrow('503');
  await echoThrough(running);
  await redis.start();
  await handOut();
  await echoThrough(await open(path));
});
