import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { Websock, type Channel } from '../../../src/index.js';
import { ChannelTransport } from '../../../src/transport/channel.js';
import { hex, join, pattern, same } from '../../helpers/bytes.js';
import { FakeDataChannel, FakeWebSocket } from '../../helpers/fake-channel.js';

/** Notes the events of a socket in order. */
function log(sock: Websock): unknown[] {
  const events: unknown[] = [];
  sock.on('open', () => events.push('open'));
  sock.on('message', () => events.push('message'));
  sock.on('error', (error) => events.push(error.code));
  sock.on('close', ({ code, reason, wasClean }) => events.push([code, reason, wasClean]));
  return events;
}

describe('what can be attached', () => {
  it('is anything with the members, own or inherited', () => {
    const own = { ...new FakeWebSocket(), send() {}, close() {}, readyState: 1 };
    const inherited = Object.create(own) as Channel;
    for (const channel of [own as never, inherited]) {
      const sock = new Websock();
      sock.attach(channel);
      expect(sock.readyState).toBe('open');
    }
  });

  it('has types that a WebSocket, that of ws, and an RTCDataChannel fulfil', () => {
    expectTypeOf<WebSocket>().toExtend<Channel>();
    expectTypeOf<NodeWebSocket>().toExtend<Channel>();
    expectTypeOf<RTCDataChannel>().toExtend<Channel>();
    expectTypeOf<Blob>().not.toExtend<Channel>();
  });

  it('is told by its missing members otherwise', () => {
    const sock = new Websock();
    expect(() => sock.attach({ send() {}, close() {} } as never)).toThrow(
      new TypeError(
        'Cannot use this channel: it has no binaryType, onerror, onmessage, onopen, protocol, readyState',
      ),
    );
    for (const channel of [null, undefined, 5, 'ws://x/']) {
      expect(() => sock.attach(channel as never)).toThrow(TypeError);
    }
    expect(sock.readyState).toBe('unused');
  });

  it('is no data channel that may lose or reorder', () => {
    for (const flaw of [{ ordered: false }, { maxRetransmits: 0 }, { maxPacketLifeTime: 100 }]) {
      const channel: FakeDataChannel = Object.assign(new FakeDataChannel(), flaw);
      expect(() => new Websock().attach(channel)).toThrow(/must be ordered/);
      expect(channel.onmessage).toBeNull();
    }
  });
});

describe('messages', () => {
  it('of all binary kinds are bytes', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    channel.deliver(hex('01'));
    channel.deliver(new DataView(hex('00 02 03').buffer, 1));
    channel.deliver(Buffer.from([4, 5]));
    expect(sock.rQshiftBytes(5)).toEqual(hex('01 02 03 04 05'));
  });

  it('of text are their UTF-8 bytes by default', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    channel.deliver('hé');
    channel.deliver('5');
    expect(sock.rQshiftBytes(sock.rQlen())).toEqual(hex('68 c3 a9 35'));
  });

  it("of text end the connection under text: 'error', with 1003 or what the platform allows for it", () => {
    const sock = new Websock({ text: 'error' });
    const events = log(sock);
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    channel.deliver(hex('01'));
    channel.deliver('hello');
    channel.deliver(hex('02'));
    expect(channel.closes).toEqual([[4003, undefined]]);
    expect(sock.readyState).toBe('closing');
    expect(sock.rQshiftBytes(sock.rQlen())).toEqual(hex('01'));
    channel.end(4003);
    expect(events).toEqual(['message', 'ERR_TEXT_FRAME', [4003, '', true]]);

    const tolerant = Object.assign(new FakeWebSocket().open(), { code: 0 });
    tolerant.close = (code) => void (tolerant.code = code!);
    sock.attach(tolerant);
    tolerant.deliver('hello');
    expect(tolerant.code).toBe(1003);
  });

  it('that are Blobs end the connection: reading them would not be in order', () => {
    const sock = new Websock();
    const events = log(sock);
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    channel.deliver(new Blob(['x']));
    channel.deliver(hex('02'));
    channel.end(4003);
    expect(events).toEqual(['ERR_CHANNEL', [4003, '', true]]);
    expect(sock.rQlen()).toBe(0);
  });

  it('are asked for as ArrayBuffers', () => {
    const channel = new FakeWebSocket();
    new Websock().attach(channel);
    expect(channel.binaryType).toBe('arraybuffer');
  });
});

