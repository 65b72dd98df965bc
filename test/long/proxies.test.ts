/**
 * Checks with a Node client what docs/proxies.md says about each proxy. Part of `npm run test:long`; proxies.spec.ts does
 * it with browsers.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect as connectH2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import { closeCode, type RunningBridge, startBridge, startTarget } from '../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../helpers/command.js';
import { lacking } from '../helpers/need.js';
import { needsOf, PROXIES, type ProxyRow, startSquid } from '../helpers/proxy-table.js';

const MB = 1_000_000;
const HELLO = 'hello from the server\r\n';
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Opens a tunnel through a forward proxy; rejects with the proxy's status if it refuses. */
async function tunnel(proxy: number, isH2: boolean, authority: string): Promise<Duplex> {
  if (isH2) {
    const session = connectH2(`https://localhost:${proxy}`, { rejectUnauthorized: false });
    onTestFinished(() => session.destroy());
    const stream = session.request({ ':method': 'CONNECT', ':authority': authority });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    if (headers[':status'] !== 200) throw new Error(String(headers[':status']));
    return stream;
  }
  const socket = connect(proxy, '127.0.0.1');
  socket.on('error', () => {}).write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  const [, status] = /^HTTP\/1\.\d (\d+)/.exec(String(answer)) ?? [];
  if (status !== '200') throw new Error(status);
  return socket;
}

/** A target that greets, a bridge, the proxy, and a function that opens a WebSocket through it. */
async function prepare({ front, bridge: options, start }: ProxyRow) {
  const target = await startTarget((socket) => {
    socket.on('end', () => socket.end()).resume();
    socket.write(HELLO);
  });
  const files = makeCertificate(makeDirectory(), 'vnc.example');
  const running = await startBridge(target.port, {
    allowHosts: ['vnc.example'],
    maxConnectionsPerAddress: 0,
    ...options,
    tls: options.tls ? files : undefined,
  });
  const proxy = await start({ target: running.port, ...files });
  onTestFinished(() => proxy.stop());
  const isForward = front.startsWith('forward');
  const isTls = isForward ? options.tls : front !== 'plain';
  const port = isForward ? running.port : proxy.port;
  const host = isForward ? 'localhost' : 'vnc.example';
  const open = async (headers: Readonly<Record<string, string>> = {}) => {
    const way = isForward
      ? await tunnel(proxy.port, front === 'forward-h2', `127.0.0.1:${port}`)
      : connect(port, '127.0.0.1');
    const ca = readFileSync(files.cert);
    const secure = () =>
      connectTls({ socket: way as Socket, servername: host, ca, ALPNProtocols: ['http/1.1'] });
    const ws = new WebSocket(`${isTls ? 'wss' : 'ws'}://${host}:${port}/websockify`, ['binary'], {
      headers,
      createConnection: () => (isTls ? secure() : (way as Socket)),
    });
    ws.on('error', () => {});
    onTestFinished(() => ws.terminate());
    return ws;
  };
  return { target, running, open };
}

/** Collects everything that a WebSocket receives, from the first byte on. */
function collect(ws: WebSocket) {
  const chunks: Buffer[] = [];
  let length = 0;
  ws.on('message', (data: Buffer) => {
    chunks.push(data);
    length += data.length;
  });
  const until = (count: number) => vi.waitUntil(() => length >= count, 60_000);
  return { until, bytes: () => Buffer.concat(chunks), length: () => length };
}

async function openAll(open: () => Promise<WebSocket>) {
  const ws = await open();
  const got = collect(ws);
  await once(ws, 'open');
  await got.until(HELLO.length);
  return { ws, got };
}

/** Waits for the log line of a session that closed with this code. */
const closedWith = ({ logged }: RunningBridge, code: number) =>
  logged(new RegExp(`closed: ${code}, `));

const noOpenssl = lacking('openssl');

