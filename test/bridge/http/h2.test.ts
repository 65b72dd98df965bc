/**
 * What is specific to HTTP/2: many streams on a connection, their ends, windows and floods.
 */
import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { FLOW_PROTOCOL } from '../../../src/flow/index.js';
import { startDelay } from '../../bench/delay.js';
import {
  flood,
  frame,
  openClient,
  openSocket,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';
import {
  askH2,
  connectHeaders,
  endOf,
  h2Frame,
  openH2,
  openH2WebSocket,
} from '../../helpers/h2.js';

/** For busy machines. */
const SLOW = { timeout: 20_000 };
const KIB = 1024;
const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR } = constants;

test('off by default: a TLS client gets HTTP/1.1, and prior knowledge a refusal', async () => {
  const tls = makeCertificate(makeDirectory(), 'one');
  const chosen = async (http2?: boolean) => {
    const { port } = await startBridge(1, { tls, http2 });
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false };
    const socket = connectTls({ ...options, ALPNProtocols: ['h2', 'http/1.1'] });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return socket.alpnProtocol;
  };
  expect([await chosen(), await chosen(true)]).toEqual(['http/1.1', 'h2']);
  const { port, logged } = await startBridge(1);
  const socket = await openSocket(port);
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  expect(String(((await once(socket, 'data')) as [Buffer])[0])).toMatch(/^HTTP\/1\.1 400 /);
  await logged(/400, HTTP\/2, which is turned off/);
});

test('bytes after the preface that are not HTTP/2 are logged', async () => {
  const { port, logged } = await startBridge(1, { http2: true });
  for (const [bytes, pattern] of [
    ['PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', /400, HTTP\/2: Received bad client magic byte string/],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET / HTTP/1.1\r\n\r\n', /400, HTTP\/2: Protocol error/],
  ] as const) {
    const socket = await openSocket(port);
    socket.write(bytes);
    expect(await logged(pattern)).toMatch(/^#0 refused: 127\.0\.0\.1:/);
  }
});

describe('the end of a WebSocket', () => {
  test('the target ends: 1000, the end of the stream, then its reset without an error', async () => {
    const target = await startTarget((socket) => socket.end('bye'));
    const { port, logged } = await startBridge(target.port, { http2: true });
    const ws = await openH2WebSocket(await openH2(port));
    expect(await ws.closeCode()).toBe(1000);
    // Firefox answers the close, but never ends its half.
    ws.send(0x88, Buffer.from([3, 232]));
    expect(await endOf(ws.stream)).toBe(NGHTTP2_NO_ERROR);
    await logged(/closed: 1000, the target closed/);
  });

  test.each([
    [
      'is cancelled',
      (stream: { close(code: number): void }) => stream.close(constants.NGHTTP2_CANCEL),
    ],
    ['ends without a close frame', (stream: { end(): void }) => stream.end()],
  ])('a stream that %s is 1006, and the target gets its end', async (_name, leave) => {
    const target = await startTarget();
    const { port, logged } = await startBridge(target.port, { http2: true });
    const ws = await openH2WebSocket(await openH2(port));
    const socket = await target.accept();
    socket.resume();
    leave(ws.stream as never);
    await once(socket, 'end');
    socket.end();
    await logged(/closed: 1006, /);
  });

  test('a client that is dropped sees a reset, never an end', async () => {
    const target = await startTarget();
    const { port } = await startBridge(target.port, { http2: true, heartbeat: 100 });
    const ws = await openH2WebSocket(await openH2(port));
    let ended = false;
    ws.stream.on('end', () => (ended = ws.stream.rstCode === NGHTTP2_NO_ERROR));
    // This client answers no ping.
    expect(await endOf(ws.stream)).toBe(NGHTTP2_INTERNAL_ERROR);
    expect(ended).toBe(false);
  });

  test('a message over the limit that is still being sent: 1009, the end, and no error', async () => {
    const target = await startTarget((socket) => socket.on('end', () => socket.end()).resume());
    const options = { http2: true, maxPayload: 65_536 };
    const { port, logged } = await startBridge(target.port, options);
    const { stream, closeCode, send } = await openH2WebSocket(await openH2(port));
    const errors: Error[] = [];
    stream.on('error', (error) => errors.push(error));
    // A frame of 8 MiB, though its header alone would be enough, and then a close frame.
    stream.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x80, 0, 0, 1, 2, 3, 4]));
    for (let sent = 0; sent < 8 * 1024 * 1024; sent += 65_536) {
      if (!stream.write(Buffer.alloc(65_536))) await once(stream, 'drain');
    }
    send(0x88, Buffer.from([0x03, 0xf1]));
    expect(await closeCode()).toBe(1009);
    expect(await endOf(stream)).toBe(NGHTTP2_NO_ERROR);
    expect(errors).toEqual([]);
    await logged(/closed: 1009, a message over the size limit/);
  });

  test('a whole connection that vanishes ends all its sessions', async () => {
    const target = await startEcho();
    const { port, lines } = await startBridge(target.port, { http2: true });
    const session = await openH2(port);
    await openH2WebSocket(session);
    await openH2WebSocket(session);
    session.destroy();
    await vi.waitFor(
      () => expect(lines.filter((line) => line.includes('1006'))).toHaveLength(2),
      SLOW,
    );
  });
});

