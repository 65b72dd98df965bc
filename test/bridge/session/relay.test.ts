import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type WebSocket from 'ws';
import { Session } from '../../../src/bridge/session/session.js';
import {
  closeCode,
  frame,
  openClient,
  openRaw,
  parseFrames,
  readAll,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { collectGarbage } from '../../helpers/gc.js';

const MIB = 1024 * 1024;
const UNLIMITED = {
  heartbeat: 0,
  readTimeout: 0,
  sendTimeout: 0,
  rate: 0,
  maxPayload: MIB,
  maxFragments: 128,
  maxFrame: MIB,
  traffic: undefined,
};
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Collects a client's messages until it closes. */
async function collect(ws: WebSocket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  ws.on('message', (data: Buffer) => chunks.push(data));
  await once(ws, 'close');
  return Buffer.concat(chunks);
}

async function connected() {
  const target = await startTarget();
  const running = await startBridge(target.port);
  const ws = await openClient(running.port);
  return { ...running, ws, socket: await target.accept() };
}

describe('bytes', () => {
  test.each([[], ['binary'], ['base64'], ['base64', 'binary']])(
    'come back whole: %s',
    async (...offer) => {
      const protocols = offer.flat();
      const { port } = await startBridge((await startEcho()).port);
      const ws = await openClient(port, protocols);
      const base64 = ws.protocol === 'base64';
      const bytes = randomBytes(65_536);
      let received = Buffer.alloc(0);
      const whole = new Promise<void>((resolve) => {
        ws.on('message', (data: Buffer, isBinary) => {
          expect(isBinary).toBe(!base64);
          const chunk = base64 ? Buffer.from(data.toString(), 'base64') : data;
          received = Buffer.concat([received, chunk]);
          if (received.length >= bytes.length) resolve();
        });
      });
      ws.send(base64 ? bytes.toString('base64') : bytes);
      await whole;
      expect(hash(received)).toBe(hash(bytes));
    },
  );

  test('of fragments and of empty messages arrive in order', async () => {
    const { ws, socket } = await connected();
    ws.send('a', { binary: true, fin: false });
    ws.send('b', { binary: true, fin: false });
    ws.ping();
    ws.send('c', { binary: true, fin: true });
    ws.send('');
    ws.send(Buffer.alloc(0));
    ws.send(Buffer.from('d'));
    ws.close();
    // The empty text frame ends the session; what came before it has arrived.
    expect((await readAll(socket)).toString()).toBe('abc');
  });

  test('of many small messages arrive as few writes', async () => {
    const { ws, socket } = await connected();
    const reads: number[] = [];
    socket.on('data', (chunk: Buffer) => reads.push(chunk.length));
    for (let i = 0; i < 50_000; i += 1) ws.send(Buffer.from([i]));
    ws.close();
    await once(socket, 'end');
    expect(reads.reduce((sum, length) => sum + length, 0)).toBe(50_000);
    expect(reads.length).toBeLessThan(500);
  });
});

describe('the end', () => {
  test('64 MiB and the end at once, read slowly, are delivered before 1000', async () => {
    const bytes = randomBytes(64 * MIB);
    const target = await startTarget((socket) => socket.end(bytes));
    const { port } = await startBridge(target.port);
    const ws = await openClient(port);
    const received = createHash('sha256');
    let turns = 0;
    ws.on('message', async (data: Buffer) => {
      received.update(data);
      turns += 1;
      if (turns % 16 !== 0) return;
      ws.pause();
      await setImmediate();
      await setImmediate();
      ws.resume();
    });
    expect(await closeCode(ws)).toBe(1000);
    expect(received.digest('hex')).toBe(hash(bytes));
  }, 60_000);

  test('64 MiB up and a close at once reach the target before its end', async () => {
    const target = await startTarget((socket) => socket.pause());
    const { port } = await startBridge(target.port);
    const ws = await openClient(port);
    const closed = closeCode(ws);
    const bytes = randomBytes(64 * MIB);
    for (let at = 0; at < bytes.length; at += 65_536) ws.send(bytes.subarray(at, at + 65_536));
    ws.close(1000);
    const socket = await target.accept();
    const received = createHash('sha256');
    socket.on('data', (chunk: Buffer) => received.update(chunk)).resume();
    await once(socket, 'end');
    expect(received.digest('hex')).toBe(hash(bytes));
    expect(await closed).toBe(1000);
  }, 60_000);

  test('a client that vanishes: what had arrived reaches the target', async () => {
    const { ws, socket } = await connected();
    const read = readAll(socket);
    ws.send(Buffer.from('last words'), () => ws.terminate());
    expect((await read).toString()).toBe('last words');
  });

  test('a client that half-closes without a close frame: likewise', async () => {
    const target = await startTarget();
    const { port, logged } = await startBridge(target.port);
    const client = await openRaw(port);
    const socket = await target.accept();
    client.socket.end(frame(0x82, 'bye'));
    expect((await readAll(socket)).toString()).toBe('bye');
    socket.end();
    expect(await logged(/closed/)).toMatch(/1006, the client vanished/);
    // 1006 is never sent on the wire, and neither is any other code here.
    expect(await client.frames(() => true)).toEqual([]);
  });

  test('a client that closes without a code gets none back', async () => {
    const target = await startTarget((socket) => socket.pipe(socket));
    const { port, logged } = await startBridge(target.port);
    const client = await openRaw(port);
    client.socket.write(frame(0x88));
    expect(await client.frames((all) => all.length > 0)).toEqual([
      { first: 0x88, payload: Buffer.alloc(0) },
    ]);
    client.socket.end();
    expect(await logged(/closed/)).toMatch(/1005, the client closed/);
  });

  test('a target that has ended still gets what the client sends before its close', async () => {
    const target = await startTarget();
    const { port } = await startBridge(target.port);
    const client = await openRaw(port);
    const socket = await target.accept();
    const read = readAll(socket);
    socket.end('over');
    expect(await client.closeCode()).toBe(1000);
    client.socket.end(Buffer.concat([frame(0x82, 'late'), frame(0x88, Buffer.from([3, 232]))]));
    expect((await read).toString()).toBe('late');
  });

  test('a reset target: 1011', async () => {
    const { ws, socket, logged } = await connected();
    const closed = closeCode(ws);
    socket.resetAndDestroy();
    expect(await closed).toBe(1011);
    expect(await logged(/closed/)).toMatch(/1011, the target failed: ECONNRESET/);
  });

  test('a target reset behind a stalled reader: what had been read from it is delivered', async () => {
    const target = await startTarget();
    const { port } = await startBridge(target.port);
    const ws = await openClient(port);
    ws.pause();
    const socket = await target.accept();
    // More than all buffers on the way hold, so that the bridge has stopped reading.
    const taken = await floodUntilStuck(socket, Buffer.alloc(65_536));
    const received = collect(ws);
    const closed = closeCode(ws);
    socket.resetAndDestroy();
    ws.send(Buffer.from('probe'));
    ws.resume();
    expect(await closed).toBe(1011);
    const { length } = await received;
    expect(length).toBeGreaterThan(MIB);
    expect(length).toBeLessThanOrEqual(taken);
  });

  test('a target that does not finish is dropped 10 s after its half was closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { ws, socket, lines, logged } = await connected();
    ws.close();
    await readAll(socket);
    await vi.advanceTimersByTimeAsync(9_900);
    expect(lines.some((line) => line.includes('closed'))).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await logged(/closed/);
  });

  test('both ends at once', async () => {
    const target = await startTarget();
    const { port, lines } = await startBridge(target.port);
    for (let round = 0; round < 50; round += 1) {
      const ws = await openClient(port);
      const closed = closeCode(ws);
      const socket = target.sockets[round];
      ws.send(Buffer.from('up'));
      ws.terminate();
      socket?.end('down');
      socket?.resume();
      await closed;
    }
    await vi.waitFor(() =>
      expect(lines.filter((line) => line.includes('closed'))).toHaveLength(50),
    );
  });
});