for (const [name, row] of Object.entries(PROXIES)) {
  const reason = noOpenssl ?? lacking(...needsOf(row));
  describe.skipIf(reason)(`${name}${reason ? ` (${reason})` : ''}`, { timeout: 120_000 }, () => {
    test('10 MB each way, the server first', async () => {
      const { target, open } = await prepare(row);
      const { ws, got } = await openAll(open);
      expect(String(got.bytes())).toBe(HELLO);
      const socket = await target.accept();
      const [up, down] = [randomBytes(10 * MB), randomBytes(10 * MB)];
      const received = new Promise<Buffer>((resolve) => {
        const chunks: Buffer[] = [];
        let length = 0;
        socket.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length >= up.length) resolve(Buffer.concat(chunks));
        });
      });
      socket.write(down);
      for (let at = 0; at < up.length; at += 60_000) ws.send(up.subarray(at, at + 60_000));
      expect(hash(await received)).toBe(hash(up));
      await got.until(HELLO.length + down.length);
      expect(hash(got.bytes().subarray(HELLO.length))).toBe(hash(down));
    });

    test('close codes of the client, the target and the bridge', async () => {
      const { target, running, open } = await prepare(row);
      const first = await openAll(open);
      first.ws.close(4001, 'enough');
      await closedWith(running, 4001);
      const second = await openAll(open);
      const ended = closeCode(second.ws);
      for (const socket of target.sockets) socket.end();
      expect(await ended).toBe(1000);
      const third = await openAll(open);
      const left = closeCode(third.ws);
      for (const socket of target.sockets) socket.end();
      expect(await left).toBe(1000);
      const last = await openAll(open);
      const gone = closeCode(last.ws);
      void running.bridge.close();
      expect(await gone).toBe(1001);
    });

    test('a refusal arrives with its text', async () => {
      const { open } = await prepare(row);
      const ws = await open({ Origin: 'https://evil.example' });
      const [, response] = (await once(ws, 'unexpected-response')) as [unknown, IncomingMessage];
      expect([response.statusCode, await text(response)]).toEqual([
        403,
        'Pages from this origin are not allowed (--allow-origin).\n',
      ]);
    });

    test('a client that stops reading stops the target, and gets everything afterwards', async () => {
      const { target, open } = await prepare(row);
      const { ws, got } = await openAll(open);
      const socket = await target.accept();
      ws.pause();
      const all = randomBytes(64 * MB);
      socket.write(all);
      let before = -1;
      await vi.waitFor(
        () => {
          const now = socket.bytesWritten - socket.writableLength;
          const isStill = now === before;
          before = now;
          expect(isStill).toBe(true);
        },
        { timeout: 30_000, interval: 500 },
      );
      expect(before).toBeLessThan(40 * MB);
      ws.resume();
      await got.until(HELLO.length + all.length);
      expect(hash(got.bytes().subarray(HELLO.length))).toBe(hash(all));
    });
  });
}

test('a WebSocket survives 90 s of silence behind every proxy', { timeout: 200_000 }, async () => {
  const rows = Object.entries(PROXIES).filter(
    ([, row]) => !(noOpenssl ?? lacking(...needsOf(row))),
  );
  const sessions = [];
  for (const [name, row] of rows) {
    const { target, open } = await prepare(row);
    const { ws } = await openAll(open);
    sessions.push({ name, ws, socket: await target.accept() });
  }
  await new Promise((resolve) => setTimeout(resolve, 90_000));
  const alive = [];
  for (const { name, ws, socket } of sessions) {
    if (ws.readyState !== WebSocket.OPEN) continue;
    const answer = once(ws, 'message');
    socket.write('still here');
    if (String(((await answer) as [Buffer])[0]) === 'still here') alive.push(name);
  }
  expect(alive).toEqual(rows.map(([name]) => name));
});

test.skipIf(lacking('squid'))('Squid allows CONNECT to its one port only', async () => {
  const proxy = await startSquid({ target: 443, cert: '/dev/null', key: '/dev/null' });
  onTestFinished(() => proxy.stop());
  await expect(tunnel(proxy.port, false, '127.0.0.1:6080')).rejects.toThrow('403');
});
