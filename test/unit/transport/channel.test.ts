import { Socket } from 'node:net';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { Websock, type Channel } from '../../../src/index.js';
import { ChannelTransport } from '../../../src/transport/channel.js';
import { hex, join, pattern, same } from '../../helpers/bytes.js';
import { FakeDataChannel, FakeWebSocket } from '../../../src/testing/index.js';

/** Records the events of a socket in order. */
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

  it('has a type that WebSocket, that of ws, and RTCDataChannel satisfy', () => {
    expectTypeOf<WebSocket>().toExtend<Channel>();
    expectTypeOf<NodeWebSocket>().toExtend<Channel>();
    expectTypeOf<RTCDataChannel>().toExtend<Channel>();
    expectTypeOf<Blob>().not.toExtend<Channel>();
  });

  it('is otherwise refused with its missing members', () => {
    const sock = new Websock();
    expect(() => sock.attach({ send() {}, close() {} } as never)).toThrow(
      new TypeError('Cannot use this channel: it has no readyState'),
    );
    expect(() => sock.attach({ readyState: 1, send: true } as never)).toThrow(
      new TypeError('Cannot use this channel: it has no send(), close()'),
    );
    for (const channel of [null, undefined, 5, 'ws://x/']) {
      expect(() => sock.attach(channel as never)).toThrow(TypeError);
    }
    expect(sock.readyState).toBe('unused');
  });

  it('needs only send, close and readyState, as on workerd, React Native and happy-dom', async () => {
    const sent: unknown[] = [];
    const bare: Channel = { readyState: 0, send: (data) => void sent.push(data), close() {} };
    const sock = new Websock();
    const events = log(sock);
    sock.attach(bare);
    expect([sock.protocol, sock.url, sock.bufferedAmount]).toEqual(['', '', 0]);
    Object.assign(bare, { readyState: 1 });
    bare.onopen?.({} as never);
    bare.onmessage?.({ data: hex('01 02').buffer } as never);
    await sock.write(hex('03'));
    Object.assign(bare, { readyState: 3 });
    bare.onclose?.({ code: 1000, wasClean: false } as never);
    expect(events).toEqual(['open', 'message', [1000, '', true]]);
    expect(sent).toEqual([hex('03')]);
    expect(await sock.readSome()).toEqual(hex('01 02'));
    expect(await sock.readSome()).toBeNull();
  });

  it('is not a Node stream, and the error says what to do', () => {
    const socket = new Socket();
    expect(() => new Websock().attach(socket as never)).toThrow(
      new TypeError('Cannot use this channel: it is a Node stream; attach Duplex.toWeb(stream)'),
    );
    socket.destroy();
  });

  it('is a reliable data channel, even one that reports 65535 for unset limits', () => {
    const limits = { maxRetransmits: 65_535, maxPacketLifeTime: 65_535 };
    const channel: FakeDataChannel = Object.assign(new FakeDataChannel(), limits);
    new Websock().attach(channel);
    for (const name of ['maxRetransmits', 'maxPacketLifeTime']) {
      const lossy: FakeDataChannel = Object.assign(new FakeDataChannel(), { [name]: 65_535 });
      expect(() => new Websock().attach(lossy)).toThrow(/must be ordered/);
    }
  });

  it('is not a data channel that may lose or reorder', () => {
    for (const flaw of [{ ordered: false }, { maxRetransmits: 0 }, { maxPacketLifeTime: 100 }]) {
      const channel: FakeDataChannel = Object.assign(new FakeDataChannel(), flaw);
      expect(() => new Websock().attach(channel)).toThrow(/must be ordered/);
      expect(channel.onmessage).toBeNull();
    }
  });
});

