import { afterEach, describe, expect, it, vi } from 'vitest';
import { Websock, WebsockClosedError, type WebsockOptions } from '../../src/index.js';
import { hex, join, pattern, same } from '../helpers/bytes.js';
import { FakeSocketStream } from '../helpers/fake-stream.js';
import { FakeDataChannel, FakeWebSocket, streamPair } from '../../src/testing/index.js';

const KiB = 1024;

/** A WebSocket that counts everything it is sent as buffered until the test lowers `bufferedAmount`. */
class SlowWebSocket extends FakeWebSocket {
  bufferedAmount = 0;
  override send(data: Uint8Array | string): void {
    super.send(data);
    this.bufferedAmount += data.length;
  }
}

function connect(options?: WebsockOptions): { sock: Websock; channel: SlowWebSocket } {
  const sock = new Websock(options);
  const channel = new SlowWebSocket();
  channel.open();
  sock.attach(channel);
  return { sock, channel };
}

const turn = (): Promise<void> => new Promise(setImmediate);

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol();
  await turn();
  return (await Promise.race([promise.catch(() => {}), open])) === open;
}

describe('write', () => {
  it('waits until at most the mark is unsent, polling a WebSocket', async () => {
    const { sock, channel } = connect({ sendHighWaterMark: 100 * KiB });
    await sock.write(pattern(100 * KiB));
    const second = sock.write(pattern(10 * KiB));
    expect(sock.bufferedAmount).toBe(110 * KiB);
    expect(await isPending(second)).toBe(true);
    channel.bufferedAmount = 100 * KiB;
    await second;
    expect(channel.sentBytes.length).toBe(110 * KiB);
  });

  it('copies the bytes at the call', async () => {
    const { sock, channel } = connect();
    const bytes = hex('01 02 03');
    const written = sock.write(bytes);
    bytes.fill(9);
    await written;
    expect(channel.sentBytes).toEqual([1, 2, 3]);
  });

  it('while connecting resolves up to the mark, and everything leaves in order', async () => {
    const sock = new Websock({ sendHighWaterMark: 1000 });
    const channel = new SlowWebSocket();
    sock.attach(channel);
    await sock.write(pattern(1000));
    const more = sock.write(pattern(500, 1000));
    expect(await isPending(more)).toBe(true);
    channel.open();
    channel.bufferedAmount = 0;
    await more;
    expect(join(channel.sent as Uint8Array[])).toEqual(pattern(1500));
  });

  it('rejects before open(), while closing, when closed, and for a bad argument', async () => {
    await expect(new Websock().write(hex('01'))).rejects.toMatchObject({ code: 'ERR_STATE' });
    const { sock, channel } = connect();
    await expect(sock.write(5 as never)).rejects.toThrow(TypeError);
    await expect(sock.drained({ below: -1 })).rejects.toThrow(RangeError);
    sock.close();
    await expect(sock.write(hex('01'))).rejects.toBeInstanceOf(WebsockClosedError);
    channel.end();
    await expect(sock.write(hex('01'))).rejects.toBeInstanceOf(WebsockClosedError);
    await expect(sock.drained()).rejects.toBeInstanceOf(WebsockClosedError);
  });

  it('and drained() reject on abort and at the end; the bytes are sent anyway', async () => {
    const { sock, channel } = connect({ sendHighWaterMark: 10 });
    const controller = new AbortController();
    const aborted = sock.write(pattern(20), { signal: controller.signal });
    const closed = sock.drained({ below: 0 });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    channel.end(1006, '', false);
    await expect(closed).rejects.toMatchObject({ code: 'ERR_CLOSED', closeCode: 1006 });
    expect(channel.sentBytes.length).toBe(20);
  });

  it('over a data channel waits for bufferedamountlow', async () => {
    const sock = new Websock({ sendHighWaterMark: 1 });
    const channel = new FakeDataChannel().open();
    sock.attach(channel);
    const written = sock.write(pattern(2000 * KiB));
    expect(await isPending(written)).toBe(true);
    for (let i = 0; i < 3; i++) {
      channel.drain();
      await turn();
    }
    await written;
    expect(same(join(channel.sent), pattern(2000 * KiB))).toBe(true);
  });
});

