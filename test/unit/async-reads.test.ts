import { describe, expect, it } from 'vitest';
import { Websock, WebsockClosedError, WebsockError, type WebsockOptions } from '../../src/index.js';
import { hex, join, pattern } from '../helpers/bytes.js';
import { FakeWebSocket } from '../../src/testing/index.js';

/** A socket over an open channel. */
function connect(options?: WebsockOptions): { sock: Websock; channel: FakeWebSocket } {
  const sock = new Websock(options);
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

const text = (bytes: Uint8Array | null): string | null => bytes && new TextDecoder().decode(bytes);
const bytes = (ascii: string): Uint8Array => new TextEncoder().encode(ascii);

/** Whether the promise is still pending once all pending jobs have run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol();
  const settled = promise.catch(() => {});
  await new Promise(setImmediate);
  return (await Promise.race([settled, open])) === open;
}

describe('async reads', () => {
  it('resolve with queued bytes, and wait for missing ones', async () => {
    const { sock, channel } = connect();
    channel.deliver(hex('01 02 03'));
    expect(await sock.read(2)).toEqual(hex('01 02'));
    const rest = sock.read(3);
    expect(await isPending(rest)).toBe(true);
    channel.deliverByteByByte(hex('04 05 06'));
    expect(await rest).toEqual(hex('03 04 05'));
    expect(sock.rQlen()).toBe(1);
  });

  it('are served first in, first out, whatever their kind', async () => {
    const { sock, channel } = connect();
    const view = new Uint16Array(1);
    const reads = [
      sock.read(3),
      sock.peek(1),
      sock.readInto(view),
      sock.readUntil(0x0a),
      sock.readSome({ max: 2 }),
      sock.readSome(),
    ];
    channel.deliverByteByByte(bytes('abcDEline\nxyz'));
    expect(await reads[0]).toEqual(bytes('abc'));
    expect(await reads[1]).toEqual(bytes('D'));
    expect(await reads[2]).toBe(view);
    expect(new Uint8Array(view.buffer)).toEqual(bytes('DE'));
    expect(text((await reads[3]) as Uint8Array)).toBe('line\n');
    expect(await reads[4]).toEqual(bytes('x'));
    expect(await reads[5]).toEqual(bytes('y'));
    expect(sock.rQlen()).toBe(1);
  });

  it('return copies that the caller may overwrite', async () => {
    const { sock, channel } = connect();
    channel.deliver(pattern(5000));
    const peeked = await sock.peek(5000);
    peeked.fill(0);
    expect(await sock.read(5000)).toEqual(pattern(5000));
  });

  it('reject invalid arguments, and lengths over receiveLimit, at once', async () => {
    const { sock } = connect({ receiveLimit: 1000 });
    for (const n of [-1, 1.5, Number.NaN, 1001]) {
      await expect(sock.read(n), String(n)).rejects.toThrow(RangeError);
      await expect(sock.peek(n), String(n)).rejects.toThrow(RangeError);
    }
    await expect(sock.readSome({ max: 0 })).rejects.toThrow(RangeError);
    await expect(sock.readUntil(0x100)).rejects.toThrow(RangeError);
    await expect(sock.readUntil(new Uint8Array(0))).rejects.toThrow(RangeError);
    await expect(sock.readUntil(0, { limit: 0 })).rejects.toThrow(RangeError);
    expect(await sock.read(0)).toEqual(new Uint8Array(0));
  });

  it('before open() are rejected with ERR_STATE', async () => {
    const sock = new Websock();
    await expect(sock.read(1)).rejects.toMatchObject({ code: 'ERR_STATE' });
    await expect(sock.readSome()).rejects.toMatchObject({ code: 'ERR_STATE' });
  });

  it('make sync reads throw ERR_READ_PENDING while they wait', async () => {
    const { sock, channel } = connect();
    const read = sock.read(4);
    channel.deliver(hex('01 02'));
    const syncReads = [
      () => sock.rQshift8(),
      () => sock.rQpeek8(),
      () => sock.rQwait('x', 1),
      () => sock.tryRead(() => sock.rQshift8()),
      () => sock.rQskipBytes(1),
    ];
    for (const syncRead of syncReads) {
      expect(syncRead).toThrow(expect.objectContaining({ code: 'ERR_READ_PENDING' }));
    }
    expect(sock.rQlen()).toBe(2);
    channel.deliver(hex('03 04 05'));
    expect(await read).toEqual(hex('01 02 03 04'));
    expect(sock.rQshift8()).toBe(5);
  });

  it('are served before `message`, which fires only for the remaining bytes', async () => {
    const { sock, channel } = connect();
    const told: number[] = [];
    sock.on('message', () => told.push(sock.rQlen()));
    const read = sock.read(4);
    channel.deliver(hex('01 02 03'));
    channel.deliver(hex('04'));
    expect(told).toEqual([]);
    const another = sock.read(1);
    channel.deliver(hex('05 06 07'));
    expect(told).toEqual([2]);
    expect(await read).toEqual(hex('01 02 03 04'));
    expect(await another).toEqual(hex('05'));
  });
});

describe('readUntil', () => {
  it('finds a delimiter however it is split', async () => {
    const wire = bytes('first\r\nsecond\r\r\nthird\r\n');
    for (let cut = 0; cut <= wire.length; cut++) {
      const { sock, channel } = connect();
      const lines = [1, 2, 3].map(() => sock.readUntil(bytes('\r\n')));
      if (cut > 0) channel.deliver(wire.subarray(0, cut));
      if (cut < wire.length) channel.deliver(wire.subarray(cut));
      expect((await Promise.all(lines)).map(text)).toEqual([
        'first\r\n',
        'second\r\r\n',
        'third\r\n',
      ]);
    }
  });

  it('rejects at its limit without consuming anything', async () => {
    const { sock, channel } = connect();
    const line = sock.readUntil(0x0a, { limit: 8 });
    channel.deliver(bytes('1234567'));
    expect(await isPending(line)).toBe(true);
    channel.deliver(bytes('8'));
    await expect(line).rejects.toMatchObject({ code: 'ERR_RECEIVE_OVERFLOW' });
    channel.deliver(bytes('9\n'));
    await expect(sock.readUntil(0x0a, { limit: 9 })).rejects.toThrow(WebsockError);
    expect(text(await sock.readUntil(0x0a, { limit: 10 }))).toBe('123456789\n');
  });
});

it('readUntil works with receiveLimit: Infinity', async () => {
  const { sock, channel } = connect({ receiveLimit: Infinity });
  channel.deliver(bytes('a\n'));
  expect(text(await sock.readUntil(0x0a))).toBe('a\n');
});

describe('an aborted read', () => {
  it('consumes nothing, and the reads behind it continue', async () => {
    const { sock, channel } = connect();
    const controller = new AbortController();
    const first = sock.read(4, { signal: controller.signal });
    const second = sock.read(2);
    channel.deliver(hex('01 02 03'));
    controller.abort();
    await expect(first).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(await second).toEqual(hex('01 02'));
    expect(sock.rQlen()).toBe(1);
  });

  it('leaves the bytes that arrived while it waited to `message`', async () => {
    const { sock, channel } = connect();
    const told: number[] = [];
    sock.on('message', () => told.push(sock.rQlen()));
    const controller = new AbortController();
    const read = sock.read(4, { signal: controller.signal });
    channel.deliver(hex('01 02 03'));
    expect(told).toEqual([]);
    controller.abort();
    expect(told).toEqual([3]);
    await expect(read).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  it('still resolves if its bytes arrived before the abort', async () => {
    const { sock, channel } = connect();
    const controller = new AbortController();
    const read = sock.read(2, { signal: controller.signal });
    channel.deliver(hex('01 02'));
    controller.abort();
    expect(await read).toEqual(hex('01 02'));
  });

  it('rejects at once with the reason of an already aborted signal', async () => {
    const { sock, channel } = connect();
    channel.deliver(hex('01'));
    const why = new Error('enough');
    await expect(sock.read(1, { signal: AbortSignal.abort(why) })).rejects.toBe(why);
    expect(sock.rQlen()).toBe(1);
  });

  it('leaves no listener on its signal', async () => {
    const { sock, channel } = connect();
    const { signal } = new AbortController();
    const counts: number[] = [];
    let listeners = 0;
    signal.addEventListener = (): void => void counts.push(++listeners);
    signal.removeEventListener = (): void => void counts.push(--listeners);
    const reads = [
      sock.read(1, { signal }),
      sock.readSome({ max: 1, signal }),
      sock.readUntil(3, { signal }),
    ];
    channel.deliver(hex('01 02 03'));
    await Promise.all(reads);
    expect(listeners).toBe(0);
  });
});

describe('the end', () => {
  it.each([1000, 1005])('with %i is clean: reads return the rest, then null', async (code) => {
    const { sock, channel } = connect();
    channel.deliver(hex('01 02'));
    channel.end(code);
    expect(await sock.readSome()).toEqual(hex('01 02'));
    expect(await sock.readSome()).toBeNull();
    await expect(sock.read(1)).rejects.toMatchObject({ code: 'ERR_CLOSED', closeCode: code });
    expect(await sock.read(0)).toEqual(new Uint8Array(0));
  });

  it.each([1006, 1001, 1011, 4009])(
    'with %i is not clean: reads return the rest, then reject',
    async (code) => {
      const { sock, channel } = connect();
      const waiting = [sock.readSome(), sock.readSome(), sock.read(3)];
      channel.deliver(hex('01 02'));
      channel.end(code, 'why', code !== 1006);
      expect(await waiting[0]).toEqual(hex('01 02'));
      await expect(waiting[1]).rejects.toMatchObject({
        code: 'ERR_CLOSED',
        closeCode: code,
        reason: 'why',
      });
      await expect(waiting[2]).rejects.toBeInstanceOf(WebsockClosedError);
      await expect(sock.readSome()).rejects.toMatchObject({ closeCode: code });
    },
  );

  it('during an exact read reports how many bytes arrived, and they stay readable', async () => {
    const { sock, channel } = connect();
    const read = sock.read(4);
    channel.deliver(hex('01 02 03'));
    channel.end(1000);
    await expect(read).rejects.toMatchObject({ code: 'ERR_CLOSED', available: 3 });
    expect(await sock.read(3)).toEqual(hex('01 02 03'));
  });

  it('by close() rejects pending reads; unread bytes stay readable', async () => {
    const { sock, channel } = connect();
    const waiting = sock.read(4);
    channel.deliver(hex('01 02'));
    sock.close(1000);
    await expect(waiting).rejects.toBeInstanceOf(WebsockClosedError);
    channel.deliver(hex('03'));
    expect(await sock.read(2)).toEqual(hex('01 02'));
    const last = sock.readSome();
    channel.end(1000);
    expect(await last).toBeNull();
  });

  it('by another attach() rejects pending reads, and the new channel starts afresh', async () => {
    const { sock, channel } = connect();
    const waiting = sock.readSome();
    channel.deliver(new Uint8Array(0));
    const next = new FakeWebSocket().open();
    sock.attach(next);
    await expect(waiting).rejects.toBeInstanceOf(WebsockClosedError);
    next.deliver(hex('07'));
    expect(await sock.read(1)).toEqual(hex('07'));
  });

  it('by an overflow rejects with ERR_RECEIVE_OVERFLOW as the cause', async () => {
    const { sock, channel } = connect({ receiveLimit: 10 });
    const read = sock.read(10);
    channel.deliver(pattern(4));
    channel.deliver(pattern(7));
    channel.end(4009);
    const error = (await read.catch((thrown: unknown) => thrown)) as WebsockClosedError;
    expect(error).toMatchObject({ code: 'ERR_CLOSED', closeCode: 4009, available: 4 });
    expect(error.cause).toMatchObject({ code: 'ERR_RECEIVE_OVERFLOW' });
  });
});

describe('for await', () => {
  it('yields all bytes up to a clean end', async () => {
    const { sock, channel } = connect();
    const collected = (async () => {
      const chunks = [];
      for await (const chunk of sock) chunks.push(chunk);
      return join(chunks);
    })();
    for (let at = 0; at < 100_000; at += 5000) {
      channel.deliver(pattern(5000, at));
      if (at % 3 === 0) await new Promise(setImmediate);
    }
    channel.end(1000);
    expect(await collected).toEqual(pattern(100_000));
  });

  it('throws if the connection fails; breaking out leaves the socket open', async () => {
    const { sock, channel } = connect();
    channel.deliver(hex('01 02'));
    for await (const chunk of sock) {
      expect(chunk).toEqual(hex('01 02'));
      break;
    }
    expect(sock.readyState).toBe('open');
    const loop = (async () => {
      for await (const chunk of sock) void chunk;
    })();
    channel.end(1006, '', false);
    await expect(loop).rejects.toMatchObject({ code: 'ERR_CLOSED', closeCode: 1006 });
  });
});

describe('pause', () => {
  it('withholds `message` until resume(), without losing a byte', () => {
    const { sock, channel } = connect();
    const told: number[] = [];
    sock.on('message', () => told.push(...sock.rQshiftBytes(sock.rQlen())));
    sock.pause();
    channel.deliver(hex('01 02'));
    channel.deliver(hex('03'));
    expect(told).toEqual([]);
    sock.resume();
    expect(told).toEqual([1, 2, 3]);
    channel.deliver(hex('04'));
    expect(told).toEqual([1, 2, 3, 4]);
    sock.pause();
    sock.resume();
    expect(told).toEqual([1, 2, 3, 4]);
  });

  it('holds back pending reads, even past the end; sync reads still work', async () => {
    const { sock, channel } = connect();
    sock.pause();
    channel.deliver(hex('01 02 03'));
    expect(sock.rQshift8()).toBe(1);
    const read = sock.readSome();
    const end = sock.readSome();
    channel.end(1000);
    expect(await isPending(read)).toBe(true);
    sock.resume();
    expect(await read).toEqual(hex('02 03'));
    expect(await end).toBeNull();
  });

  it('does not hold a read past another attach(), which rejects it', async () => {
    const { sock, channel } = connect();
    sock.pause();
    const { signal } = new AbortController();
    const held = sock.readSome({ signal });
    channel.end(1000);
    sock.attach(new FakeWebSocket().open());
    await expect(held).rejects.toBeInstanceOf(WebsockClosedError);
  });

  it('lets the queue overflow at receiveLimit if nothing can stop the peer', () => {
    const { sock, channel } = connect({ receiveLimit: 4 });
    const errors: string[] = [];
    sock.on('error', ({ code }) => errors.push(code));
    expect(sock.backpressure).toBe('none');
    sock.pause();
    channel.deliver(hex('01 02 03'));
    channel.deliver(hex('04 05'));
    expect(errors).toEqual(['ERR_RECEIVE_OVERFLOW']);
    expect(sock.rQlen()).toBe(3);
  });
});

describe('readable', () => {
  it('is a byte stream that fills the caller’s buffers', async () => {
    const { sock, channel } = connect();
    const reader = sock.readable.getReader({ mode: 'byob' });
    expect(sock.readable).toBe(sock.readable);
    channel.deliver(pattern(10));
    const { value } = await reader.read(new Uint8Array(4));
    expect(value).toEqual(pattern(4));
    channel.end(1000);
    expect((await reader.read(new Uint8Array(100))).value).toEqual(pattern(6, 4));
    expect(await reader.read(new Uint8Array(8))).toEqual({ done: true, value: new Uint8Array(0) });
  });

  it('pipes through a DecompressionStream and a TextDecoderStream', async () => {
    const packed = new Response(
      new Blob(['größe '.repeat(10_000)]).stream().pipeThrough(new CompressionStream('gzip')),
    );
    const wire = new Uint8Array(await packed.arrayBuffer());
    const { sock, channel } = connect();
    const all = new Response(
      sock.readable
        .pipeThrough(new DecompressionStream('gzip'))
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new TextEncoderStream()),
    ).text();
    channel.deliverByteByByte(wire);
    channel.end(1000);
    expect(await all).toBe('größe '.repeat(10_000));
  });

  it('reads only on demand, and cancelling it closes the socket', async () => {
    const { sock, channel } = connect();
    channel.deliver(pattern(200_000));
    const reader = sock.readable.getReader();
    await new Promise(setImmediate);
    expect(sock.rQlen()).toBe(200_000);
    const { value } = await reader.read();
    expect(value!.length + sock.rQlen()).toBe(200_000);
    await reader.cancel();
    expect(sock.readyState).toBe('closing');
  });

  it('fails when the connection fails', async () => {
    const { sock, channel } = connect();
    const reader = sock.readable.getReader();
    const read = reader.read();
    channel.end(1006, '', false);
    await expect(read).rejects.toBeInstanceOf(WebsockClosedError);
  });

  it('and writable of a previous channel neither read from nor write to the next one', async () => {
    const { sock, channel } = connect();
    const { readable, writable } = sock;
    const chunks = sock[Symbol.asyncIterator]();
    channel.deliver(hex('01'));
    await chunks.next();
    const next = new FakeWebSocket().open();
    sock.attach(next);
    next.deliver(hex('02'));
    await expect(chunks.next()).rejects.toBeInstanceOf(WebsockClosedError);
    await expect(readable.getReader().read()).rejects.toBeInstanceOf(WebsockClosedError);
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    await expect(writer.write(hex('03'))).rejects.toBeInstanceOf(WebsockClosedError);
    expect(next.sent).toEqual([]);
    expect(sock.rQlen()).toBe(1);
  });

  it('of a previous channel does not close the next one when cancelled', async () => {
    const { sock } = connect();
    const { readable, writable } = sock;
    sock.attach(new FakeWebSocket().open());
    await Promise.all([readable.cancel(), writable.abort()]);
    expect(sock.readyState).toBe('open');
  });

  it('is a new stream for each channel', async () => {
    const { sock } = connect();
    const first = sock.readable;
    const next = new FakeWebSocket().open();
    sock.attach(next);
    expect(sock.readable).not.toBe(first);
    next.deliver(hex('01'));
    expect((await sock.readable.getReader().read()).value).toEqual(hex('01'));
  });
});
