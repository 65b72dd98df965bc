/**
 * Defects of noVNC's core/websock.js (1.7), each with a test that our class does not have it.
 */
import { describe, expect, it, vi } from 'vitest';
import { ReceiveUnderflowError, Websock } from '../../src/index.js';
import { hex, pattern, same } from '../helpers/bytes.js';
import { FakeWebSocket } from '../../src/testing/index.js';
import { collectGarbage } from '../helpers/gc.js';

function attached(): { sock: Websock; channel: FakeWebSocket } {
  const sock = new Websock();
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

describe('unlike noVNC’s websock.js', () => {
  it('a short read throws, returns no stale bytes, and does not eat the next message', () => {
    const { sock, channel } = attached();
    channel.deliver(hex('01 02 03 04'));
    sock.rQskipBytes(4);
    channel.deliver(hex('aa'));
    expect(() => sock.rQshift32()).toThrow(ReceiveUnderflowError);
    expect(() => sock.rQshiftStr(2)).toThrow(ReceiveUnderflowError);
    channel.deliver(hex('bb cc dd'));
    expect(sock.rQshift32()).toBe(0xaabbccdd);
  });

  it('a read without a length is refused, and the queue keeps working', () => {
    const { sock, channel } = attached();
    channel.deliver(hex('01 02'));
    for (const read of [
      (): unknown => sock.rQshiftBytes(undefined as never),
      (): unknown => sock.rQpeekBytes(undefined as never),
      (): unknown => sock.rQshiftStr(undefined as never),
    ]) {
      expect(read).toThrow(RangeError);
    }
    expect(sock.rQshift16()).toBe(0x0102);
  });

  it('a peek past the end throws instead of giving garbage', () => {
    const { sock, channel } = attached();
    channel.deliver(hex('01'));
    expect(() => sock.rQpeekBytes(8)).toThrow(ReceiveUnderflowError);
    expect(() => sock.rQpeekBytes(8, false)).toThrow(ReceiveUnderflowError);
  });

  it('attaching again shows no stale bytes, sends no leftovers, and ignores the old channel', () => {
    const { sock, channel: old } = attached();
    old.deliver(hex('01 02 03'));
    sock.sQpush32(0x01020304);
    const message = vi.fn();
    sock.on('message', message);
    const next = new FakeWebSocket().open();
    sock.attach(next);
    expect(sock.rQlen()).toBe(0);
    sock.flush();
    expect(next.sent).toEqual([]);
    old.deliver(hex('04'));
    old.end();
    expect(message).not.toHaveBeenCalled();
    expect(sock.readyState).toBe('open');
  });

  it('pushing much before the open event neither hangs nor loses bytes', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket();
    sock.attach(channel);
    const bytes = pattern(30_000);
    sock.sQpushBytes(bytes);
    for (const byte of bytes) sock.sQpush8(byte);
    channel.open();
    const sent = Uint8Array.from(channel.sentBytes);
    expect(same(sent, Buffer.concat([bytes, bytes]))).toBe(true);
  });

  it('a text frame is neither lost nor turned into zeros', () => {
    const { sock, channel } = attached();
    channel.deliver('hello');
    channel.deliver('5');
    expect(sock.rQshiftStr(6)).toBe('hello5');
  });

  it('more than 40 MiB unread is an error and a close, not a hole in the stream', () => {
    const { sock, channel } = attached();
    const errors: string[] = [];
    sock.on('error', ({ code }) => errors.push(code));
    const message = new Uint8Array(8 * 1024 * 1024);
    for (let i = 0; i < 6; i++) channel.deliver(message);
    expect(errors).toEqual(['ERR_RECEIVE_OVERFLOW']);
    expect(channel.closes).toEqual([[4009, undefined]]);
    expect(sock.rQlen()).toBe(40 * 1024 * 1024);
  });

  it('the memory of a large message is freed after it is read', async () => {
    const { sock, channel } = attached();
    sock.on('message', () => sock.rQskipBytes(sock.rQlen()));
    const memory = ((data: ArrayBuffer) => {
      channel.onmessage!({ data } as never);
      return new WeakRef(data);
    })(new ArrayBuffer(20 * 1024 * 1024));
    // A WeakRef keeps its target alive until the current job ends.
    await new Promise(setImmediate);
    collectGarbage();
    expect(memory.deref()).toBeUndefined();
    expect(sock.rQlen()).toBe(0);
  });

  it('no `window` is needed', () => {
    expect(globalThis).not.toHaveProperty('window');
    expect(attached().sock.readyState).toBe('open');
  });
});