describe('between sides that the test controls', () => {
  // Over real sockets, the system's buffers would hide what is still waiting.
  function join(protocol = '') {
    const calls: (string | number)[] = [];
    const taken: (() => void)[] = [];
    const client = new Duplex({
      read() {},
      write: (bytes: Buffer, _encoding, done) => {
        const [{ first, payload }] = parseFrames(Buffer.concat([Buffer.from('\r\n\r\n'), bytes]));
        calls.push(first === 0x88 ? payload.readUInt16BE() : payload.toString());
        taken.push(done);
      },
    });
    const target = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const session = new Session(
      { client, target: target as unknown as Socket, protocol },
      { ...UNLIMITED, maxFrame: 1_024 },
    );
    onTestFinished(() => session.destroy());
    return { client, target, calls, taken };
  }

  test('the close waits until the client has taken everything', async () => {
    const { target, calls, taken } = join();
    target.push('all of it');
    target.push(null);
    await once(target, 'end');
    expect(calls).toEqual(['all of it']);
    taken[0]?.();
    await vi.waitFor(() => expect(calls).toEqual(['all of it', 1000]));
  });

  test('bytes still waiting in a stopped target are delivered when it fails', async () => {
    const { target, calls, taken } = join();
    target.push(Buffer.alloc(MIB, '1'));
    await once(target, 'pause');
    target.push('second');
    target.destroy(new Error('reset'));
    // Not `once()`, which would throw the error.
    await new Promise((resolve) => target.once('close', resolve));
    for (const done of taken) done();
    await vi.waitFor(() => expect(calls.at(-1)).toBe(1011));
    expect(calls.at(-2)).toBe('second');
  });
});

