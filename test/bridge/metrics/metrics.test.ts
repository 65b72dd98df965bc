/**
 * `--metrics`, as Prometheus sees it. Needs `npm run build`.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  closeCode,
  flood,
  handshake,
  openClient,
  openSocket,
  request,
  startEcho,
  startSilentPort,
  startTarget,
} from '../../helpers/bridge.js';
import { listenCommand, makeDirectory, startCommand } from '../../helpers/command.js';
import { openFlow } from '../../helpers/flow/bridged.js';
import { cuttable } from '../../helpers/flow/cuttable.js';
import { lacking } from '../../helpers/need.js';
import { dashboardQueries, lint, query, startPrometheus } from '../../helpers/prometheus.js';

/** Starts a bridge to a port; `metricsPort` is the port of its metrics. */
async function measuredAt(target: number, ...args: string[]) {
  const command = await listenCommand('--metrics', '0', ...args, '0', `127.0.0.1:${target}`);
  const [, port = ''] = /Metrics at http:\/\/127\.0\.0\.1:(\d+)\/metrics\n/.exec(command.said())!;
  return { ...command, metricsPort: Number(port) };
}

/** Starts a bridge with metrics to an echo server. */
async function measured(...args: string[]) {
  return measuredAt((await startEcho()).port, ...args);
}