describe('messages', () => {
  it('of every binary kind are read as bytes', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    channel.deliver(hex('01'));
    channel.deliver(new DataView(hex('00 02 03').buffer, 1));
    channel.deliver(Buffer.from([4, 5]));
    expect(sock.rQshiftBytes(5)).toEqual(hex('01 02 03 04 05'));
  });

  it('of text are read as UTF-8 bytes by default', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    channel.deliver('hé');
    channel.deliver('5');
    expect(sock.rQshiftBytes(sock.rQlen())).toEqual(hex('68 c3 a9 35'));
  });

  it('of text end the connection under `text: error`, with 1003 or, failing that, 4003', () => {
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

  it('that are Blobs end the connection, as they cannot be read in order', () => {
    const sock = new Websock();
    const events = log(sock);
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    channel.deliver(new Blob(['x']));
    channel.deliver(hex('02'));
    channel.end(4003);
    expect(events).toEqual(['ERR_CHANNEL', [4003, '', true]]);
    expect(sock.rQlen()).toBe(0);
    const messages: string[] = [];
    for (const message of [new Blob(['x']), 5]) {
      sock.off('error');
      sock.on('error', (error) => messages.push(error.message));
      const other = new FakeWebSocket().open();
      sock.attach(other);
      other.deliver(message as never);
    }
    const rule = 'Cannot read the message: it must be text or bytes, but the channel sent';
    expect(messages).toEqual([
      `${rule} a Blob despite binaryType 'arraybuffer'`,
      `${rule} [object Number]`,
    ]);
  });

  it('are requested as ArrayBuffers', () => {
    const channel = new FakeWebSocket();
    new Websock().attach(channel);
    expect(channel.binaryType).toBe('arraybuffer');
  });
});

describe('an error', () => {
  /** The message of the socket's error for the cause in a channel's error event. */
  function told(channel: FakeWebSocket | FakeDataChannel, cause: unknown, sock = new Websock()) {
    const messages: string[] = [];
    sock.on('error', (error) => messages.push(error.message));
    sock.attach(channel);
    channel.onerror?.(cause as never);
    return messages[0];
  }

  it('ends with the text of its cause: an event, an exception, a code, a string', () => {
    const cause = 'Unexpected server response: 404';
    const refused = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    const causes: [unknown, string][] = [
      [new Event('error'), ''],
      [undefined, ''],
      [{ message: cause }, `: ${cause}`],
      [{ message: '', error: new Error(cause) }, `: ${cause}`],
      [{ message: '', error: refused }, ': ECONNREFUSED'],
      ['gone', ': gone'],
    ];
    for (const [given, text] of causes) {
      expect(told(new FakeWebSocket(), given)).toBe(`Cannot open ws://fake/${text}`);
      expect(told(new FakeWebSocket().open(), given)).toBe(
        `The connection to ws://fake/ failed${text}`,
      );
      expect(told(new FakeDataChannel(), given)).toBe(`Cannot open the channel${text}`);
    }
  });

  it('names the URL without what must not get into a log', () => {
    const sock = new Websock({ WebSocket: FakeWebSocket });
    const messages: string[] = [];
    sock.on('error', (error) => messages.push(error.message));
    for (const rest of ['x:1/d@sk?token=se@cret', 'x:1/d@sk#se/cret', 'user:s@cret@x:1/d@sk?a#b']) {
      sock.open(`wss://${rest}`);
      FakeWebSocket.last.fail();
    }
    expect(messages).toEqual(messages.map(() => 'Cannot open wss://x:1/d@sk'));
    expect(messages.length).toBe(3);
  });

  it('names the offered subprotocols, and so does the rejection of `opened`', async () => {
    const sock = new Websock({ WebSocket: FakeWebSocket });
    const messages: string[] = [];
    sock.on('error', (error) => messages.push(error.message));
    for (const offered of ['binary', ['binary', 'base64']]) {
      sock.open('ws://x/', offered);
      // Real WebSockets are already closed when they emit this event.
      FakeWebSocket.last.readyState = 3;
      FakeWebSocket.last.onerror?.({ message: 'refused' } as never);
      FakeWebSocket.last.end(1006, '', false);
    }
    expect(messages).toEqual([
      'Cannot open ws://x/ with the subprotocol binary: refused',
      'Cannot open ws://x/ with the subprotocols binary, base64: refused',
    ]);
    await expect(sock.opened).rejects.toThrow(
      `Cannot open: the connection was closed (1006): ${messages[1]}`,
    );
  });
});

