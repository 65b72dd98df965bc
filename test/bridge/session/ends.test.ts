/**
 * Edge cases of a session: a target that resets right after its last bytes, clients that are slow, dead or flooding, and
 * connections that share memory.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ClientEnd } from '../../../src/bridge/session/client-end.js';
import { encodeFrame } from '../../../src/bridge/session/framing/encoder.js';
import { startHeartbeat } from '../../../src/bridge/session/heartbeat.js';
import { Progress } from '../../../src/bridge/session/progress.js';
import { PooledSocket } from '../../../src/bridge/session/reads.js';
import {
  closeCode,
  flood,
  frame,
  openClient,
  openRaw,
  openSocket,
  parseFrames,
  readAll,
  startBridge,
  startTarget,
} from '../../helpers/bridge.js';
import { skip } from '../../helpers/need.js';

const MASK = Buffer.from([1, 2, 3, 4]);
const notLinux = process.platform === 'linux' ? undefined : skip('/proc is missing');

describe('a target that resets right behind its last bytes', () => {
  test.each([
    ['without an end', (socket: Socket) => socket.write('last', () => socket.resetAndDestroy())],
    ['behind its end', (socket: Socket) => socket.end('last', () => socket.resetAndDestroy())],
  ])('%s: they are delivered, then 1011', async (_, last) => {
    const target = await startTarget((socket) => {
      socket.once('data', () => last(socket));
    });
    const { port } = await startBridge(target.port);
    const ends: [received: string, code: number][] = [];
    for (let round = 0; round < 20; round += 1) {
      const ws = await openClient(port);
      let received = '';
      ws.on('message', (data: Buffer) => (received += String(data)));
      ws.send(Buffer.from('go'));
      const code = await closeCode(ws);
      ends.push([received, code]);
    }
    expect(ends).toEqual(ends.map(() => ['last', 1011]));
  });

  test('while bytes wait for it: 1011', async () => {
    const target = await startTarget((socket) => {
      socket.pause();
    });
    const symbols: string[] = [];
    const { port } = await startBridge(target.port, { traffic: (symbol) => symbols.push(symbol) });
    for (let round = 0; round < 5; round += 1) {
      symbols.length = 0;
      const ws = await openClient(port);
      while (!symbols.includes('>.')) {
        ws.send(Buffer.alloc(1024 * 1024));
        await setTimeout(10);
      }
      const socket = target.sockets.at(-1);
      socket?.end('last', () => socket.resetAndDestroy());
      expect(await closeCode(ws)).toBe(1011);
    }
  });

  test('a clean end stays 1000', async () => {
    const target = await startTarget((socket) => socket.resume().end('last'));
    const { port } = await startBridge(target.port);
    for (let round = 0; round < 20; round += 1) {
      expect(await closeCode(await openClient(port))).toBe(1000);
    }
  });
});

describe('the heartbeat', () => {
  test.skipIf(notLinux)('a client that takes bytes steadily but slowly stays', async () => {
    const target = await startTarget(flood);
    const { port, lines } = await startBridge(target.port, { heartbeat: 500 });
    const { socket } = await openRaw(port);
    socket.removeAllListeners('data').on('data', () => socket.pause());
    const started = performance.now();
    while (performance.now() - started < 9_000) {
      await setTimeout(1_000);
      socket.resume();
    }
    expect(lines.filter((line) => line.includes('closed'))).toEqual([]);
  });

  /** A client about which the bridge knows only what the test sets. */
  function silentClient() {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const client = {
      isOpen: true,
      isStopped: false,
      onPong: () => {},
      ping: vi.fn(),
      closed: new Promise(() => {}),
      progress: {
        heard: 0,
        written: 0,
        handedOver: 0,
        hasWaiting: false,
        inSystem: 0,
        unconfirmed: () => Promise.resolve(client.progress.inSystem),
      },
    };
    const onSilence = vi.fn();
    startHeartbeat(client as unknown as ClientEnd, 1_000, onSilence);
    return { client, onSilence };
  }

  test('a client whose system has taken much gets the time to read it', async () => {
    const { client, onSilence } = silentClient();
    client.progress.written = client.progress.handedOver = 20 * 1_024;
    await vi.advanceTimersByTimeAsync(19_000);
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(onSilence).toHaveBeenCalledOnce();
  });

  test('one that has read it, as its pong says, gets an interval', async () => {
    const { client, onSilence } = silentClient();
    client.progress.written = client.progress.handedOver = 20 * 1_024;
    await vi.advanceTimersByTimeAsync(1_000);
    client.progress.heard += 6;
    client.onPong();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onSilence).toHaveBeenCalledOnce();
  });

  test('a client that takes nothing of what waits for it gets four intervals', async () => {
    const { client, onSilence } = silentClient();
    client.progress.written = 20 * 1_024;
    client.progress.hasWaiting = true;
    await vi.advanceTimersByTimeAsync(4_000);
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(onSilence).toHaveBeenCalledOnce();
  });

  test('a client to which a few bytes get through in each interval stays, and goes when none do', async () => {
    const { client, onSilence } = silentClient();
    client.progress.written = client.progress.handedOver = 5 * 1_024;
    client.progress.inSystem = 5 * 1_024;
    for (let interval = 0; interval < 20; interval += 1) {
      client.progress.inSystem -= 1;
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(onSilence).toHaveBeenCalledOnce();
  });

  test.skipIf(notLinux)(
    'the system reports how many bytes of a connection the peer has not taken',
    async () => {
      const target = await startTarget((socket) => socket.pause());
      const socket = await openSocket(target.port);
      const progress = new Progress(socket);
      expect(await progress.unconfirmed()).toBe(0);
      socket.write(Buffer.alloc(24 * 2 ** 20));
      await vi.waitFor(async () => expect(await progress.unconfirmed()).toBeGreaterThan(65_536));
      (await target.accept()).resume();
      await vi.waitFor(async () => expect(await progress.unconfirmed()).toBe(0), 10_000);
    },
  );
});