describe('close codes', () => {
  const broken: [string, number, Buffer][] = [
    ['a reserved opcode', 1002, frame(0x83, 'x')],
    ['a reserved bit', 1002, frame(0xc2, 'x')],
    ['a continuation frame outside a message', 1002, frame(0x80, 'x')],
    ['an unmasked frame', 1002, Buffer.from([0x82, 1, 0x78])],
    ['the invalid close code 1006', 1002, frame(0x88, Buffer.from([0x03, 0xee]))],
    ['text', 1003, frame(0x81, 'x')],
  ];
  test.each(broken)(
    '%s: %i, and what came before it reaches the target',
    async (_, code, bytes) => {
      const target = await startTarget();
      const { port } = await startBridge(target.port);
      const client = await openRaw(port);
      const socket = await target.accept();
      client.socket.write(Buffer.concat([frame(0x82, 'before'), bytes, frame(0x82, 'after')]));
      expect(await client.closeCode()).toBe(code);
      expect((await readAll(socket)).toString()).toBe('before');
    },
  );

  test('a message over the limit: 1009; one at the limit passes', async () => {
    const target = await startTarget();
    const { port } = await startBridge(target.port, { maxPayload: 1000 });
    const ws = await openClient(port);
    const socket = await target.accept();
    const closed = closeCode(ws);
    ws.send(Buffer.alloc(1000));
    ws.send(Buffer.alloc(1001));
    expect(await closed).toBe(1009);
    expect(await readAll(socket)).toHaveLength(1000);
  });

  test.each([
    ['no base64', '@@@@', 1007],
    ['half a quantum', 'QQ', 1007],
    ['padding inside', 'QQ==QQ==', 1007],
    ['the URL alphabet', '__--', 1007],
    ['a binary message', Buffer.from('QQ=='), 1003],
  ])('in a base64 session %s', async (_, message, code) => {
    const { port } = await startBridge((await startEcho()).port);
    const ws = await openClient(port, ['base64']);
    const closed = closeCode(ws);
    ws.send(message);
    expect(await closed).toBe(code);
  });
});

