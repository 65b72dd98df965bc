import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { WebsockError } from '../../../src/errors.js';
import { DuplexTransport, type DuplexChannel } from '../../../src/transport/duplex.js';
import type { TransportEnd, TransportHandler } from '../../../src/transport/transport.js';
import { hex, join, pattern, same } from '../../helpers/bytes.js';
import { FakeSocketStream } from '../../helpers/fake-stream.js';
import { streamPair, type BytePair } from '../../../src/testing/index.js';

const KIB = 1024;
type Bytes = Uint8Array<ArrayBuffer>;

/** Starts a transport and records what it reports; handlers in `overrides` run after the recording ones. */
function own(
  source: DuplexChannel,
  overrides: Partial<TransportHandler> = {},
  text: 'utf8' | 'error' = 'utf8',
) {
  const log: unknown[] = [];
  const chunks: Uint8Array[] = [];
  const errors: WebsockError[] = [];
  const transport = new DuplexTransport(source, text);
  let ended!: (end: unknown[]) => void;
  const end = new Promise<unknown[]>((resolve) => (ended = resolve));
  transport.start({
    opened(event) {
      log.push('opened');
      overrides.opened?.(event);
    },
    received(bytes) {
      chunks.push(bytes);
      overrides.received?.(bytes);
    },
    failed(error) {
      log.push(error.code);
      errors.push(error);
      overrides.failed?.(error);
    },
    refused(error, code) {
      log.push([error.code, code]);
      overrides.refused?.(error, code);
    },
    writable() {
      log.push('writable');
      overrides.writable?.();
    },
    closed({ code, reason, wasClean }: TransportEnd) {
      log.push([code, reason, wasClean]);
      ended([code, reason, wasClean]);
      overrides.closed?.({ code, reason, wasClean });
    },
  });
  return { transport, log, errors, end, chunks, bytes: () => join(chunks) };
}

/** The other end of a pair, driven by hand. */
function peerOf({ readable, writable }: BytePair) {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  // Failures are for the side under test to report.
  writer.closed.catch(() => {});
  reader.closed.catch(() => {});
  const send = (bytes: Bytes): void => void writer.write(bytes).catch(() => {});
  return { reader, writer, send };
}

/** Reads to the end. */
async function readAll(reader: ReadableStreamDefaultReader<Bytes>): Promise<Bytes> {
  const pieces = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return join(pieces);
    pieces.push(value);
  }
}

/** A readable that the test feeds, and a writable that writes to `sink`. */
function parts(sink: UnderlyingSink<Bytes> = {}) {
  let source!: ReadableStreamDefaultController<unknown>;
  const cancel = vi.fn();
  const readable = new ReadableStream({ start: (c) => void (source = c), cancel });
  return { readable, writable: new WritableStream<Bytes>(sink), source, cancel };
}

afterEach(() => void vi.unstubAllGlobals());

describe('a duplex channel', () => {
  it('has a type that streams of all origins satisfy', () => {
    expectTypeOf<TransformStream<Uint8Array, Uint8Array>>().toExtend<DuplexChannel>();
    expectTypeOf<WebTransportBidirectionalStream>().toExtend<DuplexChannel>();
    expectTypeOf<FakeSocketStream>().toExtend<DuplexChannel>();
    expectTypeOf<ReturnType<typeof Duplex.toWeb>>().toExtend<DuplexChannel>();
    expectTypeOf<{ readable: ReadableStream }>().not.toExtend<DuplexChannel>();
  });

  it('is otherwise refused with a TypeError that names what is wrong', () => {
    const { readable, writable } = new TransformStream();
    for (const wrong of [null, undefined, 5, {}, { writable }, { readable: true, writable }]) {
      expect(() => new DuplexTransport(wrong as never, 'utf8')).toThrow(/its readable must be/);
    }
    expect(() => new DuplexTransport({ readable } as never, 'utf8')).toThrow(TypeError);
    expect(() => new DuplexTransport({ opened: Promise.resolve() } as never, 'utf8')).toThrow(
      new TypeError('Cannot use this stream: it has no closed, close'),
    );
    readable.getReader();
    expect(() => new DuplexTransport({ readable, writable }, 'utf8')).toThrow(/unlocked/);
  });

  it('is locked by start, not by the constructor', () => {
    const [pair] = streamPair();
    const transport = new DuplexTransport(pair, 'utf8');
    expect([pair.readable.locked, pair.writable.locked]).toEqual([false, false]);
    transport.start({} as never);
    expect([pair.readable.locked, pair.writable.locked]).toEqual([true, true]);
  });

  it('fails if it is locked between the two', async () => {
    const [pair] = streamPair();
    const transport = new DuplexTransport(pair, 'utf8');
    pair.writable.getWriter();
    const log: unknown[] = [];
    const closed = ({ code }: TransportEnd): void => void log.push(code);
    transport.start({ failed: (e: WebsockError) => log.push(e.code), closed } as never);
    await turn();
    expect(log).toEqual(['ERR_CHANNEL', 1006]);
  });
});

