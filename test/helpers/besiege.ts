/**
 * Sends random first bytes to bridges that use every feature of a port, and checks that the bridges come out unharmed.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, vi } from 'vitest';
import type { BridgeOptions } from '../../src/bridge/index.js';
import { Random } from '../fuzz/random.js';
import { openClient, openSocket, readAll, startBridge } from './bridge.js';
import { makeCertificate, makeDirectory } from './command.js';
import { collectGarbage } from './gc.js';
import { askH2, openH2 } from './h2.js';
import { captureHello, firstBytes, say } from './hostile.js';

/** How many clients each bridge has at a time. */
const CLIENTS = 50;
const HEALTH = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** Starts `count` connections with random bytes to three bridges. Each must survive, and serve the next well-behaved client. */
export async function besiege(count: number, firstSeed: number): Promise<void> {
  const echo = await startForgetfulEcho();
  const tls = makeCertificate(makeDirectory(), 'one');
  const fallback = { host: '127.0.0.1', port: echo.port };
  const kinds: Partial<BridgeOptions>[] = [
    { http2: true },
    { http2: true, tls, fallback },
    { http2: true, tls, proxyProtocol: true, trustProxies: ['127.0.0.1'] },
  ];
  const ports: number[] = [];
  for (const options of kinds) {
    ports.push((await startBridge(echo.port, { log: () => {}, ...options })).port);
  }
  const hello = await captureHello();
  let next = firstSeed;
  const attack = async (port: number) => {
    while (next < firstSeed + count) {
      const random = new Random(next);
      next += 1;
      await say(port, firstBytes(random, hello), random);
    }
  };
  await Promise.all(ports.flatMap((port) => Array.from({ length: CLIENTS }, () => attack(port))));
  const [, , proxied = 0] = ports;
  const client = 'PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\r\n';
  await expectHealth(proxied, client);
  // The first two bridges expect no PROXY header.
  for (const port of ports.slice(0, 2)) {
    await expectHealth(port);
    const session = await openH2(port);
    expect((await askH2(session, { ':path': '/healthz' })).status).toBe(200);
    session.close();
    const ws = await openClient(port);
    ws.send(Buffer.from('still here'));
    expect(String(((await once(ws, 'message')) as [Buffer])[0])).toBe('still here');
    ws.terminate();
  }
}

/** A target that sends everything back. Unlike the one of `startEcho`, it keeps no list of its connections. */
async function startForgetfulEcho(): Promise<{ readonly port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).pipe(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return server.address() as AddressInfo;
}

/** Asks for the bridge's health on a connection of its own, and drops it. */
async function expectHealth(port: number, header = ''): Promise<void> {
  const socket = await openSocket(port);
  socket.write(header + HEALTH);
  expect(String(await readAll(socket))).toMatch(/^HTTP\/1\.1 200 /);
  socket.destroy();
}

/** How many sockets this process has, and how many bytes of its heap are in use after a garbage collection. */
async function held(): Promise<{ readonly sockets: number; readonly heap: number }> {
  for (let i = 0; i < 3; i += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const sockets = process
    .getActiveResourcesInfo()
    .filter((name) => /^(?:TCP|TLS)Socket/.test(name)).length;
  return { sockets, heap: process.memoryUsage().heapUsed };
}

/** Besieges them, and checks for leaks. A run with a tenth of `count` comes first, to allocate what is allocated only once. */
export async function besiegeForLeaks(count: number, firstSeed: number): Promise<void> {
  await besiege(count / 10, firstSeed);
  const settle = () =>
    vi.waitFor(
      async () => {
        const now = await held();
        expect(now.sockets).toBe(0);
        return now.heap;
      },
      // Node stops reading from a connection that it has ended for an HTTP/2 error, and so does not see that the client has gone:
      // the streams time out after up to two minutes, and a minute later the connection is closed as idle.
      { timeout: 240_000, interval: 500 },
    );
  const before = await settle();
  await besiege(count, firstSeed + count / 10);
  expect(((await settle()) - before) / 1024 / 1024).toBeLessThan(16);
}