it('a full data channel gets the rest once it has room, even without an event', async () => {
  const sock = new Websock({ sendHighWaterMark: 4096 * KiB });
  const channel = new FakeDataChannel().open();
  sock.attach(channel);
  sock.send(pattern(2000 * KiB));
  expect(join(channel.sent).length).toBeLessThan(2000 * KiB);
  const sent = (): number => {
    channel.bufferedAmount = 0;
    return join(channel.sent).length;
  };
  await expect.poll(sent).toBe(2000 * KiB);
  expect(same(join(channel.sent), pattern(2000 * KiB))).toBe(true);
});

describe('a channel whose send throws', () => {
  it('is tried only once, and the pending write rejects', async () => {
    let tries = 0;
    class Refusing extends FakeDataChannel {
      override send(data: Uint8Array | string): void {
        // Without this limit, a failing test would never end.
        if (++tries > 10) super.send(data);
        else throw new TypeError('too large for the peer');
      }
    }
    const channel = new Refusing();
    const sock = new Websock({ sendHighWaterMark: 10 });
    sock.attach(channel);
    const codes: string[] = [];
    sock.on('error', ({ code }) => codes.push(code));
    const failed = expect(sock.write(pattern(20))).rejects.toMatchObject({ code: 'ERR_CHANNEL' });
    channel.open();
    await turn();
    expect([tries, codes]).toEqual([1, ['ERR_CHANNEL']]);
    await failed;
  });
});

describe('drained', () => {
  it('flushes what was pushed, and waits for the level it is given', async () => {
    const { sock, channel } = connect();
    sock.sQpushBytes(pattern(100));
    const none = sock.drained({ below: 0 });
    const half = sock.drained({ below: 50 });
    expect(channel.sentBytes.length).toBe(100);
    channel.bufferedAmount = 50;
    await half;
    expect(await isPending(none)).toBe(true);
    channel.bufferedAmount = 0;
    await none;
  });

  it('rejects at once with the reason of an already aborted signal', async () => {
    const { sock } = connect();
    const signal = AbortSignal.abort(new Error('no time'));
    await expect(sock.drained({ below: 0, signal })).rejects.toThrow('no time');
  });
});

describe('drain', () => {
  it('fires once after the mark is exceeded, when at most the mark is unsent', async () => {
    const { sock, channel } = connect({ sendHighWaterMark: 1000 });
    let drains = 0;
    const drained = new Promise<void>((resolve) => {
      sock.on('drain', () => {
        drains++;
        resolve();
      });
    });
    sock.send(pattern(1000));
    sock.send(pattern(1));
    sock.send(pattern(1));
    await turn();
    expect(drains).toBe(0);
    channel.bufferedAmount = 1000;
    await drained;
    channel.bufferedAmount = 0;
    await turn();
    expect(drains).toBe(1);
  });

  it('does not fire when the mark is reached but not exceeded', async () => {
    const { sock, channel } = connect({ sendHighWaterMark: 1000 });
    const drain = vi.fn();
    sock.on('drain', drain);
    sock.send(pattern(1000));
    channel.bufferedAmount = 0;
    await sock.drained({ below: 0 });
    await turn();
    expect(drain).not.toHaveBeenCalled();
  });
});

describe('a data channel that has ended', () => {
  it('drops what is sent, and does not count it as sent', () => {
    const sock = new Websock();
    const channel = new FakeDataChannel().open();
    sock.attach(channel);
    channel.readyState = 'closed';
    sock.send(pattern(10));
    expect(sock.bytesSent).toBe(0);
  });
});