describe('a pair', () => {
  it('is open at once, without an event, and takes bytes at once', async () => {
    const [near, far] = streamPair();
    const { transport, log } = own(near);
    expect(transport.state).toBe('open');
    expect([transport.url, transport.protocol, transport.backpressure]).toEqual(['', '', true]);
    const bytes = hex('01 02');
    expect(transport.send(bytes)).toBe(true);
    bytes.fill(0);
    expect(transport.bufferedAmount).toBe(2);
    expect((await peerOf(far).reader.read()).value).toEqual(hex('01 02'));
    await turn();
    expect(transport.bufferedAmount).toBe(0);
    expect(log).toEqual([]);
  });

  it('accepts chunks of every binary kind and of text, in order', async () => {
    const { source, ...pair } = parts();
    const owner = own(pair);
    source.enqueue(hex('01'));
    source.enqueue('é');
    source.enqueue(hex('02 03').buffer);
    source.enqueue(new DataView(hex('00 04 05 00').buffer, 1, 2));
    source.enqueue(Buffer.from([6]));
    source.enqueue('');
    source.enqueue(new Uint16Array([0x0707]));
    await turn();
    expect(owner.bytes()).toEqual(hex('01 c3a9 02 03 04 05 06 07 07'));
    expect(owner.chunks.every(({ constructor }) => constructor === Uint8Array)).toBe(true);
  });

  it('refuses text under `text: error`, and anything that is not bytes', async () => {
    for (const [chunk, code] of [
      ['x', 'ERR_TEXT_FRAME'],
      [5, 'ERR_CHANNEL'],
      [null, 'ERR_CHANNEL'],
      [Object.create(null), 'ERR_CHANNEL'],
      [new Blob(['x']), 'ERR_CHANNEL'],
    ]) {
      const { source, ...pair } = parts();
      const refused = (_: unknown, closeCode: number): void => owner.transport.close(closeCode);
      const owner = own(pair, { refused }, 'error');
      source.enqueue(hex('01'));
      source.enqueue(chunk);
      source.enqueue(hex('02'));
      expect(await owner.end).toEqual([1003, '', true]);
      expect(owner.log[0]).toEqual([code, 1003]);
      expect(owner.bytes()).toEqual(hex('01'));
    }
  });

  it('carries a stream however it is split, with pauses at any time', async () => {
    const all = pattern(300);
    for (let size = 1; size < 300; size = Math.ceil(size * 1.7)) {
      const [near, far] = streamPair();
      const { transport, end, bytes } = own(near, {
        received: ({ length }) => {
          if (length % 2) return;
          transport.pause();
          if (length % 4) transport.resume();
          else setTimeout(() => transport.resume());
        },
      });
      const peer = peerOf(far);
      for (let at = 0; at < 300; at += size) peer.send(all.slice(at, at + size));
      void peer.writer.close();
      void peer.reader.cancel();
      expect(await end).toEqual([1005, '', true]);
      expect(same(bytes(), all)).toBe(true);
    }
  });

  it('over a TCP socket of Node echoes and ends', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    const all = pattern(3_000_000);
    let size = 0;
    const owner = own(Duplex.toWeb(socket), {
      received: (bytes) => {
        size += bytes.length;
        if (size === all.length) owner.transport.close();
      },
    });
    for (let at = 0; at < all.length; at += 65_536)
      owner.transport.send(all.slice(at, at + 65_536));
    expect(await owner.end).toEqual([1005, '', true]);
    expect(same(owner.bytes(), all)).toBe(true);
    server.close();
    await once(server, 'close');
  });
});

