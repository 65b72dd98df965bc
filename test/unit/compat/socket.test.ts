/**
 * Lifecycle, events and sending of the historical API.
 */
import { describe, expect, it, vi } from 'vitest';
import CompatWebsock, { Websock } from '../../../src/compat/index.js';
import { WebsockCore } from '../../../src/index.js';
import { hex, pattern } from '../../helpers/bytes.js';
import { FakeDataChannel, FakeWebSocket } from '../../../src/testing/index.js';

function attached(): { sock: Websock; channel: FakeWebSocket } {
  const sock = new Websock();
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

const connect = (...args: [protocols?: string | string[]]): FakeWebSocket => {
  new Websock({ WebSocket: FakeWebSocket }).open('ws://host/', ...args);
  return FakeWebSocket.last;
};

describe('lifecycle', () => {
  it('is one class under both names, over the modern core', () => {
    expect(CompatWebsock).toBe(Websock);
    expect(new Websock()).toBeInstanceOf(WebsockCore);
    expect(new Websock().readyState).toBe('unused');
  });

  it('offers binary and base64 if no subprotocol is given, and only then', () => {
    expect(connect().protocols).toEqual(['binary', 'base64']);
    expect(connect([]).protocols).toEqual([]);
    expect(connect('binary').protocols).toBe('binary');
  });

  it('init leaves the channel, empties the queues and keeps the handlers', () => {
    const { sock, channel } = attached();
    const message = vi.fn();
    sock.on('message', message);
    channel.deliver(hex('01 02'));
    sock.sQpush8(1);
    sock.init();
    expect([sock.readyState, sock.rQlen(), sock.get_sQ().length]).toEqual(['unused', 0, 0]);
    expect(channel.readyState).toBe(2);
    const next = new FakeWebSocket().open();
    sock.attach(next);
    next.deliver(hex('03'));
    expect(message).toHaveBeenCalledTimes(2);
  });

  it('close leaves a callable onmessage behind that does nothing', () => {
    const { sock, channel } = attached();
    const message = vi.fn();
    sock.on('message', message);
    sock.close();
    expect(channel.closes).toHaveLength(1);
    channel.deliver(hex('01'));
    expect(message).not.toHaveBeenCalled();
  });

  it('takes a data channel', () => {
    const sock = new Websock();
    const channel = new FakeDataChannel();
    const open = vi.fn();
    sock.on('open', open);
    sock.attach(channel);
    expect(sock.readyState).toBe('connecting');
    channel.open();
    expect(open).toHaveBeenCalledOnce();
    sock.send([1, 2]);
    expect(channel.sent).toEqual([hex('01 02')]);
  });
});

describe('events', () => {
  it('have one handler each: on replaces it, off removes it', () => {
    const { sock, channel } = attached();
    const [first, second] = [vi.fn(), vi.fn()];
    sock.on('message', first);
    sock.on('message', second);
    channel.deliver(hex('01'));
    sock.off('message');
    channel.deliver(hex('02'));
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
  });

  it('a refused handler leaves the earlier one in place', () => {
    const { sock, channel } = attached();
    const handler = vi.fn();
    sock.on('message', handler);
    expect(() => sock.on('message', undefined as never)).toThrow(TypeError);
    expect(() => sock.on('mesage' as never, handler)).toThrow(TypeError);
    channel.deliver(hex('01'));
    expect(handler).toHaveBeenCalledOnce();
  });

  it('on returns a function that removes the handler', () => {
    const { sock, channel } = attached();
    const handler = vi.fn();
    sock.on('message', handler)();
    channel.deliver(hex('01'));
    expect(handler).not.toHaveBeenCalled();
  });

  it('pass the close event, and an error with the channel’s own as its cause', () => {
    const { sock, channel } = attached();
    const told: unknown[] = [];
    sock.on('error', (error) => told.push(error.code, (error.cause as Event).type));
    sock.on('close', ({ code, reason, wasClean }) => told.push(code, reason, wasClean));
    channel.fail();
    channel.end(4001, 'gone', false);
    expect(told).toEqual(['ERR_CHANNEL', 'error', 4001, 'gone', false]);
  });

  it('a handler’s exception reaches the caller, and no byte is lost', () => {
    const { sock, channel } = attached();
    sock.on('message', () => {
      throw new Error('mine');
    });
    expect(() => channel.deliver(hex('01 02'))).toThrow('mine');
    expect(sock.rQshift16()).toBe(0x0102);
  });
});

describe('sending', () => {
  it('pushed bytes wait for flush', () => {
    const { sock, channel } = attached();
    sock.sQpush8(0x101);
    sock.sQpush16(0x0203);
    sock.sQpush32(0x04050607);
    sock.sQpushString('a\u0162');
    sock.sQpushBytes(hex('08'));
    sock.sQpushBytes([0x109]);
    const bytes = hex('01 02 03 04 05 06 07 61 62 08 09');
    expect([sock.sQ, sock.get_sQ()]).toEqual([bytes, bytes]);
    expect(channel.sent).toEqual([]);
    expect(sock.flush()).toBe(true);
    expect(channel.sent).toEqual([bytes]);
    expect(sock.sQ).toHaveLength(0);
  });

  it('sQ shows everything queued for the connection, in order', () => {
    const sock = new Websock();
    expect(sock.sQ).toHaveLength(0);
    sock.attach(new FakeWebSocket());
    sock.sQpushBytes(pattern(30_000));
    sock.sQpush8(7);
    expect(sock.sQ).toEqual(Uint8Array.of(...pattern(30_000), 7));
  });

  it('send takes an array or bytes and flushes', () => {
    const { sock, channel } = attached();
    sock.sQpush8(1);
    expect(sock.send([2, 0x103])).toBe(true);
    expect(sock.send(hex('04').buffer)).toBe(true);
    expect(channel.sent).toEqual([hex('01 02 03'), hex('04')]);
  });

  it('send_string and sendString send the low 8 bits', () => {
    const { sock, channel } = attached();
    expect(sock.send_string('hé\u0121')).toBe(true);
    expect(sock.sendString('')).toBe(true);
    expect(channel.sentBytes).toEqual([0x68, 0xe9, 0x21]);
  });

  it('flush, send and send_string return false after the end', () => {
    const { sock, channel } = attached();
    channel.end();
    expect([sock.flush(), sock.send([1]), sock.send_string('a')]).toEqual([false, false, false]);
  });
});

describe('the send buffer that noVNC 1.0 to 1.4 fills', () => {
  /** Like `RFB.messages.keyEvent` in noVNC 1.4. */
  const keyEvent = (sock: Websock, keysym: number): void => {
    const [buffer, offset] = [sock._sQ, sock._sQlen];
    buffer[offset] = 4;
    buffer[offset + 1] = 1;
    buffer[offset + 7] = keysym;
    sock._sQlen += 8;
  };

  it('is sent by flush, in the order of the calls', () => {
    const { sock, channel } = attached();
    expect([sock._sQlen, sock._sQ.length, sock._sQbufferSize]).toEqual([0, 10_240, 10_240]);
    keyEvent(sock, 97);
    keyEvent(sock, 98);
    expect(channel.sent).toEqual([]);
    sock.flush();
    expect(sock._sQlen).toBe(0);
    keyEvent(sock, 99);
    sock.send(hex('ff'));
    sock.sendString('!');
    const key = (keysym: string): string => `04 01 00 00 00 00 00 ${keysym}`;
    expect(channel.sentBytes).toEqual([...hex(`${key('61')} ${key('62')} ${key('63')} ff 21`)]);
  });

  it('is bounded, and empty on the next channel', () => {
    const { sock } = attached();
    for (const size of [10_241, -1, Number.NaN]) {
      sock._sQlen = size;
      expect(() => sock.flush()).toThrow(RangeError);
    }
    const next = new FakeWebSocket().open();
    sock.attach(next);
    expect(sock.flush()).toBe(true);
    expect(next.sent).toEqual([]);
  });
});