describe('a channel with backpressure', () => {
  /** A socket whose peer sends 5,000 bytes as fast as the socket reads them. */
  function flooded(prepare: (sock: Websock) => void): Websock {
    const [near, far] = streamPair();
    const sock = new Websock({ receiveHighWaterMark: 1000 });
    sock.attach(near);
    prepare(sock);
    const writer = far.writable.getWriter();
    void (async () => {
      for (let i = 0; i < 50; i++) await writer.write(pattern(100));
    })();
    return sock;
  }

  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await turn();
  };

  it('is stopped at the mark', async () => {
    const sock = flooded(() => {});
    await settle();
    expect(sock.bytesReceived).toBeGreaterThanOrEqual(1000);
    expect(sock.bytesReceived).toBeLessThan(2000);
  });

  it('is not stopped while a parser waits for more', async () => {
    const sock = flooded((one) => expect(one.rQwait('a frame', 5000)).toBe(true));
    await expect.poll(() => sock.rQlen()).toBe(5000);
  });

  it('is not stopped while a read waits for more', async () => {
    let read: Promise<Uint8Array> | undefined;
    flooded((sock) => (read = sock.read(5000)));
    expect((await read)?.length).toBe(5000);
  });

  it('is not stopped while a handler listens for messages', async () => {
    const lengths: number[] = [];
    flooded((one) => one.on('message', () => lengths.push(one.rQlen())));
    await expect.poll(() => lengths.at(-1)).toBe(5000);
  });

  it('is stopped by pause(), whatever the mark, and continues after resume()', async () => {
    const sock = flooded((one) => one.pause());
    await settle();
    expect(sock.bytesReceived).toBeLessThan(500);
    sock.resume();
    await expect.poll(() => sock.rQlen()).toBeGreaterThanOrEqual(1000);
  });
});