const get = (path: string, host = 'localhost', method = 'GET') =>
  `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

/** The samples of the bridge itself: `name{labels}` and the value. */
async function scrape(port: number): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('websock_bridge_'));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(/\S+$/.exec(line))]));
}

/** Sends `size` bytes and waits until all are back. */
async function exchange(ws: Awaited<ReturnType<typeof openClient>>, size: number): Promise<void> {
  let received = 0;
  const all = new Promise<void>((resolve) => {
    ws.on('message', (data: Buffer) => {
      received += data.length;
      if (received === size) resolve();
    });
  });
  ws.send(Buffer.alloc(size));
  await all;
}

/** Ends a session and waits until the bridge has seen it. */
async function leave(ws: Awaited<ReturnType<typeof openClient>>, code: number): Promise<void> {
  ws.close(code);
  await once(ws, 'close');
}

test('sessions, open and over, and their bytes', async () => {
  const { port, metricsPort, says } = await measured('-v');
  const [one, other] = [await openClient(port), await openClient(port)];
  await exchange(one, 1_000);
  const during = await scrape(metricsPort);
  expect(during.get('websock_bridge_sessions_open')).toBe(2);
  expect(during.get('websock_bridge_bytes_total{direction="up"}')).toBe(1_000);
  expect(during.get('websock_bridge_bytes_total{direction="down"}')).toBe(1_000);
  expect(during.get('websock_bridge_dial_seconds_count')).toBe(2);
  expect(during.get('websock_bridge_handshake_seconds_count')).toBe(2);
  expect(during.get('websock_bridge_session_seconds_count')).toBe(0);
  await leave(one, 1000);
  await leave(other, 4321);
  await says(/#1 closed[^]*#2 closed|#2 closed[^]*#1 closed/);
  const after = await scrape(metricsPort);
  expect(after.get('websock_bridge_sessions_open')).toBe(0);
  expect(after.get('websock_bridge_sessions_total{code="1000"}')).toBe(1);
  // A client cannot invent a label.
  expect(after.get('websock_bridge_sessions_total{code="other"}')).toBe(1);
  expect(after.get('websock_bridge_bytes_total{direction="up"}')).toBe(1_000);
  expect(after.get('websock_bridge_session_seconds_count')).toBe(2);
});

test('suspended sessions that resumed and that did not, and plain requests', async () => {
  const { port, metricsPort } = await measured('--linger', '3');
  const cutter = await cuttable(port);
  onTestFinished(() => cutter.close());
  const sock = await openFlow(cutter.port);
  const resumed = sock.once('resumed');
  cutter.cut();
  await resumed;
  const counts = async () => {
    const all = await scrape(metricsPort);
    const names = ['suspended_total', 'resumed_total', 'expired_total', 'sessions_suspended'];
    return names.map((name) => all.get(`websock_bridge_${name}`));
  };
  await expect.poll(counts).toEqual([1, 1, 0, 0]);
  cutter.close();
  await expect.poll(counts).toEqual([2, 1, 0, 1]);
  await expect.poll(counts).toEqual([2, 1, 1, 0]);
  expect((await request(port, get('/healthz'))).status).toBe(200);
  const requests = 'websock_bridge_requests_total{status="200"}';
  await expect.poll(async () => (await scrape(metricsPort)).get(requests)).toBe(1);
});

test('how long each side waited for the other to accept more', async () => {
  const target = await startTarget(flood);
  const { port, metricsPort } = await measuredAt(target.port);
  const sample = async (name: string) => (await scrape(metricsPort)).get(`websock_bridge_${name}`)!;
  const stalled = (direction: string) => sample(`stalled_seconds_total{direction="${direction}"}`);
  /** Resolves when nothing moves any more. */
  const stands = async (direction: string) => {
    let before = 0;
    const moved = async () => {
      const now = await sample(`bytes_total{direction="${direction}"}`);
      return now - before + Number((before = now) === 0);
    };
    await expect.poll(moved, { interval: 100 }).toBe(0);
  };

  const client = await openClient(port);
  client.pause();
  await stands('down');
  expect(await stalled('down')).toBe(0);
  client.terminate();
  target.sockets[0]!.destroy();
  await expect.poll(() => stalled('down')).toBeGreaterThan(0);
  expect(await stalled('up')).toBe(0);

  const sender = await openClient(port);
  await expect.poll(() => target.sockets.length).toBe(2);
  target.sockets[1]!.pause();
  for (let sent = 0; sent < 32; sent++) sender.send(Buffer.alloc(1_000_000));
  await stands('up');
  sender.terminate();
  target.sockets[1]!.destroy();
  await expect.poll(() => stalled('up')).toBeGreaterThan(0);
});

test('clients that leave before their answer', async () => {
  const { port, metricsPort } = await measuredAt(await startSilentPort());
  const client = await openSocket(port);
  client.write(handshake());
  // By the time the next connection has its answer, the bridge has taken the upgrade.
  await request(port, get('/'));
  client.destroy();
  const left = async () => (await scrape(metricsPort)).get('websock_bridge_left_total');
  await expect.poll(left).toBe(1);
});

test('errors outside sessions', async () => {
  const target = await startTarget((socket) => socket.end(Buffer.alloc(100_000)));
  const path = join(makeDirectory(), 'desk');
  const limited = ['--record', path, '--record-limit', '1024'];
  const { port, metricsPort } = await measuredAt(target.port, ...limited);
  await closeCode(await openClient(port));
  const errors = async () => (await scrape(metricsPort)).get('websock_bridge_errors_total');
  await expect.poll(errors).toBe(1);
});

test('refusals by kind, whatever the client says', async () => {
  const { port, metricsPort } = await measured('--max-connections-per-address', '9');
  for (const host of ['evil.example', 'other.example']) {
    expect((await request(port, handshake({ Host: host }))).status).toBe(403);
  }
  expect((await request(port, handshake({ Origin: 'https://evil.example' }))).status).toBe(403);
  expect((await request(port, handshake({ 'Sec-WebSocket-Key': 'x' }))).status).toBe(400);
  for (let i = 0; i < 9; i++) await openSocket(port);
  expect((await request(port, '')).status).toBe(429);
  const seen = [...(await scrape(metricsPort))].filter(([name]) => name.includes('refusals'));
  expect(Object.fromEntries(seen)).toEqual({
    'websock_bridge_refusals_total{status="403",reason="host"}': 2,
    'websock_bridge_refusals_total{status="403",reason="origin"}': 1,
    'websock_bridge_refusals_total{status="400",reason="bad_request"}': 1,
    'websock_bridge_refusals_total{status="429",reason="too_many_from_address"}':
      expect.any(Number),
  });
});

test('the port of the metrics', async () => {
  const { metricsPort, port } = await measured('--allow-host', 'Bridge.example');
  for (const [path, host, method, status] of [
    ['/metrics', 'localhost', 'GET', 200],
    ['/metrics?x=1', '127.0.0.1:1', 'GET', 200],
    ['/metrics', 'bridge.example', 'GET', 200],
    ['/metrics', 'localhost', 'HEAD', 200],
    ['/metrics', 'evil.example', 'GET', 403],
    ['/', 'localhost', 'GET', 404],
    ['/metrics', 'localhost', 'POST', 405],
  ] as const) {
    const answer = await request(metricsPort, get(path, host, method));
    expect([path, host, method, answer.status]).toEqual([path, host, method, status]);
    const isThere = answer.body.includes('websock_bridge_sessions_open 0');
    expect(isThere).toBe(status === 200 && method === 'GET');
  }
  expect((await request(port, get('/metrics'))).status).toBe(405);
});

test('a port that is in use: exit code 1', async () => {
  const { metricsPort } = await measured();
  const { ended, said } = startCommand('--metrics', String(metricsPort), '0', 'localhost:1');
  expect(await ended).toBe(1);
  expect(said()).toBe(
    `websock-bridge: Cannot listen on 127.0.0.1:${metricsPort}: the port is in use\n`,
  );
});

const noPrometheus = lacking('prometheus', 'promtool');
describe.skipIf(noPrometheus)(`Prometheus${noPrometheus ? ` (${noPrometheus})` : ''}`, () => {
  test('scrapes it, and answers every query of the dashboard', async () => {
    const { port, metricsPort, child, ended } = await measured();
    const prometheus = await startPrometheus(metricsPort);
    onTestFinished(prometheus.stop);
    // The first sample is older than the session: otherwise there would be no rate.
    await query(prometheus.port, 'websock_bridge_sessions_open', (value) => value === 0);
    const ws = await openClient(port);
    await exchange(ws, 100_000);
    await leave(ws, 1000);
    await openClient(port);
    await request(port, handshake({ Host: 'evil.example' }));

    expect(lint(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text())).toBe('');
    await query(prometheus.port, 'sum(websock_bridge_bytes_total)', (value) => value === 200_000);
    const queries = dashboardQueries();
    expect(queries.length).toBeGreaterThan(10);
    for (const each of queries) await query(prometheus.port, each);
    await query(prometheus.port, 'websock_bridge_sessions_open', (value) => value === 1);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await query(prometheus.port, 'up', (value) => value === 0);
  });
});