describe('a pause', () => {
  it('takes effect after the read in flight, and stops the peer', async () => {
    const [near, far] = streamPair();
    const { transport, bytes } = own(near);
    const peer = peerOf(far);
    await turn();
    transport.pause();
    for (let i = 0; i < 10; i++) peer.send(Uint8Array.of(i));
    await turn();
    expect(bytes()).toEqual(hex('00'));
    expect(peer.writer.desiredSize).toBeLessThan(0);
    transport.resume();
    transport.pause();
    transport.resume();
    await turn();
    expect(bytes()).toEqual(hex('00 01 02 03 04 05 06 07 08 09'));
  });

  it('works before the start, and again in the same turn as a resume', async () => {
    const [near, far] = streamPair();
    const transport = new DuplexTransport(near, 'utf8');
    const chunks: Uint8Array[] = [];
    transport.pause();
    transport.start({ received: (bytes: Uint8Array) => chunks.push(bytes) } as never);
    peerOf(far).send(hex('01'));
    await turn();
    expect(chunks).toEqual([]);
    transport.resume();
    transport.pause();
    await turn();
    expect(chunks).toEqual([]);
    transport.resume();
    await turn();
    expect(chunks).toEqual([hex('01')]);
  });

  it('does not hide a failure of the stream', async () => {
    const { source, ...pair } = parts();
    const { transport, end, errors } = own(pair);
    source.enqueue(hex('01'));
    transport.pause();
    await turn();
    source.error(new Error('lost'));
    expect(await end).toEqual([1006, '', false]);
    expect(errors[0].cause).toEqual(new Error('lost'));
  });

  it('loses no bytes of a peer that ends both directions', async () => {
    let sink!: WritableStreamDefaultController;
    const { source, ...pair } = parts({ start: (c) => void (sink = c) });
    const { transport, log, end, bytes } = own(pair, { received: () => transport.pause() });
    for (let i = 0; i < 5; i++) source.enqueue(Uint8Array.of(i));
    await turn();
    expect(bytes()).toEqual(hex('00'));
    source.close();
    sink.error(new Error('I need no more'));
    expect(await end).toEqual([1005, '', true]);
    expect(bytes()).toEqual(hex('00 01 02 03 04'));
    expect(log).toHaveLength(1);
  });
});

describe('what a handler throws', () => {
  const boom = new Error('from a handler');

  it('is reported, and reading goes on', async () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    const socket = new FakeSocketStream();
    const fail = (): never => {
      throw boom;
    };
    const all = { opened: fail, received: fail, writable: fail, closed: fail };
    const { transport, end, bytes } = own(socket, all);
    socket.open();
    await turn();
    transport.notify(0);
    for (let i = 0; i < 3; i++) socket.deliver(Uint8Array.of(i));
    await turn();
    socket.end();
    await end;
    await turn();
    expect(bytes()).toEqual(hex('00 01 02'));
    expect(reportError.mock.calls).toEqual(Array.from({ length: 6 }, () => [boom]));
  });

  it('is thrown from a microtask if there is no reportError', async () => {
    vi.stubGlobal('reportError', undefined);
    const queued: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (fn: () => void) => queued.push(fn));
    const { source, ...pair } = parts();
    own(pair, {
      received: () => {
        throw boom;
      },
    });
    source.enqueue(hex('01'));
    await turn();
    expect(queued).toHaveLength(1);
    expect(queued[0]).toThrow(boom);
  });
});