describe('an end that the platform tells badly', () => {
  afterEach(() => void vi.useRealTimers());

  it('after a refused connection comes from us, as with Node 22, and once', () => {
    vi.useFakeTimers();
    const channel = new FakeWebSocket();
    const sock = new Websock();
    sock.attach(channel);
    const events = log(sock);
    channel.fail();
    expect(events).toEqual(['ERR_CHANNEL']);
    vi.runAllTimers();
    expect(events).toEqual(['ERR_CHANNEL', [1006, '', false]]);
    expect(channel.closes.length).toBe(1);
    channel.end(1006, '', false);
    expect(events.length).toBe(2);
  });

  it('is not ours to tell when the platform does, or when another channel is there', () => {
    vi.useFakeTimers();
    const channels = [new FakeWebSocket(), new FakeWebSocket()];
    const sock = new Websock();
    const events = log(sock);
    for (const channel of channels) {
      sock.attach(channel);
      channel.fail();
    }
    channels[1]!.end(1006, 'refused', false);
    sock.attach(new FakeWebSocket());
    vi.runAllTimers();
    expect(events).toEqual(['ERR_CHANNEL', 'ERR_CHANNEL', [1006, 'refused', false]]);
    expect(sock.readyState).toBe('connecting');
  });

  it('with a code of 0 is a broken connection, as with Deno', () => {
    const channel = new FakeWebSocket();
    const sock = new Websock();
    sock.attach(channel);
    const events = log(sock);
    channel.open();
    channel.end(0, '', false);
    expect(events).toEqual(['open', [1006, '', false]]);
  });
});

describe('what is sent', () => {
  it('is copied for a channel that is not the platform’s, which may read it later', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open();
    const kept: Uint8Array[] = [];
    channel.send = (data) => void kept.push(data as Uint8Array);
    sock.attach(channel);
    const bytes = pattern(20_000);
    sock.send(bytes);
    bytes.fill(0);
    expect(same(kept[0], pattern(20_000))).toBe(true);
  });

  it('is not copied for a platform’s channel, unless its memory is shared', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open();
    Object.defineProperty(channel, Symbol.toStringTag, { value: 'WebSocket' });
    const kept: Uint8Array[] = [];
    channel.send = (data) => void kept.push(data as Uint8Array);
    sock.attach(channel);
    const bytes = pattern(20_000);
    const shared = new Uint8Array(new SharedArrayBuffer(20_000));
    sock.send(bytes);
    sock.send(shared as never);
    expect(kept[0].buffer).toBe(bytes.buffer);
    expect(kept[1].buffer).toBeInstanceOf(ArrayBuffer);
  });
});

describe('the subprotocol base64', () => {
  it('decodes text frames and encodes what is sent', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket();
    sock.attach(channel);
    channel.open('base64');
    channel.deliver('AP+A');
    channel.deliver('QQ==');
    channel.deliver(hex('42'));
    expect(sock.rQshiftBytes(5)).toEqual(hex('00 ff 80 41 42'));
    sock.send(hex('00 ff 80 41'));
    expect(channel.sent).toEqual(['AP+AQQ==']);
    expect(sock.bytesSent).toBe(4);
  });

  it('carries large messages both ways', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket();
    sock.attach(channel);
    channel.open('base64');
    sock.send(pattern(200_000));
    for (const text of channel.sent) channel.deliver(text);
    expect(same(sock.rQshiftBytes(200_000), pattern(200_000))).toBe(true);
  });

  it('refuses a text frame that is not Base64', () => {
    const sock = new Websock();
    const events = log(sock);
    const channel = new FakeWebSocket();
    sock.attach(channel);
    channel.open('base64');
    channel.deliver('no base64!');
    expect(events).toEqual(['open', 'ERR_TEXT_FRAME']);
    expect(channel.closes).toEqual([[4003, undefined]]);
  });
});