test('a drain: no new stream, those that are open go on, then 1001', async () => {
  const target = await startEcho();
  const { port, bridge } = await startBridge(target.port, { http2: true });
  const session = await openH2(port);
  const ws = await openH2WebSocket(session);
  const goaway = once(session, 'goaway');
  const closed = bridge.close({ drain: 400 });
  expect(((await goaway) as [number])[0]).toBe(NGHTTP2_NO_ERROR);
  expect(() => session.request(connectHeaders())).toThrow();
  ws.send(0x82, 'still here');
  const [first] = await ws.frames((frames) => frames.length > 0);
  expect(String(first?.payload)).toBe('still here');
  expect(await ws.closeCode()).toBe(1001);
  ws.send(0x88, Buffer.from([3, 233]));
  for (const socket of target.sockets) socket.destroy();
  await closed;
  await vi.waitFor(() => expect(session.destroyed).toBe(true), SLOW);
});

test('a client that does not answer the end of a drain is cut off', async () => {
  const target = await startEcho();
  const { port, bridge } = await startBridge(target.port, { http2: true });
  const session = await openH2(port);
  const ws = await openH2WebSocket(session);
  const closed = bridge.close({ drain: 50 });
  expect(await ws.closeCode()).toBe(1001);
  expect(session.destroyed).toBe(false);
  await closed;
  await vi.waitFor(() => expect(session.destroyed).toBe(true), SLOW);
});

test('after two WebSockets without credit, a client is sent to another connection, and all sessions continue', async () => {
  const target = await startEcho();
  const { port } = await startBridge(target.port, { http2: true });
  const session = await openH2(port);
  const goaways: unknown[] = [];
  session.on('goaway', (code, lastStream) => goaways.push([code, lastStream]));
  const flow = { 'sec-websocket-protocol': FLOW_PROTOCOL };
  for (let i = 0; i < 3; i += 1) {
    expect((await openH2WebSocket(session, flow)).protocol).toBe(FLOW_PROTOCOL);
  }
  const first = await openH2WebSocket(session);
  expect(session.closed).toBe(false);
  // These are on their way when the client learns that.
  const rest = await Promise.all([1, 2, 3].map(() => openH2WebSocket(session)));
  await vi.waitFor(() => expect(session.closed).toBe(true), SLOW);
  expect(goaways).toEqual([[NGHTTP2_NO_ERROR, 2 ** 31 - 1]]);
  for (const ws of [first, ...rest]) {
    ws.send(0x82, 'still here');
    const [answer] = await ws.frames((frames) => frames.length > 0);
    expect(String(answer?.payload)).toBe('still here');
  }
  await openH2WebSocket(await openH2(port));
});

test('a client that reads nothing costs bounded memory, and its next connection works', async () => {
  const source = await startTarget(flood);
  const { port } = await startBridge(source.port, { http2: true, heartbeat: 0 });
  const session = await openH2(port);
  session.setLocalWindowSize(64 * 1024 * 1024);
  const stalled = await Promise.all(
    Array.from({ length: 20 }, () => askH2(session, connectHeaders())),
  );
  await vi.waitFor(() => expect(source.sockets).toHaveLength(20), SLOW);
  const before = source.sockets.map(({ bytesWritten }) => bytesWritten);
  // The targets write until the system's buffers and ours are full.
  await vi.waitFor(
    () => {
      const now = source.sockets.map(({ bytesWritten }) => bytesWritten);
      const isStill = now.every((bytes, index) => bytes === before[index]);
      before.splice(0, 20, ...now);
      expect(isStill).toBe(true);
    },
    { ...SLOW, interval: 400 },
  );
  expect(stalled.every(({ stream }) => !stream.closed)).toBe(true);
  const file = await askH2(await openH2(port), { ':path': '/healthz' });
  expect(file.status).toBe(200);
});

test("bytes to a target that reads nothing stop at their stream's window, and do not use up the other streams' windows", async () => {
  const target = await startTarget((socket) => socket.pause());
  const { port } = await startBridge(target.port, { http2: true });
  const session = await openH2(port);
  const ws = await openH2WebSocket(session);
  for (let i = 0; i < 400; i += 1) ws.send(0x82, Buffer.alloc(60_000));
  await vi.waitFor(() => expect(ws.stream.writableLength).toBeGreaterThan(8 * 1024 * 1024), SLOW);
  expect((await askH2(session, { ':path': '/healthz' })).status).toBe(200);
  expect(session.remoteSettings.initialWindowSize).toBe(512 * KIB);
});