describe('an end', () => {
  it('with 1000 after an error rejects reads', async () => {
    const { sock, channel } = connect();
    sock.on('error', () => {});
    channel.fail();
    channel.end(1000);
    await expect(sock.readSome()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('that may have lost bytes rejects reads with ERR_TRUNCATED', async () => {
    const socket = new FakeSocketStream().open();
    socket.deliver(hex('01'));
    socket.end();
    const sock = new Websock();
    sock.on('error', () => {});
    sock.attach(socket);
    await expect(sock.readSome()).rejects.toMatchObject({ code: 'ERR_TRUNCATED' });
  });
});

describe('writable', () => {
  it('sends each chunk, and holds the next until the mark allows it', async () => {
    const { sock, channel } = connect({ sendHighWaterMark: 10 });
    const writer = sock.writable.getWriter();
    const writes = [writer.write(pattern(20)), writer.write(pattern(20, 20))];
    await turn();
    expect(channel.sentBytes.length).toBe(20);
    channel.bufferedAmount = 0;
    await writes[0];
    await turn();
    expect(join(channel.sent as Uint8Array[])).toEqual(pattern(40));
    channel.bufferedAmount = 0;
    await writes[1];
    const closed = writer.close();
    await turn();
    expect(channel.closes).toEqual([[1000, undefined]]);
    expect(await isPending(closed)).toBe(true);
    channel.end(1000);
    await closed;
  });

  it('closes the socket when aborted while a write is pending', async () => {
    const { sock } = connect({ sendHighWaterMark: 10 });
    const writer = sock.writable.getWriter();
    const why = new Error('enough');
    const written = writer.write(pattern(20));
    await turn();
    void writer.abort(why);
    await expect(written).rejects.toBe(why);
    await turn();
    expect(sock.readyState).toBe('closing');
  });

  it('closes the socket when aborted, and fails if the connection has failed', async () => {
    const one = connect();
    await one.sock.writable.abort();
    expect(one.sock.readyState).toBe('closing');
    const two = connect();
    const writer = two.sock.writable.getWriter();
    two.channel.end(1006, '', false);
    await expect(writer.write(hex('01'))).rejects.toBeInstanceOf(WebsockClosedError);
    writer.closed.catch(() => {});
  });

  it('fails with the connection even when idle, so that a pipe ends', async () => {
    const { sock, channel } = connect();
    const cancelled = vi.fn();
    const piped = new ReadableStream({ cancel: cancelled }).pipeTo(sock.writable as WritableStream);
    channel.end(1000);
    await expect(piped).rejects.toBeInstanceOf(WebsockClosedError);
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it('rejects close() if the connection breaks before the end', async () => {
    const { sock, channel } = connect();
    const writer = sock.writable.getWriter();
    writer.closed.catch(() => {});
    const closed = writer.close();
    await turn();
    channel.end(1006, '', false);
    await expect(closed).rejects.toBeInstanceOf(WebsockClosedError);
  });
});

describe('timeouts', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a connection that does not open within openTimeout fails', async () => {
    vi.useFakeTimers();
    const sock = new Websock({ openTimeout: 1000 });
    const channel = new SlowWebSocket();
    const events: unknown[] = [];
    sock.on('error', ({ code }) => events.push(code));
    sock.on('close', ({ code, wasClean }) => events.push(code, wasClean));
    sock.attach(channel);
    const opened = sock.opened;
    vi.advanceTimersByTime(999);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toEqual(['ERR_OPEN_TIMEOUT', 1006, false]);
    expect(channel.closes.length).toBe(1);
    channel.open();
    expect(sock.readyState).toBe('closed');
    await expect(opened).rejects.toMatchObject({ cause: { code: 'ERR_OPEN_TIMEOUT' } });
  });

  it('a connection closed before it opens ends uncleanly after openTimeout', async () => {
    vi.useFakeTimers();
    const sock = new Websock({ openTimeout: 1000 });
    const error = vi.fn();
    sock.on('error', error);
    sock.attach(new SlowWebSocket());
    sock.close();
    vi.advanceTimersByTime(1000);
    expect(await sock.closed).toEqual({ code: 1006, reason: '', wasClean: false, by: 'local' });
    expect(error).not.toHaveBeenCalled();
  });

  it('a connection that fails at once leaves no timer behind', () => {
    vi.useFakeTimers();
    const sock = new Websock({ openTimeout: 1000 });
    const { writable } = new TransformStream();
    const getReader = (): never => {
      throw new TypeError('it can not be read');
    };
    sock.attach({ readable: { locked: false, getReader }, writable });
    expect(sock.readyState).toBe('closed');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a connection that opens or ends in time does not fail', () => {
    vi.useFakeTimers();
    const sock = new Websock({ openTimeout: 1000 });
    const errors: string[] = [];
    sock.on('error', ({ code }) => errors.push(code));
    const channel = new SlowWebSocket();
    sock.attach(channel);
    channel.open();
    vi.advanceTimersByTime(5000);
    sock.attach(new SlowWebSocket());
    sock.close();
    (FakeWebSocket.last as FakeWebSocket).end(1006, '', false);
    expect(vi.getTimerCount()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('`idle` fires after each idleTimeout without a byte, and changes nothing', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { sock, channel } = connect({ idleTimeout: 1000 });
    const told: number[] = [];
    sock.on('idle', (ms) => told.push(ms));
    vi.advanceTimersByTime(900);
    channel.deliver(hex('01'));
    vi.advanceTimersByTime(999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([1000, 2000]);
    channel.deliver(hex('02'));
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([1000, 2000, 1000]);
    expect(sock.rQshift16()).toBe(0x0102);
    channel.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are refused if out of range', () => {
    for (const time of [0, -1, Number.NaN, 2 ** 31]) {
      expect(() => new Websock({ openTimeout: time })).toThrow(RangeError);
      expect(() => new Websock({ idleTimeout: time })).toThrow(RangeError);
    }
    expect(() => new Websock({ transport: 'fast' as never })).toThrow(RangeError);
  });
});