describe('a stalled reader', () => {
  /** How much may be on its way: the system's socket buffers on both legs, and a little in ours. */
  const UNDER_WAY = 24 * MIB;
  /** How much it may cost the bridge: its queue, the message that is being assembled, and a read. */
  const COST = 2 * MIB;

  test('client: the target is stopped, and the other direction goes on', async () => {
    const { ws, socket } = await connected();
    ws.pause();
    const before = await memory();
    expect(await floodUntilStuck(socket, Buffer.alloc(65_536))).toBeLessThan(UNDER_WAY);
    expect((await memory()) - before).toBeLessThan(COST);

    ws.send(Buffer.from('still here'));
    const [said] = (await once(socket, 'data')) as [Buffer];
    expect(said.toString()).toBe('still here');
  });

  test.each([
    ['large', frame(0x82, Buffer.alloc(60_000))],
    ['empty', Buffer.concat(Array.from({ length: 9_000 }, () => frame(0x82)))],
  ])(
    'target: a client with %s messages is stopped, the other direction goes on',
    async (kind, bytes) => {
      const target = await startTarget((socket) => socket.pause());
      const { port } = await startBridge(target.port);
      const client = await openRaw(port);
      const socket = await target.accept();
      const before = await memory();
      if (kind === 'empty') {
        // Empty messages leave nothing to hold, so nothing stops them: they cost time, not memory.
        for (let round = 0; round < 100; round += 1) {
          if (!client.socket.write(bytes)) await once(client.socket, 'drain');
        }
      } else {
        expect(await floodUntilStuck(client.socket, bytes)).toBeLessThan(UNDER_WAY);
      }
      expect((await memory()) - before).toBeLessThan(COST);

      socket.write('still here');
      expect((await client.frames((all) => all.length > 0))[0]?.payload.toString()).toBe(
        'still here',
      );
    },
  );

  test('client: when it vanishes, the target can go on to its end', async () => {
    const { ws, socket, logged } = await connected();
    ws.pause();
    await floodUntilStuck(socket, Buffer.alloc(65_536));
    ws.terminate();
    await readAll(socket);
    socket.end();
    expect(await logged(/closed/)).toMatch(/1006, the client vanished/);
  });

  test('target: when it fails, the client that was stopped gets 1011', async () => {
    const target = await startTarget((socket) => socket.pause());
    const { port } = await startBridge(target.port);
    const client = await openRaw(port);
    await floodUntilStuck(client.socket, frame(0x82, Buffer.alloc(60_000)));
    (await target.accept()).resetAndDestroy();
    expect(await client.closeCode()).toBe(1011);
    client.socket.end(frame(0x88, Buffer.from([3, 243])));
    await readAll(client.socket);
  });

  test('target: a stopped client is not taken for a silent one', async () => {
    const target = await startTarget((socket) => socket.pause());
    const { port, lines } = await startBridge(target.port, { heartbeat: 300 });
    const ws = await openClient(port);
    for (let sent = 0; sent < 24 * MIB; sent += 65_536) ws.send(Buffer.alloc(65_536));
    const socket = await target.accept();
    await setTimeout(1_000);
    expect(lines.filter((line) => line.includes('closed'))).toEqual([]);
    ws.close();
    expect(await readAll(socket)).toHaveLength(24 * MIB);
  });
});

/** The bytes in buffers, without garbage. */
async function memory(): Promise<number> {
  // What one pass frees is swept in the background.
  for (let pass = 0; pass < 3; pass += 1) {
    collectGarbage();
    await setTimeout(20);
  }
  return process.memoryUsage().arrayBuffers;
}

/** Writes until the socket stops taking anything, and resolves with how many bytes it took. */
async function floodUntilStuck(socket: Socket, bytes: Buffer): Promise<number> {
  const stuck = Symbol('stuck');
  for (;;) {
    if (socket.write(bytes)) continue;
    // Only time tells a stop from a pause.
    const event = await Promise.race([once(socket, 'drain'), setTimeout(700, stuck)]);
    if (event === stuck) return socket.bytesWritten - socket.writableLength;
  }
}