describe('sending', () => {
  it('has room for 1 MiB, and is writable again at 256 KiB', async () => {
    const [near, far] = streamPair();
    const { transport, log } = own(near);
    const { reader } = peerOf(far);
    const message = pattern(64 * KIB);
    let sent = 0;
    for (; transport.room > 0; sent++) transport.send(message);
    expect(transport.bufferedAmount).toBe(1024 * KIB);
    for (; !log.includes('writable'); sent--) {
      expect(transport.bufferedAmount).toBeGreaterThan(256 * KIB);
      expect(same((await reader.read()).value!, message)).toBe(true);
      await turn();
    }
    expect(transport.bufferedAmount).toBe(256 * KIB);
    while (sent--) await reader.read();
    await turn();
    expect(log).toEqual(['writable']);
  });

  it('reports each requested level once, when it is reached', async () => {
    const [near, far] = streamPair();
    const { transport, log } = own(near);
    const { reader } = peerOf(far);
    transport.notify(0);
    expect(log).toEqual([]);
    await turn();
    expect(log).toEqual(['writable']);
    for (let i = 0; i < 6; i++) transport.send(hex('01 02'));
    transport.notify(8);
    transport.notify(8);
    transport.notify(3);
    const told = [];
    for (let i = 0; i < 6; i++) {
      await reader.read();
      await turn();
      told.push([transport.bufferedAmount, log.length]);
    }
    expect(told).toEqual([
      [10, 1],
      [8, 2],
      [6, 2],
      [4, 2],
      [2, 3],
      [0, 3],
    ]);
  });

  it('may continue from within `writable`', async () => {
    const [near, far] = streamPair();
    let left = 40;
    const fill = (): void => {
      while (transport.room > 0 && left > 0) {
        left--;
        transport.send(pattern(64 * KIB, left));
      }
      if (left === 0) transport.close();
    };
    const { transport, end } = own(near, { writable: fill });
    fill();
    const { reader } = peerOf(far);
    const all = await readAll(reader);
    expect(all.length).toBe(40 * 64 * KIB);
    expect(same(all.subarray(0, 64 * KIB), pattern(64 * KIB, 39))).toBe(true);
    expect(await end).toEqual([1005, '', true]);
  });

  it('that fails is reported once with its cause', async () => {
    const cause = new Error('no');
    for (const write of [() => Promise.reject(cause), (): never => raise(cause)]) {
      const { source, cancel, ...pair } = parts({ write });
      const { transport, log, errors, end } = own(pair);
      transport.send(hex('01'));
      transport.send(hex('02'));
      source.enqueue(hex('03'));
      expect(await end).toEqual([1006, '', false]);
      expect(errors[0].cause).toBe(cause);
      expect(errors[0].message).toBe('The connection to the channel failed: no');
      expect(transport.send(hex('04'))).toBe(false);
      expect(transport.state).toBe('closed');
      await turn();
      expect(log).toEqual(['ERR_CHANNEL', [1006, '', false]]);
      expect(cancel).toHaveBeenCalledTimes(1);
    }
  });

  it('is encoded under the subprotocol base64, and text frames are decoded', async () => {
    const socket = new FakeSocketStream().open('base64');
    const { transport, bytes, log } = own(socket);
    await turn();
    transport.send(hex('00 ff 80 41'));
    socket.deliver('AP+A');
    socket.deliver(hex('42'));
    socket.deliver('no base64!');
    await turn();
    expect(transport.protocol).toBe('base64');
    expect(socket.sent).toEqual(['AP+AQQ==']);
    expect(transport.bufferedAmount).toBe(0);
    expect(bytes()).toEqual(hex('00 ff 80 42'));
    expect(log).toEqual(['opened', ['ERR_TEXT_FRAME', 1003]]);
  });
});

