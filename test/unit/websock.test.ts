import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { flow } from '../../src/flow/index.js';
import { Websock, WebsockClosedError, WebsockError, type CloseInfo } from '../../src/index.js';
import { hex, pattern, same } from '../helpers/bytes.js';
import { collectGarbage } from '../helpers/gc.js';
import { FakeDataChannel, FakeWebSocket } from '../../src/testing/index.js';

/** A socket on an open fake channel. */
function attached(options = {}): { sock: Websock; channel: FakeWebSocket } {
  const sock = new Websock(options);
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

describe('options', () => {
  it('out of range are refused', () => {
    for (const name of ['receiveLimit', 'sendBufferSize', 'sendLimit', 'maxMessageSize']) {
      for (const size of [0, -1, 1.5, Number.NaN, '5', null]) {
        expect(() => new Websock({ [name]: size })).toThrow(RangeError);
      }
      expect(() => new Websock({ [name]: undefined })).not.toThrow();
    }
    expect(() => new Websock({ receiveLimit: Infinity, sendLimit: Infinity })).not.toThrow();
    expect(() => new Websock({ sendBufferSize: Infinity })).toThrow(RangeError);
    expect(() => new Websock({ maxMessageSize: Infinity })).toThrow(RangeError);
    expect(() => new Websock({ text: 'latin1' as never })).toThrow(
      "Cannot use text latin1: it must be 'utf8' or 'error'",
    );
  });
});

describe('unknown options', () => {
  it('are refused by name', () => {
    const refused = (options: object): unknown => {
      try {
        return new Websock(options);
      } catch (error) {
        return [(error as Error).name, (error as Error).message];
      }
    };
    expect(refused({ recieveLimit: undefined })).toEqual([
      'TypeError',
      'Cannot use the option recieveLimit: the options are receiveLimit, receiveHighWaterMark, sendHighWaterMark, ' +
        'sendBufferSize, sendLimit, maxMessageSize, text, transport, openTimeout, idleTimeout, WebSocket, flow',
    ]);
  });
});

describe('the option flow', () => {
  it('is refused unless flow() has made it', () => {
    for (const given of [flow, true, {}]) {
      expect(() => new Websock({ flow: given as never })).toThrow(
        new TypeError(
          'Cannot use this flow: it must be what flow() of websock-client/flow returns',
        ),
      );
    }
  });
});

describe('once', () => {
  it('resolves with what the event passes to handlers', async () => {
    const { sock, channel } = attached();
    const closed = sock.once('close');
    const message = sock.once('message');
    channel.deliver(hex('01'));
    expect(await message).toBeUndefined();
    channel.end(4000, 'done');
    expect(await closed).toMatchObject({ code: 4000, reason: 'done' });
  });

  it('rejects when a signal aborts it, and for an unknown event', async () => {
    const { sock } = attached();
    const aborter = new AbortController();
    const idle = sock.once('message', { signal: aborter.signal });
    aborter.abort(new Error('enough'));
    await expect(idle).rejects.toThrow('enough');
    await expect(sock.once('message', { signal: aborter.signal })).rejects.toThrow('enough');
    await expect(sock.once('mesage' as never)).rejects.toThrow(TypeError);
  });

  it('leaves no handler and no abort listener behind, whether it resolves or is aborted', async () => {
    const { sock, channel } = attached();
    const wait = async (end: (aborter: AbortController) => void) => {
      const aborter = new AbortController();
      const { signal } = aborter;
      const message = sock.once('message', { signal });
      end(aborter);
      await message.catch(() => {});
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      return new WeakRef(signal);
    };
    // A handler that is left behind keeps its signal alive.
    const signals = [
      await wait(() => channel.deliver(hex('01'))),
      await wait((aborter) => aborter.abort()),
    ];
    await new Promise(setImmediate);
    collectGarbage();
    expect(signals.map((signal) => signal.deref())).toEqual([undefined, undefined]);
    expect(sock.readyState).toBe('open');
  });
});

describe('open', () => {
  it('opens a WebSocket with the URL and the protocols, none by default', () => {
    const sock = new Websock({ WebSocket: FakeWebSocket });
    expect(sock.readyState).toBe('unused');
    sock.open('ws://one/');
    expect(FakeWebSocket.last).toMatchObject({ url: 'ws://one/', protocols: [] });
    expect(sock.readyState).toBe('connecting');
    FakeWebSocket.last.open('binary');
    expect([sock.readyState, sock.url, sock.protocol]).toEqual(['open', 'ws://one/', 'binary']);
    sock.open(new URL('ws://two/'), ['a', 'b'] as const);
    expect(FakeWebSocket.last.protocols).toEqual(['a', 'b']);
    sock.open('ws://three/', 'c');
    expect(FakeWebSocket.last.protocols).toBe('c');
  });

  it('without any WebSocket class throws an error that says what to do', () => {
    vi.stubGlobal('WebSocket', undefined);
    try {
      expect(() => new Websock().open('ws://x/')).toThrow(
        expect.objectContaining({
          code: 'ERR_STATE',
          message:
            'Cannot open ws://x/: this runtime has no WebSocket: pass one as the option WebSocket',
        }),
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('that the platform refuses leaves an earlier connection alone', () => {
    const { sock, channel } = attached({
      WebSocket: class {
        constructor() {
          throw new DOMException('bad url', 'SyntaxError');
        }
      },
    });
    channel.deliver(hex('01'));
    expect(() => sock.open('nonsense')).toThrow(DOMException);
    channel.deliver(hex('02'));
    expect(sock.rQshift16()).toBe(0x0102);
    expect(channel.closes).toEqual([]);
  });
});

describe('attach', () => {
  it('to an open channel resolves opened, raises no open event and sends at once', async () => {
    const sock = new Websock();
    const open = vi.fn();
    sock.on('open', open);
    const opened = sock.opened;
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    await opened;
    expect(open).not.toHaveBeenCalled();
    sock.send(hex('01'));
    expect(channel.sentBytes).toEqual([1]);
  });

  it('to a closed channel throws and leaves an earlier connection alone', () => {
    const { sock, channel } = attached();
    const dead = new FakeWebSocket();
    dead.readyState = 3;
    expect(() => sock.attach(dead)).toThrow(
      expect.objectContaining({
        code: 'ERR_STATE',
        message: 'Cannot attach the channel: it is closed',
      }),
    );
    expect([sock.readyState, channel.closes]).toEqual(['open', []]);
  });

  it('reports an unexpected readyState as unknown', () => {
    const { sock, channel } = attached();
    for (const state of [7, 'strange', -1, null]) {
      channel.readyState = state as number;
      expect(sock.readyState).toBe('unknown');
    }
  });

  it('again closes the old channel with 1000, mutes it, and starts with empty queues', async () => {
    const { sock, channel: old } = attached();
    const events = vi.fn();
    for (const name of ['open', 'message', 'close', 'error'] as const) sock.on(name, events);
    const oldClosed = sock.closed;
    old.deliver(hex('01 02'));
    events.mockClear();
    sock.sQpushString('old');
    const next = new FakeWebSocket();
    sock.attach(next);
    expect(old.closes).toEqual([[1000, undefined]]);
    expect(String.fromCharCode(...old.sentBytes)).toBe('old');
    await expect(oldClosed).resolves.toEqual({
      code: 1000,
      reason: '',
      wasClean: false,
      by: 'local',
    });
    old.deliver(hex('03'));
    old.fail();
    old.end(1006);
    expect(events).not.toHaveBeenCalled();
    expect([sock.rQlen(), sock.bytesReceived, sock.bytesSent]).toEqual([0, 0, 0]);
    next.open();
    expect(next.sent).toEqual([]);
    next.deliver(hex('04'));
    expect(sock.rQshift8()).toBe(4);
    expect(sock.opened).not.toBe(oldClosed);
  });

  it('from within a message handler goes on with the new channel', () => {
    const { sock, channel } = attached();
    const next = new FakeWebSocket().open();
    const reads: number[] = [];
    sock.on('message', () => {
      reads.push(sock.rQshift8());
      if (reads.length === 1) sock.attach(next);
    });
    channel.deliver(hex('01 02'));
    next.deliver(hex('03'));
    expect(reads).toEqual([1, 3]);
  });
});

describe('bytes before the open event', () => {
  it('wait in order and leave before the open handlers run', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket();
    sock.attach(channel);
    sock.sQpush8(1);
    sock.sQpushBytes(pattern(20_000));
    expect(sock.send(hex('02'))).toBe(true);
    sock.sQpush8(3);
    sock.on('open', () => sock.send(hex('04')));
    channel.open();
    const expected = Uint8Array.from([1, ...pattern(20_000), 2, 3, 4]);
    expect(same(Uint8Array.from(channel.sentBytes), expected)).toBe(true);
    expect(sock.bytesSent).toBe(20_004);
  });

  it('pushed to an unused socket are refused, by every method', () => {
    const sock = new Websock();
    for (const push of [
      () => sock.sQpush8(1),
      () => sock.sQpush16(1),
      () => sock.sQpush32(1),
      () => sock.sQpushString('x'),
      () => sock.sQpushBytes(hex('01')),
      () => sock.send(hex('01')),
      () => sock.flush(),
    ]) {
      expect(push).toThrow(expect.objectContaining({ name: 'WebsockError', code: 'ERR_STATE' }));
    }
  });
});

describe('pushes', () => {
  it('are big-endian and wrap as DataView’s do', () => {
    const { sock, channel } = attached();
    sock.sQpush8(0x101);
    sock.sQpush16(0x1_0203);
    sock.sQpush32(-223);
    sock.sQpushString('é');
    sock.sQpushBytes(hex('aa').buffer);
    expect(channel.sent).toEqual([]);
    sock.flush();
    expect(channel.sent).toEqual([hex('01 0203 ffffff21 e9 aa')]);
  });

  const overflow: unknown = expect.objectContaining({ code: 'ERR_SEND_OVERFLOW' });

  it('over the limit throw while connecting, and the others arrive', () => {
    const sock = new Websock({ sendLimit: 100 });
    const channel = new FakeWebSocket();
    sock.attach(channel);
    sock.send(pattern(60));
    expect(() => sock.send(new Uint8Array(41))).toThrow(overflow);
    sock.send(pattern(40, 60));
    channel.open();
    expect(channel.sentBytes).toEqual([...pattern(100)]);
  });

  it('over the limit throw while a data channel is full, and are dropped after close()', () => {
    const sock = new Websock({ sendLimit: 100 });
    const channel = new FakeDataChannel().open();
    sock.attach(channel);
    const full = 1024 * 1024;
    sock.send(pattern(full + 60));
    expect([channel.bufferedAmount, sock.bufferedAmount]).toEqual([full, full + 60]);
    expect(() => sock.send(new Uint8Array(41))).toThrow(overflow);
    expect(sock.send(pattern(40, full + 60))).toBe(true);
    expect(() => sock.sQpush8(1)).toThrow(overflow);
    sock.close();
    expect(sock.send(new Uint8Array(41))).toBe(false);
    expect(channel.closed).toBe(0);
    channel.drain();
    expect(channel.closed).toBe(1);
    expect(same(Buffer.concat(channel.sent), pattern(full + 100))).toBe(true);
  });

  it('throw ERR_CHANNEL if the channel’s send throws', () => {
    const { sock, channel } = attached();
    const cause = new DOMException('no', 'OperationError');
    channel.send = () => {
      throw cause;
    };
    expect(() => sock.send(hex('01'))).toThrow(
      expect.objectContaining({ code: 'ERR_CHANNEL', cause }),
    );
  });

  it('that waited for the open event raise an error event if the channel’s send throws', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket();
    sock.attach(channel);
    const events: unknown[] = [];
    sock.on('error', ({ code }) => events.push(code));
    sock.on('open', () => events.push('open'));
    sock.send(hex('01'));
    channel.send = () => {
      throw new Error('no');
    };
    channel.open();
    expect(events).toEqual(['ERR_CHANNEL', 'open']);
  });

  it('that fail as the channel opens leave a channel attached by the error handler alone', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket();
    const next = new FakeWebSocket();
    const open = vi.fn();
    sock.attach(channel);
    sock.on('error', () => sock.attach(next));
    sock.on('open', open);
    sock.send(hex('01'));
    channel.send = () => {
      throw new Error('no');
    };
    channel.open();
    expect(open).not.toHaveBeenCalled();
    expect(sock.readyState).toBe('connecting');
  });

  it('that fail in close() raise an error event too, and the channel is closed', () => {
    const { sock, channel } = attached();
    const errors: string[] = [];
    sock.on('error', ({ code }) => errors.push(code));
    channel.send = () => {
      throw new Error('no');
    };
    sock.sQpush8(1);
    sock.close();
    expect(errors).toEqual(['ERR_CHANNEL']);
    expect(channel.closes.length).toBe(1);
  });

  it('that are many and small become few messages when the channel opens', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket();
    sock.attach(channel);
    const bytes = pattern(50_000);
    for (const byte of bytes) sock.send(Uint8Array.of(byte));
    channel.open();
    expect(channel.sent.length).toBe(5);
    expect(same(Uint8Array.from(channel.sentBytes), bytes)).toBe(true);
  });
});

describe('reads', () => {
  it('have noVNC’s short names', () => {
    const { sock, channel } = attached();
    channel.deliver(hex('01 0203 04050607 e9 0a0b 0c0d 0e0f 10'));
    expect(sock.rQlen()).toBe(15);
    expect(sock.rQpeek8()).toBe(1);
    expect(sock.rQpeekBytes(2)).toEqual(hex('01 02'));
    expect(sock.rQshift8()).toBe(1);
    expect(sock.rQshift16()).toBe(0x0203);
    expect(sock.rQshift32()).toBe(0x04050607);
    expect(sock.rQshiftStr(1)).toBe('é');
    expect(sock.rQshiftBytes(2)).toEqual(hex('0a 0b'));
    sock.rQskipBytes(2);
    const target = new Uint8Array(3);
    sock.rQshiftTo(target, 2);
    expect(target).toEqual(hex('0e 0f 00'));
    expect(sock.bytesReceived).toBe(15);
    expect(() => sock.rQshift16()).toThrow('Cannot read 2 bytes: only 1 are queued');
    expect(() => sock.rQshiftBytes(undefined as never)).toThrow(RangeError);
    expect(sock.rQshift8()).toBe(0x10);
  });

  it('bytesReceived counts past 2 GiB, and rQwait keeps working', () => {
    const { sock, channel } = attached();
    const message = new Uint8Array(32 * 1024 * 1024);
    for (let i = 1; i <= 70; i++) {
      channel.deliver(message);
      sock.rQskipBytes(message.length - 10);
      expect(sock.rQwait('more', 11, 5)).toBe(true);
      expect([sock.rQlen(), sock.bytesReceived]).toEqual([15, i * message.length]);
      sock.rQskipBytes(15);
    }
  });

  it('rQwait steps back only when it has to wait', () => {
    const { sock, channel } = attached();
    channel.deliver(hex('01 02 03 04'));
    sock.rQshift16();
    expect(sock.rQwait('body', 2, 2)).toBe(false);
    expect(sock.rQlen()).toBe(2);
    expect(sock.rQwait('body', 3, 2)).toBe(true);
    expect(sock.rQlen()).toBe(4);
    expect(sock.rQwait('body', 5)).toBe(true);
    expect(() => sock.rQwait('body', 5, 1)).toThrow(RangeError);
    expect(sock.rQlen()).toBe(4);
    for (const [n, goback] of [
      [-1, 0],
      [1.5, 0],
      [Number.NaN, 0],
      [1, -1],
      [9, 0.5],
    ]) {
      expect(() => sock.rQwait('body', n, goback)).toThrow(/bytes of body/);
    }
  });

  it('keep everything in a dispatch for goback, whatever was consumed', () => {
    const { sock, channel } = attached();
    for (let i = 0; i < 32; i++) channel.deliver(pattern(64 * 1024, i * 65_536));
    const size = 32 * 65_536;
    sock.on('message', () => {
      sock.rQskipBytes(size);
      expect(sock.rQwait('all of it', 5, size)).toBe(true);
    });
    channel.deliver(hex('01'));
    expect(sock.rQlen()).toBe(size + 1);
  });

  it('tryRead works as on the queue', () => {
    const { sock, channel } = attached();
    channel.deliver(hex('00 02 68'));
    const read = (): string => sock.rQshiftStr(sock.rQshift16());
    expect(sock.tryRead(read)).toBeUndefined();
    channel.deliver(hex('69'));
    expect(sock.tryRead(read)).toBe('hi');
  });
});

describe('the receive limit', () => {
  it('refuses the whole message over it, closes with 4009, and shows no later byte', () => {
    const { sock, channel } = attached({ receiveLimit: 4 });
    const events: unknown[] = [];
    sock.on('error', (error) => events.push(error.code, sock.readyState));
    sock.on('close', ({ code }) => events.push(code));
    channel.deliver(hex('01 02 03'));
    channel.deliver(hex('04 05'));
    channel.deliver(hex('06'));
    expect(channel.closes).toEqual([[4009, undefined]]);
    expect(sock.rQshiftBytes(sock.rQlen())).toEqual(hex('01 02 03'));
    channel.deliver(hex('07'));
    channel.end(4009);
    expect([sock.rQlen(), sock.bytesReceived]).toEqual([0, 3]);
    expect(events).toEqual(['ERR_RECEIVE_OVERFLOW', 'closing', 4009]);
  });

  it('still closes when the error handler throws', () => {
    const { sock, channel } = attached({ receiveLimit: 1 });
    sock.on('error', (error) => {
      throw error;
    });
    expect(() => channel.deliver(hex('01 02'))).toThrow(WebsockError);
    expect(channel.closes).toEqual([[4009, undefined]]);
  });

  it('does not close a channel attached by the error handler, and the old one gets 4009', async () => {
    const { sock, channel } = attached({ receiveLimit: 1 });
    const { closed } = sock;
    const next = new FakeWebSocket().open();
    sock.on('error', () => sock.attach(next));
    channel.deliver(hex('01 02'));
    expect(channel.closes[0]).toEqual([4009, undefined]);
    expect(await closed).toMatchObject({ code: 4009, by: 'local' });
    expect(next.closes).toEqual([]);
    expect(sock.readyState).toBe('open');
  });
});

describe('events', () => {
  it('call handlers with `this` undefined', () => {
    const { sock, channel } = attached();
    const owners: unknown[] = [];
    sock.on('message', function (this: unknown) {
      owners.push(this);
    });
    channel.deliver(hex('01'));
    expect(owners).toEqual([undefined]);
  });

  it('call handlers in order, until they are unsubscribed or removed by off', () => {
    const { sock, channel } = attached();
    const calls: string[] = [];
    const a = (): number => calls.push('a');
    const offB = sock.on('message', () => calls.push('b'));
    sock.on('message', a);
    const once = sock.on('message', () => {
      calls.push('once');
      once();
    });
    sock.on('message', () => calls.push('last'));
    channel.deliver(hex('01'));
    offB();
    offB();
    channel.deliver(hex('02'));
    sock.off('message', a);
    channel.deliver(hex('03'));
    sock.off('message');
    channel.deliver(hex('04'));
    expect(calls.join(' ')).toBe('b a once last a last last');
  });

  it('raise no message for an empty frame', () => {
    const { sock, channel } = attached();
    const message = vi.fn();
    sock.on('message', message);
    const deliverNothing = (): void => {
      channel.deliver(new Uint8Array(0));
      channel.deliver('');
    };
    deliverNothing();
    expect(message).not.toHaveBeenCalled();
    channel.deliver(hex('01'));
    deliverNothing();
    expect(message).toHaveBeenCalledOnce();
  });

  it('let a handler’s exception reach the caller after the others have run, and lose no byte', () => {
    const { sock, channel } = attached();
    const reads: number[] = [];
    sock.on('message', () => {
      throw new Error('first');
    });
    sock.on('message', () => reads.push(sock.rQlen()));
    expect(() => channel.deliver(hex('01'))).toThrow('first');
    expect(() => channel.deliver(hex('02'))).toThrow('first');
    expect(reads).toEqual([1, 2]);
    sock.on('message', () => {
      throw new Error('second');
    });
    expect(() => channel.deliver(hex('03'))).toThrow(AggregateError);
    expect(sock.rQshiftBytes(3)).toEqual(hex('01 02 03'));
  });

  it('refuse unknown names, and handlers that are not functions', () => {
    const sock = new Websock();
    expect(() => sock.on('data' as never, () => {})).toThrow(
      'Cannot listen to "data": the events are open, message, close, error',
    );
    expect(() => sock.on('message', undefined as never)).toThrow(TypeError);
  });

  it('carry the native event as the cause of an error', () => {
    const { sock, channel } = attached();
    const errors: WebsockError[] = [];
    sock.on('error', (error) => errors.push(error));
    channel.fail();
    expect(errors[0]).toBeInstanceOf(WebsockError);
    expect(errors[0].code).toBe('ERR_CHANNEL');
    expect(errors[0].cause).toBeInstanceOf(Event);
  });
});

describe('who ended a connection', () => {
  const ended = async (end: (sock: Websock, channel: FakeWebSocket) => void) => {
    const { sock, channel } = attached({ receiveLimit: 4 });
    sock.on('error', () => {});
    end(sock, channel);
    return (await sock.closed).by;
  };

  it('is this end after close(), even if the peer never answers, and after a refusal', async () => {
    for (const code of [1000, 1005, 1006, 3000]) {
      const by = await ended((sock, channel) => {
        sock.close();
        channel.end(code, '', code !== 1006);
      });
      expect(by).toBe('local');
    }
    expect(await ended((sock) => sock.dispose())).toBe('local');
    const overflow = (_sock: Websock, channel: FakeWebSocket): void => {
      channel.deliver(pattern(5));
      channel.end(4009);
    };
    expect(await ended(overflow)).toBe('local');
  });

  it('is the peer, whatever the code, even if close() comes after its close frame', async () => {
    for (const code of [1000, 1001, 1005, 1011, 4000]) {
      expect(await ended((_sock, channel) => channel.end(code))).toBe('remote');
    }
    const late = (sock: Websock, channel: FakeWebSocket): void => {
      channel.readyState = 2;
      sock.close();
      channel.end(1001);
    };
    expect(await ended(late)).toBe('remote');
  });

  it('is the network when the connection was lost or never open', async () => {
    const broken = (_sock: Websock, channel: FakeWebSocket): void => {
      channel.fail();
      channel.end(1006, '', false);
    };
    expect(await ended(broken)).toBe('network');
    const sock = new Websock();
    const channel = new FakeWebSocket();
    sock.attach(channel);
    channel.end(1006, '', false);
    expect((await sock.closed).by).toBe('network');
  });
});

describe('close', () => {
  it('flushes, closes, drops later bytes, and keeps queued ones', async () => {
    const { sock, channel } = attached();
    const closes: CloseInfo[] = [];
    sock.on('close', (info) => closes.push(info));
    channel.deliver(hex('01'));
    sock.sQpush8(0xaa);
    sock.close(3001, 'done');
    expect(channel.sentBytes).toEqual([0xaa]);
    expect(channel.closes).toEqual([[3001, 'done']]);
    expect(sock.readyState).toBe('closing');
    channel.deliver(hex('02'));
    expect(sock.send(hex('03'))).toBe(false);
    sock.sQpush8(4);
    sock.flush();
    sock.close();
    channel.end(3001, 'done');
    expect(sock.readyState).toBe('closed');
    await expect(sock.closed).resolves.toEqual({
      code: 3001,
      reason: 'done',
      wasClean: true,
      by: 'local',
    });
    expect(closes).toEqual([await sock.closed]);
    expect(sock.rQshiftBytes(sock.rQlen())).toEqual(hex('01'));
    expect(channel.sentBytes).toEqual([0xaa]);
    expect(channel.closes.length).toBe(1);
  });

  it('leaves a callable onmessage behind', () => {
    const { sock, channel } = attached();
    sock.close();
    expect(channel.onmessage).toBeTypeOf('function');
    channel.end();
    expect(channel.onmessage).toBeTypeOf('function');
    expect(() => channel.deliver(hex('01'))).not.toThrow();
  });

  it('without arguments sends 1000: websockify answers an empty close frame with a reserved code', () => {
    const { sock, channel } = attached();
    sock.close();
    expect(channel.closes).toEqual([[1000, undefined]]);
  });

  it('needs no TextEncoder without a reason: Jest with jsdom has none', () => {
    const { sock, channel } = attached();
    vi.stubGlobal('TextEncoder', undefined);
    try {
      sock.close(1000);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(channel.closes.length).toBe(1);
  });

  it('is followed by no error, and the end is reported as it came', async () => {
    const { sock, channel } = attached();
    const error = vi.fn();
    sock.on('error', error);
    sock.close();
    channel.fail();
    channel.end(1006, '', false);
    expect(await sock.closed).toEqual({ code: 1006, reason: '', wasClean: false, by: 'local' });
    expect(error).not.toHaveBeenCalled();
    await expect(sock.readSome()).rejects.toThrow(WebsockClosedError);
  });

  it('refuses what a close frame can’t carry, and the connection stays open', () => {
    const { sock, channel } = attached();
    for (const code of [999, 1001, 1006, 2999, 5000, Number.NaN]) {
      expect(() => sock.close(code)).toThrow(RangeError);
    }
    expect(() => sock.close(1000, 'é'.repeat(62))).toThrow('the limit is 123');
    expect([sock.readyState, channel.closes]).toEqual(['open', []]);
    new Websock().close();
  });

  it('while connecting rejects `opened` once the channel has ended', async () => {
    const sock = new Websock();
    const channel = new FakeWebSocket();
    sock.attach(channel);
    sock.send(hex('01'));
    sock.close();
    channel.end(1006, '', false);
    await expect(sock.opened).rejects.toThrow(
      expect.objectContaining({
        name: 'WebsockClosedError',
        code: 'ERR_CLOSED',
        closeCode: 1006,
        message: 'Cannot open: the connection was closed (1006)',
      }),
    );
    await expect(sock.opened).rejects.toBeInstanceOf(WebsockClosedError);
    expect(channel.sent).toEqual([]);
  });

  it('by the peer: readyState is the channel’s, and later pushes are dropped', () => {
    const { sock, channel } = attached();
    channel.readyState = 2;
    expect(sock.readyState).toBe('closing');
    expect(sock.send(hex('01'))).toBe(false);
    channel.end(1001);
    expect(sock.readyState).toBe('closed');
    sock.sQpushBytes(new Uint8Array(100_000));
    expect(channel.sent).toEqual([]);
  });

  it('and attaching again makes new promises', async () => {
    const { sock, channel } = attached();
    const { opened, closed } = sock;
    channel.end();
    await closed;
    const next = new FakeWebSocket();
    sock.attach(next);
    expect(sock.opened).not.toBe(opened);
    expect(sock.closed).not.toBe(closed);
    next.open();
    await sock.opened;
  });

  it('from a message handler keeps the unread bytes and drops later ones', () => {
    const { sock, channel } = attached();
    sock.on('message', () => {
      sock.rQshift8();
      sock.close();
    });
    channel.deliver(hex('01 02'));
    channel.deliver(hex('03'));
    expect(sock.rQlen()).toBe(1);
  });
});

describe('dispose', () => {
  it('closes with 1000, raises no more events, and settles the promises', async () => {
    const { sock, channel } = attached();
    const events = vi.fn();
    for (const name of ['message', 'close', 'error'] as const) sock.on(name, events);
    channel.deliver(hex('01'));
    events.mockClear();
    sock.dispose();
    expect([sock.readyState, channel.closes]).toEqual(['closed', [[1000, undefined]]]);
    channel.deliver(hex('02'));
    channel.end();
    await sock.closed;
    expect(events).not.toHaveBeenCalled();
    expect(sock.rQlen()).toBe(1);
    sock.dispose();
    new Websock().dispose();
  });

  it('is what `using` calls; `await using` flushes and waits for the end first', async () => {
    const { sock, channel } = attached();
    const events: string[] = [];
    sock.on('close', ({ code }) => events.push(`close ${code}`));
    sock.sQpush8(1);
    const ended = sock[Symbol.asyncDispose]();
    ended.then(() => events.push('disposed'));
    expect(channel.sentBytes).toEqual([1]);
    expect([channel.closes, sock.readyState]).toEqual([[[1000, undefined]], 'closing']);
    await Promise.resolve();
    expect(events).toEqual([]);
    channel.end(1000);
    await ended;
    expect(events).toEqual(['close 1000', 'disposed']);
    const other = attached();
    other.sock[Symbol.dispose]();
    expect(other.sock.readyState).toBe('closed');
    await new Websock()[Symbol.asyncDispose]();
  });
});

describe('rQwait', () => {
  it('for Infinity always waits, and goes back', () => {
    const { sock, channel } = attached();
    channel.deliver(hex('01 02'));
    sock.rQshift8();
    expect(sock.rQwait('the end', Infinity, 1)).toBe(true);
    expect(sock.rQlen()).toBe(2);
    for (const n of [-Infinity, Number.NaN, -1]) {
      expect(() => sock.rQwait('it', n)).toThrow(RangeError);
    }
    expect(() => sock.rQwait('it', 1, Infinity)).toThrow(RangeError);
  });
});

describe('without TextDecoder, as in Jest with jsdom', () => {
  it('the package loads, and Latin-1 reads still work', async () => {
    vi.resetModules();
    vi.stubGlobal('TextDecoder', undefined);
    try {
      const { ReceiveQueue } = await import('../../src/index.js');
      const queue = new ReceiveQueue();
      queue.push(pattern(300));
      expect(queue.readLatin1(300)).toBe(String.fromCharCode(...pattern(300)));
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