describe('an end that the platform misreports', () => {
  afterEach(() => void vi.useRealTimers());

  it('after a refused connection is raised by the socket, once, as for Node 22', () => {
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

  it('is not raised by the socket if the platform does it, or after another attach()', () => {
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

  it('is raised by the socket if the peer never answers close(), as with undici', async () => {
    vi.useFakeTimers();
    const channel = Object.assign(new FakeWebSocket().open(), { bufferedAmount: 5 });
    const sock = new Websock();
    sock.attach(channel);
    const events = log(sock);
    sock.close();
    // While bytes are still leaving, the close frame waits behind them.
    vi.advanceTimersByTime(60_000);
    channel.bufferedAmount = 0;
    vi.advanceTimersByTime(9_999);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toEqual([[1006, '', false]]);
    expect(await sock.closed).toEqual({ code: 1006, reason: '', wasClean: false, by: 'local' });
    channel.end();
    expect(events.length).toBe(1);
  });

  it('is the answer to close() if it comes in time, and ignored after another attach()', () => {
    vi.useFakeTimers();
    const [slow, silent] = [new FakeWebSocket().open(), new FakeWebSocket().open()];
    const sock = new Websock();
    const events = log(sock);
    sock.attach(slow);
    sock.close();
    vi.advanceTimersByTime(34_999);
    slow.end(1000);
    sock.attach(silent);
    sock.close();
    sock.attach(new FakeWebSocket().open());
    vi.runAllTimers();
    expect(events).toEqual([[1000, '', true]]);
    expect(sock.readyState).toBe('open');
  });

  it('with 1000 or 1005 is clean whatever wasClean says, as in React Native', async () => {
    for (const code of [1000, 1005]) {
      const channel = new FakeWebSocket().open();
      const sock = new Websock();
      sock.attach(channel);
      channel.end(code, '', false);
      expect((await sock.closed).wasClean).toBe(true);
      expect(await sock.readSome()).toBeNull();
    }
  });

  it('with a code of 0 is a broken connection, as with Deno', () => {
    const channel = new FakeWebSocket();
    const sock = new Websock();
    sock.attach(channel);
    const events = log(sock);
    channel.open();
    channel.end(0, '', false);
    expect(events).toEqual(['open', 'ERR_CHANNEL', [1006, '', false]]);
  });

  it('without an error, as with ws and happy-dom, is an error if nobody closed', async () => {
    for (const isOpen of [true, false]) {
      const channel = new FakeWebSocket();
      const sock = new Websock();
      sock.attach(channel);
      if (isOpen) channel.open();
      const events = log(sock);
      channel.end(1006);
      expect(events).toEqual(['ERR_CHANNEL', [1006, '', false]]);
      const action = isOpen ? 'The connection to ws://fake/ failed' : 'Cannot open ws://fake/';
      await expect(sock.readSome()).rejects.toThrow(`(1006): ${action}`);
    }
    const channel = new FakeWebSocket().open();
    const sock = new Websock();
    sock.attach(channel);
    const events = log(sock);
    sock.close();
    channel.end(1006);
    expect(events).toEqual([[1006, '', false]]);
  });

  it('with 1006 is never clean, though jsdom and happy-dom say so', async () => {
    const channel = new FakeWebSocket().open();
    const sock = new Websock();
    sock.attach(channel);
    channel.end(1006, '', true);
    expect((await sock.closed).wasClean).toBe(false);
    await expect(sock.readSome()).rejects.toThrow('(1006)');
  });

  it('is raised even if the error handler throws', () => {
    const channel = new FakeWebSocket().open();
    const sock = new Websock();
    sock.attach(channel);
    const events = log(sock);
    sock.on('error', () => {
      throw new Error('from a handler');
    });
    expect(() => channel.end(1006)).toThrow('from a handler');
    expect(events).toEqual(['ERR_CHANNEL', [1006, '', false]]);
  });
});

describe('what is sent', () => {
  it('is copied for a channel that is not the platform’s, as it may be read later', () => {
    for (const name of [undefined, 'WebSocket']) {
      const sock = new Websock();
      const channel = new FakeWebSocket().open();
      // As in jsdom.
      if (name) Object.defineProperty(channel, Symbol.toStringTag, { value: name });
      const kept: Uint8Array[] = [];
      channel.send = (data) => void kept.push(data as Uint8Array);
      sock.attach(channel);
      const bytes = pattern(20_000);
      sock.send(bytes);
      bytes.fill(0);
      expect(same(kept[0], pattern(20_000))).toBe(true);
    }
  });

  it('is not copied for a platform’s channel, unless its memory is shared', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open();
    Object.defineProperty(channel, Symbol.toStringTag, { value: 'WebSocket' });
    const kept: Uint8Array[] = [];
    const send = (data: Uint8Array | string): void => void kept.push(data as Uint8Array);
    // A bound function looks native.
    channel.send = send.bind(undefined);
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

  it('that fails during a pending close is closed all the same', () => {
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
    channel.fail();
    channel.end();
    expect(events).toEqual(['ERR_CHANNEL', [1006, '', false]]);
  });

  it('is never filled until it throws: the rest waits for bufferedamountlow', () => {
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

  it('without bufferedamountlow is polled by a timer', async () => {
    vi.useFakeTimers();
    const sock = new Websock();
    const channel = new FakeDataChannel().open();
    sock.attach(channel);
    channel.onbufferedamountlow = null;
    sock.send(new Uint8Array(3 * 1024 * 1024));
    for (let times = 0; times < 3; times++) {
      expect(channel.bufferedAmount).toBeGreaterThan(0);
      channel.drain();
      await vi.advanceTimersByTimeAsync(50);
    }
    vi.useRealTimers();
    expect(channel.sent.reduce((sum, { length }) => sum + length, 0)).toBe(3 * 1024 * 1024);
  });

  it('that calls only event listeners gets one, until the socket is disposed', () => {
    class Listened extends FakeDataChannel {
      readonly listeners = new Set<() => void>();
      addEventListener(_type: string, listener: () => void): void {
        this.listeners.add(listener);
      }
      removeEventListener(_type: string, listener: () => void): void {
        this.listeners.delete(listener);
      }
    }
    const sock = new Websock();
    const channel = new Listened();
    channel.open();
    sock.attach(channel);
    sock.send(new Uint8Array(2 * 1024 * 1024));
    channel.bufferedAmount = 0;
    for (const listener of channel.listeners) listener();
    expect(channel.sent.reduce((sum, { length }) => sum + length, 0)).toBe(2 * 1024 * 1024);
    sock.dispose();
    expect(channel.listeners.size).toBe(0);
  });

  it('is closed only after everything sent before has left', () => {
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
  /** A started transport, and its `writable` handler as a mock. */
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

  it('is what the channel reports, or 0, and there is no backpressure', () => {
    expect(own(websocket(5)).transport.bufferedAmount).toBe(5);
    expect(own(dataChannel(6)).transport.bufferedAmount).toBe(6);
    const { transport } = own(new FakeWebSocket());
    expect(transport.bufferedAmount).toBe(0);
    expect(transport.backpressure).toBe(false);
    transport.pause();
    transport.resume();
  });

  it('is reported at once, but not within the call, if it is low already', async () => {
    for (const channel of [websocket(10), dataChannel(10), new FakeWebSocket()]) {
      const { transport, writable } = own(channel);
      transport.notify(10);
      expect(writable).not.toHaveBeenCalled();
      await Promise.resolve();
      expect(writable).toHaveBeenCalledTimes(1);
    }
  });

  it('of a WebSocket is polled, ever more rarely, by one timer', async () => {
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

  it('is not polled after close, detach or the end, and keeps no process alive', async () => {
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
      // After a close, one timer is left: it waits for the peer to close.
      expect(vi.getTimerCount()).toBe(channel.closes.length);
      channel.bufferedAmount = 0;
      transport.notify(30);
      await vi.advanceTimersByTimeAsync(100);
      expect(writable).not.toHaveBeenCalled();
      vi.clearAllTimers();
    }
    const unref = vi.fn();
    vi.stubGlobal('setTimeout', () => ({ unref }));
    const { transport } = own(websocket(100));
    transport.notify(50);
    await Promise.resolve();
    expect(unref).toHaveBeenCalledTimes(1);
    transport.close();
    expect(unref).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
  });

  it('of a data channel is reported by its event at the requested threshold', async () => {
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

  it('of a data channel can be requested again by the handler, even if it throws', async () => {
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