describe('closing a pair', () => {
  it('whose cancelled read rejects, as on workerd, ends as requested', async () => {
    const writable = new WritableStream<Bytes>();
    let reject!: (error: Error) => void;
    const closed = new Promise<never>((_resolve, no) => (reject = no));
    closed.catch(() => {});
    const readable = {
      locked: false,
      getReader: () => ({
        closed,
        read: () => closed,
        cancel: async () => reject(new Error('Stream was cancelled.')),
      }),
    };
    // A workerd socket has more members than its two streams.
    const socket = { readable, writable, opened: Promise.resolve({}), closed, close() {} };
    const { transport, log, end } = own(socket);
    expect(transport.state).toBe('open');
    transport.send(hex('01'));
    transport.close(1000);
    expect(await end).toEqual([1000, '', true]);
    expect(log).toEqual([[1000, '', true]]);
  });

  it('that cannot take what was sent before does not end as requested', async () => {
    const cause = new Error('no');
    const { writable, readable } = parts({ write: () => Promise.reject(cause) });
    const { transport, end } = own({ readable, writable });
    transport.send(hex('01'));
    transport.close(1000);
    expect(await end).toEqual([1006, '', false]);
  });

  it('waits for what was sent, and drops what arrives from then on', async () => {
    const [near, far] = streamPair();
    const { transport, end, bytes } = own(near);
    const peer = peerOf(far);
    peer.send(hex('aa'));
    await turn();
    for (let i = 0; i < 20; i++) transport.send(Uint8Array.of(i));
    transport.close(3001, 'enough');
    expect(transport.state).toBe('closing');
    expect(transport.room).toBe(Infinity);
    expect(transport.send(hex('ff'))).toBe(false);
    peer.send(hex('bb'));
    expect(await readAll(peer.reader)).toEqual(Uint8Array.from({ length: 20 }, (_, i) => i));
    expect(await end).toEqual([3001, 'enough', true]);
    expect(bytes()).toEqual(hex('aa'));
    await turn();
    expect(await isRejected(peer.writer.closed)).toBe(true);
  });

  it('completes when it is paused and full of unread bytes', async () => {
    const [near, far] = streamPair();
    const { transport, end } = own(near, { received: () => transport.pause() });
    const peer = peerOf(far);
    for (let i = 0; i < 100; i++) peer.send(pattern(1000));
    await turn();
    transport.close();
    void readAll(peer.reader);
    expect(await end).toEqual([1005, '', true]);
  });

  it('completes with a peer that reads only after its own bytes are read', async () => {
    const [near, far] = streamPair();
    const { transport, end } = own(near);
    transport.pause();
    const { reader, writer } = peerOf(far);
    transport.send(hex('01'));
    transport.close();
    // The peer would wait for ever if we did not keep reading.
    for (let i = 0; i < 10; i++) await writer.write(hex('00'));
    expect(await readAll(reader)).toEqual(hex('01'));
    expect(await end).toEqual([1005, '', true]);
  });

  it('from both sides at once is clean on both', async () => {
    const [near, far] = streamPair();
    const sides = [own(near), own(far)];
    for (const { transport } of sides) {
      for (let i = 0; i < 5; i++) transport.send(pattern(100));
      transport.close(1000);
    }
    for (const { end, log } of sides) {
      expect(await end).toEqual([1000, '', true]);
      expect(log).toHaveLength(1);
    }
  });

  it('a second time, or after the end, does nothing', async () => {
    const [near, far] = streamPair();
    const { transport, log, end } = own(near);
    void readAll(peerOf(far).reader);
    transport.close(1000, 'first');
    transport.close(3000, 'second');
    await end;
    transport.close(3001);
    transport.pause();
    transport.resume();
    transport.notify(0);
    await turn();
    expect(log).toEqual([[1000, 'first', true]]);
  });

  it('fails when the peer does not take what was sent', async () => {
    const [near, far] = streamPair();
    const { transport, log, end } = own(near);
    transport.send(hex('01'));
    transport.close();
    void far.readable.cancel(new Error('no, thanks'));
    expect(await end).toEqual([1006, '', false]);
    expect(log[0]).toBe('ERR_CHANNEL');
  });
});

describe("a pair's end", () => {
  it('by the peer closes our side too', async () => {
    const [near, far] = streamPair();
    const { transport, log, end, bytes } = own(near);
    const { reader, send, writer } = peerOf(far);
    transport.send(hex('01'));
    for (let i = 0; i < 5; i++) send(Uint8Array.of(i));
    void writer.close();
    expect(await readAll(reader)).toEqual(hex('01'));
    expect(await end).toEqual([1005, '', true]);
    expect(bytes()).toEqual(hex('00 01 02 03 04'));
    expect(log).toHaveLength(1);
  });

  it('is clean when the peer does not take our last bytes, as with a WebSocket', async () => {
    const [near, far] = streamPair();
    const { transport, end } = own(near);
    for (let i = 0; i < 5; i++) transport.send(pattern(100));
    void far.writable.close();
    void far.readable.cancel();
    expect(await end).toEqual([1005, '', true]);
  });

  it('by an error is reported once, and reaches the peer', async () => {
    const abort = vi.fn();
    const { source, ...pair } = parts({ abort });
    const { log, errors, end, transport } = own(pair);
    const cause = new Error('reset');
    source.error(cause);
    expect(await end).toEqual([1006, '', false]);
    await turn();
    expect(log).toEqual(['ERR_CHANNEL', [1006, '', false]]);
    expect(errors[0].cause).toBe(cause);
    expect(abort).toHaveBeenCalledTimes(1);
    expect(transport.send(hex('01'))).toBe(false);
  });
});