describe('an RTCDataChannel', () => {
  it('opens, carries bytes and closes', () => {
    const sock = new Websock();
    const events = log(sock);
    const channel = new FakeDataChannel();
    sock.attach(channel);
    expect(sock.readyState).toBe('connecting');
    sock.send(hex('01'));
    channel.open();
    expect(join(channel.sent)).toEqual(hex('01'));
    expect(sock.readyState).toBe('open');
    sock.close();
    expect(channel.closed).toBe(1);
    channel.end();
    expect(events).toEqual(['open', [1005, '', true]]);
    expect(sock.send(hex('02'))).toBe(false);
  });

  it('that is open already raises no open event, even if the platform still does', () => {
    const sock = new Websock();
    const events = log(sock);
    const channel = new FakeDataChannel();
    channel.readyState = 'open';
    sock.attach(channel);
    channel.onopen?.(new Event('open') as never);
    expect(events).toEqual([]);
  });

  it('that fails while a close waits for it is closed all the same', () => {
    const sock = new Websock();
    const channel = new FakeDataChannel().open();
    sock.attach(channel);
    sock.send(new Uint8Array(3 * 1024 * 1024));
    sock.close();
    sock.on('error', (error) => {
      throw error;
    });
    channel.send = () => {
      throw new DOMException('no', 'OperationError');
    };
    expect(() => channel.drain()).toThrow('no');
    expect(channel.closed).toBe(1);
  });

  it('ends with 1006 after an error', () => {
    const sock = new Websock();
    const events = log(sock);
    const channel = new FakeDataChannel().open();
    sock.attach(channel);
    channel.onerror?.(new Event('error') as never);
    channel.end();
    expect(events).toEqual(['ERR_CHANNEL', [1006, '', false]]);
  });

  it('is never filled to where it throws: the rest waits for bufferedamountlow', () => {
    const sock = new Websock({ sendLimit: 64 * 1024 * 1024 });
    const channel = new FakeDataChannel().open();
    sock.attach(channel);
    const bytes = new Uint8Array(20 * 1024 * 1024).map((_, i) => i >> 12);
    sock.send(bytes);
    let most = 0;
    for (let sent = -1; sent !== channel.sent.length;) {
      sent = channel.sent.length;
      most = Math.max(most, channel.bufferedAmount);
      channel.drain();
    }
    expect(most).toBeLessThan(2 * 1024 * 1024);
    expect(same(Buffer.concat(channel.sent), bytes)).toBe(true);
    expect(channel.sent.every((message) => message.length <= 65_536)).toBe(true);
  });

  it('is closed only when all that was sent before has left', () => {
    const sock = new Websock();
    const channel = new FakeDataChannel().open();
    sock.attach(channel);
    sock.send(new Uint8Array(3 * 1024 * 1024));
    sock.close();
    expect(sock.readyState).toBe('closing');
    expect(sock.send(hex('01'))).toBe(false);
    while (channel.closed === 0) {
      expect(channel.bufferedAmount).toBeGreaterThan(0);
      channel.drain();
    }
    expect(channel.sent.reduce((sum, { length }) => sum + length, 0)).toBe(3 * 1024 * 1024);
  });
});