test('on a long line windows grow with what the target takes, and shrink as streams are opened', async () => {
  const target = await startTarget((socket) => socket.resume());
  const { port } = await startBridge(target.port, { http2: true });
  const line = await startDelay(port, 20);
  onTestFinished(() => line.stop());
  const session = await openH2(line.port);
  const sizes: number[] = [];
  session.on('remoteSettings', (settings) => sizes.push(settings.initialWindowSize! / KIB));
  const { stream } = await openH2WebSocket(session);
  const bytes = frame(0x82, Buffer.alloc(60_000));
  const send = () => {
    while (stream.write(bytes));
  };
  stream.on('drain', send);
  send();
  await vi.waitFor(() => expect(sizes).toEqual([1, 2, 4, 8, 16].map((mib) => mib * KIB)), SLOW);
  const others = await Promise.all([openH2WebSocket(session), openH2WebSocket(session)]);
  await vi.waitFor(() => expect(sizes.slice(5)).toEqual([8 * KIB, 4 * KIB]), SLOW);
  for (const other of others) other.stream.destroy();
  await vi.waitFor(() => expect(sizes.slice(7)).toEqual([8 * KIB, 16 * KIB]), SLOW);
});

/** The preface of a connection with prior knowledge, and an empty SETTINGS frame. */
const PREFACE = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), h2Frame(4, 0, 0)]);

/** `:method: GET`, `:scheme: http`, `:path: /`, from HPACK's static table, and `:authority: localhost`. */
const HEADERS = Buffer.concat([Buffer.from([0x82, 0x86, 0x84, 0x41, 9]), Buffer.from('localhost')]);

const FLOODS: Readonly<Record<string, () => Buffer>> = {
  'streams reset at once': () =>
    Buffer.concat(
      Array.from({ length: 5_000 }, (_, i) => {
        const id = 2 * i + 1;
        return Buffer.concat([h2Frame(1, 5, id, HEADERS), h2Frame(3, 0, id, Buffer.alloc(4))]);
      }),
    ),
  pings: () =>
    Buffer.concat(Array.from({ length: 100_000 }, () => h2Frame(6, 0, 0, Buffer.alloc(8)))),
  settings: () => Buffer.concat(Array.from({ length: 100_000 }, () => h2Frame(4, 0, 0))),
  continuations: () =>
    Buffer.concat([
      h2Frame(1, 0, 1, HEADERS),
      ...Array.from({ length: 100_000 }, () =>
        h2Frame(9, 0, 1, Buffer.from([0x40, 1, 120, 1, 120])),
      ),
    ]),
  'a header that grows': () =>
    // A long header goes into the HPACK table, and is then referenced 8,000 times.
    h2Frame(
      1,
      5,
      1,
      Buffer.concat([
        HEADERS,
        Buffer.from([0x40, 1, 120, 0x7f, 0x81, 0x1e]),
        Buffer.alloc(4_000, 120),
        Buffer.alloc(8_000, 0xbe),
      ]),
    ),
  'empty data': () =>
    Buffer.concat([
      h2Frame(1, 4, 1, HEADERS),
      ...Array.from({ length: 200_000 }, () => h2Frame(0, 0, 1)),
    ]),
};

/** The types of the frames that a server sent. */
function frameTypes(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    types.push(bytes[at + 3] ?? 0);
  }
  return types;
}

/** How Node and its nghttp2 answer each flood: with GOAWAY or, where only one stream is at fault, with its reset. */
const [RST_STREAM, GOAWAY] = [3, 7];
const ANSWERS: Readonly<Record<string, number>> = { 'a header that grows': RST_STREAM };

describe('a flood is answered with GOAWAY, and nobody else waits', () => {
  test.each(Object.keys(FLOODS))('%s', async (name) => {
    const target = await startEcho();
    const { port } = await startBridge(target.port, { http2: true });
    const before = process.memoryUsage().rss;
    const attacker = await openSocket(port);
    attacker.write(PREFACE);
    attacker.write(FLOODS[name]!());
    const ws = await openClient(port);
    const began = performance.now();
    ws.send('x', { binary: true });
    await once(ws, 'message');
    expect(performance.now() - began).toBeLessThan(1_000);
    // The attacker reads only now, after the answers have piled up.
    let answer = Buffer.alloc(0);
    attacker.on('data', (chunk: Buffer) => (answer = Buffer.concat([answer, chunk])));
    await vi.waitFor(() => expect(frameTypes(answer)).toContain(ANSWERS[name] ?? GOAWAY), {
      timeout: 5_000,
      interval: 100,
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect((await askH2(await openH2(port), { ':path': '/healthz' })).status).toBe(200);
  });
});