describe('a WebSocketStream', () => {
  it('is connecting until it is open', async () => {
    const socket = new FakeSocketStream();
    const { transport, log, bytes } = own(socket);
    expect([transport.state, transport.room, transport.url]).toEqual([
      'connecting',
      0,
      'wss://fake/',
    ]);
    expect(() => transport.send(hex('01'))).toThrow(
      expect.objectContaining({ code: 'ERR_CHANNEL' }),
    );
    socket.open('binary');
    await turn();
    expect([transport.state, transport.protocol]).toEqual(['open', 'binary']);
    transport.send(hex('01'));
    socket.deliver(hex('02'));
    await turn();
    expect(socket.sent).toEqual([hex('01')]);
    expect(bytes()).toEqual(hex('02'));
    expect(log).toEqual(['opened']);
  });

  it('that cannot be opened fails', async () => {
    const socket = new FakeSocketStream();
    const { transport, log, errors, end } = own(socket);
    const cause = new Error('refused');
    socket.fail(cause);
    expect(await end).toEqual([1006, '', false]);
    expect(log).toEqual(['ERR_CHANNEL', [1006, '', false]]);
    expect(errors[0].cause).toBe(cause);
    expect(transport.state).toBe('closed');
  });

  it('that is closed before it opens fails, as a WebSocket does', async () => {
    const socket = new FakeSocketStream();
    const { transport, log, end } = own(socket);
    transport.close(1000);
    expect(transport.state).toBe('closing');
    expect(await end).toEqual([1006, '', false]);
    expect(log).toEqual(['ERR_CHANNEL', [1006, '', false]]);
  });

  it('that opens while it is being closed is not reported as open', async () => {
    const socket = new FakeSocketStream();
    const { transport, log, end } = own(socket);
    socket.open();
    transport.close(1000);
    expect(await end).toEqual([1000, '', true]);
    expect(log).toEqual([[1000, '', true]]);
  });

  it('delivers everything sent before its end', async () => {
    const socket = new FakeSocketStream().open();
    const { log, end, bytes } = own(socket);
    await turn();
    for (let i = 0; i < 20; i++) {
      socket.deliver(Uint8Array.of(i));
      await turn();
    }
    socket.end(3005, 'done');
    expect(await end).toEqual([3005, 'done', true]);
    expect(bytes().length).toBe(20);
    expect(log).toEqual(['opened', [3005, 'done', true]]);
  });

  it('that breaks is reported once', async () => {
    const socket = new FakeSocketStream().open();
    const { transport, log, end } = own(socket);
    await turn();
    transport.send(hex('01'));
    socket.fail(new Error('lost'));
    expect(await end).toEqual([1006, '', false]);
    await turn();
    expect(log).toEqual(['opened', 'ERR_CHANNEL', [1006, '', false]]);
  });

  it('does not fail because a write comes too late for a clean end', async () => {
    const socket = new FakeSocketStream().open();
    const { transport, log, end } = own(socket);
    await turn();
    let unblock!: () => void;
    socket.blocked = new Promise((resolve) => (unblock = resolve));
    transport.send(hex('01'));
    transport.send(hex('02'));
    await turn();
    socket.end(1001, 'leaving');
    expect(await end).toEqual([1001, 'leaving', true]);
    unblock();
    await turn();
    expect(log).toEqual(['opened', [1001, 'leaving', true]]);
  });

  it('whose peer closes during a pause is reported as truncated', async () => {
    const socket = new FakeSocketStream().open();
    const { transport, log, end, bytes } = own(socket, { received: () => transport.pause() });
    await turn();
    for (let i = 0; i < 20; i++) socket.deliver(Uint8Array.of(i));
    await turn();
    socket.end(1000, 'bye');
    expect(await end).toEqual([1000, 'bye', false]);
    expect(bytes()).toEqual(hex('00'));
    expect(log).toEqual(['opened', 'ERR_TRUNCATED', [1000, 'bye', false]]);
    expect(transport.send(hex('01'))).toBe(false);
  });

  it('never loses bytes without reporting it, whenever it is paused and ended', async () => {
    const step = fc.constantFrom('deliver', 'deliver', 'pause', 'resume', 'turn', 'microtask');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const socket = new FakeSocketStream().open();
        const { transport, log, end, bytes } = own(socket);
        await turn();
        let sent = 0;
        for (const name of steps) {
          if (name === 'deliver') socket.deliver(Uint8Array.of(sent++));
          else if (name === 'turn') await turn();
          else if (name === 'microtask') await Promise.resolve();
          else transport[name]();
        }
        // A platform event comes in a turn of its own.
        await turn();
        socket.end();
        await end;
        expect(bytes()).toEqual(Uint8Array.from({ length: bytes().length }, (_, i) => i));
        if (bytes().length < sent) expect(log).toContain('ERR_TRUNCATED');
        if (!steps.includes('pause')) expect(log).not.toContain('ERR_TRUNCATED');
      }),
    );
  });

  it('is not reported as truncated if a read was still pending', async () => {
    const socket = new FakeSocketStream().open();
    const { transport, log, end } = own(socket);
    await turn();
    transport.pause();
    await turn();
    socket.end();
    expect(await end).toEqual([1000, '', true]);
    expect(log).toHaveLength(2);
  });

  it('is reported as truncated if it ended before anybody could read', async () => {
    const socket = new FakeSocketStream().open();
    socket.deliver(hex('01'));
    socket.end();
    const { end, log } = own(socket);
    expect(await end).toEqual([1000, '', false]);
    expect(log).toEqual(['opened', 'ERR_TRUNCATED', [1000, '', false]]);
  });

  it('delivers what a stream still holds at the end, even during a pause', async () => {
    // Unlike Chromium's, this stream has a queue of its own.
    const { source, cancel: _, ...pair } = parts();
    let close!: (info: { closeCode: number; reason: string }) => void;
    const owner = own(
      {
        url: 'wss://fake/',
        opened: Promise.resolve({ ...pair, protocol: '' }),
        closed: new Promise((resolve) => (close = resolve)),
        close() {},
      },
      { received: () => owner.transport.pause() },
    );
    for (let i = 0; i < 5; i++) source.enqueue(Uint8Array.of(i));
    await turn();
    expect(owner.bytes()).toEqual(hex('00'));
    source.close();
    close({ closeCode: 1000, reason: '' });
    expect(await owner.end).toEqual([1000, '', false]);
    expect(owner.bytes()).toEqual(hex('00 01 02 03 04'));
  });

  it('reports a close code that comes during a send, and 1006 as a failure', async () => {
    for (const [code, expected] of [
      [1000, ['opened', [1000, 'bye', true]]],
      [1011, ['opened', [1011, 'bye', true]]],
      [1006, ['opened', 'ERR_CHANNEL', [1006, '', false]]],
    ] as const) {
      const socket = new FakeSocketStream().open();
      const { transport, end, log } = own(socket);
      await turn();
      transport.send(hex('01'));
      socket.endUncleanly(code, 'bye');
      await end;
      expect(log).toEqual(expected);
    }
  });

  it('closes with code and reason after what was sent, even during a pause', async () => {
    const socket = new FakeSocketStream().open();
    const { transport, log, end, bytes } = own(socket, { received: () => transport.pause() });
    await turn();
    let unblock!: () => void;
    socket.blocked = new Promise((resolve) => (unblock = resolve));
    for (let i = 0; i < 20; i++) socket.deliver(Uint8Array.of(i));
    await turn();
    transport.send(hex('01'));
    transport.close(3001, 'enough');
    await turn();
    expect(socket.closes).toEqual([]);
    unblock();
    expect(await end).toEqual([3001, 'enough', true]);
    expect(socket.closes).toEqual([{ closeCode: 3001, reason: 'enough' }]);
    expect(socket.sent).toEqual([hex('01')]);
    expect(bytes()).toEqual(hex('00'));
    expect(log).toEqual(['opened', [3001, 'enough', true]]);
  });

  it('closes with 1003, or 4003 if the platform refuses that', async () => {
    for (const [isStrict, code] of [
      [true, 4003],
      [false, 1003],
    ] as const) {
      const socket = Object.assign(new FakeSocketStream().open(), { isStrict });
      const { transport, end } = own(socket);
      await turn();
      transport.close(1003);
      expect(await end).toEqual([code, '', true]);
    }
  });

  it('whose streams reject after close(), as with Deno, ends as requested', async () => {
    const socket = new FakeSocketStream().open();
    const { transport, log, end } = own(socket);
    await turn();
    socket.close = () => void setImmediate(() => socket.fail(new Error('canceled')));
    transport.close(1000);
    expect(await end).toEqual([1000, '', true]);
    expect(log).toEqual(['opened', [1000, '', true]]);
  });

  it('closes without a code', async () => {
    const socket = new FakeSocketStream().open();
    const { transport, end } = own(socket);
    await turn();
    transport.close();
    expect((await end)[0]).toBe(1005);
  });

  it('whose close throws fails', async () => {
    const socket = new FakeSocketStream().open();
    socket.close = () => raise(new SyntaxError('the reason is too long'));
    const { transport, end, errors } = own(socket);
    await turn();
    transport.close(1000, 'x'.repeat(200));
    expect(await end).toEqual([1006, '', false]);
    expect(errors[0].cause).toBeInstanceOf(SyntaxError);
  });
});