describe('what is buffered', () => {
  /** A transport that has started, and how often it told `writable`. */
  function own(channel: FakeWebSocket | FakeDataChannel) {
    const transport = new ChannelTransport(channel, 'utf8');
    const writable = vi.fn();
    const ignore = (): void => {};
    transport.start({
      opened: ignore,
      received: ignore,
      failed: ignore,
      refused: ignore,
      closed: ignore,
      writable,
    });
    return { transport, writable };
  }

  const websocket = (bufferedAmount: number): FakeWebSocket & { bufferedAmount: number } =>
    Object.assign(new FakeWebSocket().open(), { bufferedAmount });

  const dataChannel = (bufferedAmount: number): FakeDataChannel =>
    Object.assign(new FakeDataChannel().open(), { bufferedAmount });

  afterEach(() => void vi.useRealTimers());

  it('is what the channel tells, or 0; and nothing stops its peer', () => {
    expect(own(websocket(5)).transport.bufferedAmount).toBe(5);
    expect(own(dataChannel(6)).transport.bufferedAmount).toBe(6);
    const { transport } = own(new FakeWebSocket());
    expect(transport.bufferedAmount).toBe(0);
    expect(transport.backpressure).toBe(false);
    transport.pause();
    transport.resume();
  });

  it('is told of at once, but not within the call, when it is few already', async () => {
    for (const channel of [websocket(10), dataChannel(10), new FakeWebSocket()]) {
      const { transport, writable } = own(channel);
      transport.notify(10);
      expect(writable).not.toHaveBeenCalled();
      await Promise.resolve();
      expect(writable).toHaveBeenCalledTimes(1);
    }
  });

  it('of a WebSocket is looked at, ever more rarely, by one timer', async () => {
    vi.useFakeTimers();
    const channel = websocket(100);
    const { transport, writable } = own(channel);
    const looks: number[] = [];
    Object.defineProperty(channel, 'bufferedAmount', {
      get: () => looks.push(Date.now() - begin) && 100,
      configurable: true,
    });
    const begin = Date.now();
    transport.notify(50);
    transport.notify(20);
    await vi.advanceTimersByTimeAsync(300);
    expect(vi.getTimerCount()).toBe(1);
    expect([...new Set(looks)]).toEqual([0, 1, 3, 7, 15, 31, 63, 113, 163, 213, 263]);

    Object.defineProperty(channel, 'bufferedAmount', { value: 50, configurable: true });
    await vi.advanceTimersByTimeAsync(50);
    expect(writable).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(1);
    Object.defineProperty(channel, 'bufferedAmount', { value: 0, configurable: true });
    await vi.advanceTimersByTimeAsync(50);
    expect(writable).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not looked at after close, detach or the end, and keeps no process alive', async () => {
    vi.useFakeTimers();
    const endings: ((transport: ChannelTransport, channel: FakeWebSocket) => void)[] = [
      (transport) => transport.close(),
      (transport) => transport.close(3000),
      (transport) => transport.detach(),
      (_transport, channel) => channel.end(),
    ];
    for (const end of endings) {
      const channel = websocket(100);
      const { transport, writable } = own(channel);
      transport.notify(50);
      await Promise.resolve();
      expect(vi.getTimerCount()).toBe(1);
      transport.notify(40);
      end(transport, channel);
      expect(vi.getTimerCount()).toBe(0);
      channel.bufferedAmount = 0;
      transport.notify(30);
      await vi.advanceTimersByTimeAsync(100);
      expect(writable).not.toHaveBeenCalled();
    }
    const unref = vi.fn();
    vi.stubGlobal('setTimeout', () => ({ unref }));
    own(websocket(100)).transport.notify(50);
    await Promise.resolve();
    expect(unref).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
  });

  it('of a data channel is told by its event, with the threshold where it is waited for', async () => {
    const channel = dataChannel(2_000_000);
    const { transport, writable } = own(channel);
    expect(channel.bufferedAmountLowThreshold).toBe(262_144);
    transport.notify(1_000_000);
    transport.notify(1000);
    transport.notify(0);
    await Promise.resolve();
    const told = [];
    while (channel.bufferedAmount > 0) {
      channel.drain(channel.bufferedAmountLowThreshold);
      told.push([channel.bufferedAmount, writable.mock.calls.length]);
    }
    expect(told).toEqual([
      [1_000_000, 1],
      [262_144, 2],
      [1000, 3],
      [0, 4],
    ]);
    expect(channel.bufferedAmountLowThreshold).toBe(262_144);
  });

  it('of a data channel may be asked for again by who is told, even if that throws', async () => {
    const channel = dataChannel(1000);
    const { transport, writable } = own(channel);
    writable.mockImplementationOnce(() => {
      transport.notify(10);
      throw new Error('from a handler');
    });
    transport.notify(100);
    await Promise.resolve();
    expect(() => channel.drain(100)).toThrow('from a handler');
    await Promise.resolve();
    expect(channel.bufferedAmountLowThreshold).toBe(10);
    channel.drain(10);
    expect(writable).toHaveBeenCalledTimes(2);
  });
});