describe('floods', () => {
  const pings = Array.from({ length: 5_000 }, () => encodeFrame(9, MASK, { mask: MASK }));
  const empty = Array.from({ length: 5_000 }, () =>
    encodeFrame(2, Buffer.alloc(0), { mask: MASK }),
  );
  test.each([
    ['pings', Buffer.concat(pings)],
    ['empty frames', Buffer.concat(empty)],
  ])('of %s: others have their turn after each read', async (_, bytes) => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const nothing = () => {};
    const client = new ClientEnd(
      stream,
      { maxPayload: 1_024, maxFragments: 1 },
      {
        onBinary: nothing,
        onBinaryEnd: nothing,
        onText: nothing,
        onLast: nothing,
        onViolation: nothing,
      },
    );
    onTestFinished(() => client.destroy());
    for (let read = 0; read < 10; read += 1) stream.push(Buffer.from(bytes));
    for (let turn = 1; turn <= 5; turn += 1) {
      await setImmediate();
      expect(client.progress.heard).toBeLessThanOrEqual((turn + 1) * bytes.length);
    }
    while (client.progress.heard < 10 * bytes.length) await setImmediate();
  });
});

test('connections that share a buffer never see each other’s bytes', async () => {
  const server = createServer((socket) => {
    socket.once('data', async ([id]: Buffer) => {
      for (const length of [20, 3_000, 400_000, 20, 2_000_000, 5_000]) {
        if (!socket.write(Buffer.alloc(length, id))) await once(socket, 'drain');
        await setImmediate();
      }
      socket.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const read = async (id: number) => {
    const socket = new PooledSocket();
    const pieces: Buffer[] = [];
    // Nothing is taken until the end.
    socket.onBytes = (bytes) => {
      pieces.push(bytes);
      return 'waiting';
    };
    socket
      .connect(port, '127.0.0.1')
      .resume()
      .write(Buffer.from([id]));
    await once(socket, 'end');
    return { id, socket, pieces };
  };
  const all = await Promise.all([1, 2, 3].map(read));
  for (const { id, socket, pieces } of all) {
    const bytes = Buffer.concat(pieces);
    expect(bytes.equals(Buffer.alloc(2_408_040, id)), `bytes of ${id}`).toBe(true);
    // When much arrived at once, it was read into buffers of 256 KiB and more.
    expect(Math.max(...pieces.map(({ length }) => length))).toBeGreaterThan(65_536);
    for (const _ of pieces) socket.release();
    socket.destroy();
  }
});

test('by default a message of 1 MiB may come in fragments of 1 KiB, as clients with small buffers send it', async () => {
  const target = await startTarget();
  const { port } = await startBridge(target.port);
  const { socket, closeCode: code } = await openRaw(port);
  const fragment = Buffer.alloc(1_024, 7);
  for (let i = 0; i < 1_024; i++)
    socket.write(frame(i === 0 ? 0x02 : i < 1_023 ? 0x00 : 0x80, fragment));
  socket.write(frame(0x88, Buffer.from([0x03, 0xe8])));
  const received = readAll(await target.accept());
  expect(await code()).toBe(1000);
  expect((await received).equals(Buffer.alloc(2 ** 20, 7))).toBe(true);
});

describe('a message over the size limit', () => {
  test('that is sent to its end before anything is read: the 1009 arrives, and no reset', async () => {
    const target = await startTarget((socket) => socket.resume());
    const { port } = await startBridge(target.port, { maxPayload: 1_000 });
    const { socket } = await openRaw(port);
    socket.removeAllListeners('data').pause();
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    const size = 16 * 2 ** 20;
    const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, ...MASK]);
    header.writeUInt32BE(size, 6);
    socket.write(header);
    for (let sent = 0; sent < size; sent += 65_536) {
      if (!socket.write(Buffer.alloc(65_536))) await once(socket, 'drain');
    }
    const [close] = parseFrames(Buffer.concat([Buffer.from('\r\n\r\n'), await readAll(socket)]));
    expect([close.first, close.payload.readUInt16BE()]).toEqual([0x88, 1009]);
    expect(errors).toEqual([]);
  });

  test('of a client that does not hang up: it is dropped 10 s later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const target = await startTarget((socket) => socket.resume().on('end', () => socket.end()));
    const { port, lines, logged } = await startBridge(target.port, { maxPayload: 1_000 });
    const client = await openRaw(port);
    client.socket.write(frame(0x82, Buffer.alloc(1_001)));
    expect(await client.closeCode()).toBe(1009);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(lines.filter((line) => line.includes('closed'))).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await logged(/closed/)).toMatch(/1009, a message over the size limit/);
  });
});

test('a client that has closed its WebSocket but does not end the connection is dropped 10 s later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const target = await startTarget((socket) => socket.resume().on('end', () => socket.end()));
  const { port, lines, logged } = await startBridge(target.port);
  const client = await openRaw(port);
  client.socket.write(frame(0x88, Buffer.from([3, 232])));
  expect(await client.closeCode()).toBe(1000);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(lines.filter((line) => line.includes('closed'))).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(await logged(/closed/)).toContain('1000, the client closed');
});