describe('after detach', () => {
  it('nothing is reported, whenever it happens', async () => {
    for (let when = 0; when < 6; when++) {
      const socket = new FakeSocketStream();
      const { transport, log, chunks } = own(socket);
      const steps = [
        () => socket.open(),
        () => transport.send(hex('01')),
        () => transport.notify(0),
        () => socket.deliver(hex('02')),
        () => transport.pause(),
        () => socket.end(),
      ];
      for (const [at, step] of steps.entries()) {
        if (at === when) transport.detach();
        const told = log.length + chunks.length;
        step();
        await turn();
        if (at >= when) expect(log.length + chunks.length).toBe(told);
      }
    }
  });

  it('a paused transport that is closed still ends, and frees its streams', async () => {
    const socket = new FakeSocketStream().open();
    const { transport, log } = own(socket, { received: () => transport.pause() });
    await turn();
    for (let i = 0; i < 20; i++) socket.deliver(pattern(1000));
    await turn();
    transport.detach();
    transport.close(1000);
    await socket.closed;
    await turn();
    expect(socket.isOver).toBe(true);
    expect(transport.state).toBe('closed');
    expect(log).toEqual(['opened']);

    const [near, far] = streamPair();
    const pair = own(near, { received: () => pair.transport.pause() });
    const peer = peerOf(far);
    for (let i = 0; i < 20; i++) peer.send(pattern(1000));
    await turn();
    pair.transport.detach();
    pair.transport.close(1000);
    await readAll(peer.reader);
    await turn();
    expect(pair.transport.state).toBe('closed');
    expect(await isRejected(peer.writer.closed)).toBe(true);
  });

  it('from within any handler nothing more is reported', async () => {
    for (const name of ['opened', 'received', 'writable', 'failed'] as const) {
      const socket = new FakeSocketStream();
      const owner = own(socket, { [name]: () => owner.transport.detach() });
      socket.open();
      await turn();
      owner.transport.notify(0);
      socket.deliver(hex('01'));
      socket.deliver(hex('02'));
      await turn();
      socket.fail(new Error('lost'));
      await turn();
      expect(owner.log).not.toContainEqual([1006, '', false]);
      expect(owner.chunks.length).toBe(name === 'failed' ? 2 : name === 'received' ? 1 : 0);
      expect(owner.transport.state).toBe('closed');
    }
  });
});

function isRejected(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => false,
    () => true,
  );
}

function raise(error: Error): never {
  throw error;
}
