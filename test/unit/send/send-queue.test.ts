import { describe, expect, it } from 'vitest';
import { SendQueue, type SendQueueOptions, type SendSink } from '../../../src/index.js';
import { hex, join, pattern, same } from '../../helpers/bytes.js';

/** A sink that records each message; tests set `room`. */
class Sink implements SendSink {
  room = Infinity;
  readonly messages: Uint8Array[] = [];
  onsend: (() => void) | undefined;

  send(bytes: Uint8Array): void {
    this.messages.push(bytes.slice());
    this.room -= bytes.length;
    this.onsend?.();
  }

  get sizes(): number[] {
    return this.messages.map((message) => message.length);
  }
}

function make(options?: SendQueueOptions): { sink: Sink; queue: SendQueue } {
  const sink = new Sink();
  return { sink, queue: new SendQueue(sink, options) };
}

describe('writes', () => {
  it('encode like DataView, big-endian by default, and leave as one message', () => {
    const { sink, queue } = make();
    queue.writeUint8(0x1ff);
    queue.writeInt8(-2);
    queue.writeUint16(0x0102);
    queue.writeUint16(0x0102, true);
    queue.writeInt16(-2);
    queue.writeUint32(-223);
    queue.writeUint32(0x01020304, true);
    queue.writeInt32(-2, true);
    queue.writeBigUint64(0x0102030405060708n);
    queue.writeBigInt64(-2n, true);
    queue.writeFloat32(1.5);
    queue.writeFloat64(-2, true);
    queue.writeUtf8('é');
    queue.writeLatin1('é');
    queue.writeBytes(hex('aa').buffer);
    queue.writeBytes(new Uint16Array([0xccbb]));
    queue.writeBytes(new Uint8Array(0));
    expect(sink.messages).toEqual([]);
    expect(queue.length).toBe(54);
    queue.flush();
    expect(sink.messages).toEqual([
      hex(
        'ff fe 0102 0201 fffe ffffff21 04030201 feffffff 0102030405060708 feffffffffffffff 3fc00000 00000000000000c0 c3a9 e9 aa bbcc',
      ),
    ]);
    expect(queue.length).toBe(0);
    queue.flush();
    expect(sink.messages.length).toBe(1);
  });

  it('of a view send only its own bytes', () => {
    const { sink, queue } = make();
    const { buffer } = hex('01 02 03 04 05 06');
    queue.writeBytes(new DataView(buffer, 1, 2));
    queue.writeBytes(new Uint16Array(buffer, 4, 1));
    queue.flush();
    expect(sink.messages).toEqual([hex('02 03 05 06')]);
  });

  it('ask the sink for its room only when the queue is full', () => {
    let asked = 0;
    const sink = {
      get room() {
        asked += 1;
        return 0;
      },
      send() {},
    };
    const queue = new SendQueue(sink, { limit: 1000 });
    for (let i = 0; i < 100; i++) queue.writeUint32(i);
    expect(asked).toBe(0);
  });

  it('flushed while there is no room leave as one message', () => {
    const { sink, queue } = make();
    sink.room = 0;
    for (let i = 0; i < 3; i++) {
      queue.writeUint8(i);
      queue.flush();
    }
    sink.room = Infinity;
    queue.flush();
    expect(sink.messages).toEqual([hex('00 01 02')]);
  });

  it('of Latin-1 refuse a code unit over 0xFF, and queue nothing', () => {
    const { sink, queue } = make();
    expect(() => queue.writeLatin1('\u0100')).toThrow(RangeError);
    expect(() => queue.writeLatin1('ab€')).toThrow(
      new RangeError('Cannot write U+20AC at 2 as Latin-1: it must be at most U+00FF'),
    );
    queue.flush();
    expect(sink.messages).toEqual([]);
  });

  it('that throw leave nothing behind', () => {
    const { sink, queue } = make();
    queue.writeUint32(0xdeadbeef);
    queue.flush();
    queue.writeUint8(1);
    expect(() => queue.writeUint32(5n as never)).toThrow(TypeError);
    expect(() => queue.writeBigUint64(5 as never)).toThrow(TypeError);
    queue.writeUint8(2);
    queue.flush();
    expect(join(sink.messages)).toEqual(hex('deadbeef 01 02'));
  });

  it('need a queue with valid sizes', () => {
    for (const options of [{ bufferSize: 0 }, { limit: -1 }, { maxMessageSize: Number.NaN }]) {
      expect(() => make(options)).toThrow(RangeError);
    }
  });

  it('refuse what is not bytes', () => {
    for (const data of ['text', [1], null, undefined, 5]) {
      expect(() => make().queue.writeBytes(data as never)).toThrow(TypeError);
    }
  });
});

describe('gathering', () => {
  it('flushes when the buffer is full, and loses nothing', () => {
    const { sink, queue } = make({ bufferSize: 10 });
    for (const byte of pattern(25)) queue.writeUint8(byte);
    expect(sink.sizes).toEqual([10, 10]);
    queue.flush();
    expect(join(sink.messages)).toEqual(pattern(25));
  });

  it('does not split a number at the buffer’s end', () => {
    const { sink, queue } = make({ bufferSize: 10 });
    for (let i = 0; i < 4; i++) queue.writeUint32(i);
    expect(sink.sizes).toEqual([8]);
    queue.flush();
    expect(sink.sizes).toEqual([8, 8]);
  });

  it('works with a buffer smaller than a number', () => {
    const { sink, queue } = make({ bufferSize: 1 });
    queue.writeFloat64(1);
    queue.writeUint8(2);
    queue.writeBytes(hex('03 04'));
    queue.flush();
    expect(join(sink.messages)).toEqual(hex('3ff0000000000000 02 03 04'));
  });

  it('copies bytes at the call: the array may be changed afterwards', () => {
    for (const size of [3, 20_000]) {
      const { sink, queue } = make();
      sink.room = 0;
      const bytes = pattern(size);
      queue.writeBytes(bytes);
      bytes.fill(0);
      sink.room = Infinity;
      queue.flush();
      expect(join(sink.messages)).toEqual(pattern(size));
    }
  });

  it('sends a large write uncopied, in messages, after what was gathered', () => {
    const buffers: unknown[] = [];
    const sizes: number[] = [];
    const sink = {
      room: Infinity,
      send(bytes: Uint8Array) {
        buffers.push(bytes.buffer);
        sizes.push(bytes.length);
      },
    };
    const queue = new SendQueue(sink, { maxMessageSize: 40_000 });
    const large = pattern(100_000);
    queue.writeUint8(1);
    queue.writeBytes(large);
    expect(sizes).toEqual([1, 40_000, 40_000, 20_000]);
    expect(buffers.slice(1)).toEqual([large.buffer, large.buffer, large.buffer]);
    expect(queue.length).toBe(0);
  });
});

describe('a sink without room', () => {
  it('gets everything in order once it has room', () => {
    const { sink, queue } = make({ bufferSize: 16, maxMessageSize: 50 });
    sink.room = 0;
    queue.writeBytes(pattern(5));
    queue.writeBytes(pattern(100, 5));
    queue.writeBytes(pattern(10, 105));
    queue.flush();
    expect(sink.messages).toEqual([]);
    expect(queue.length).toBe(115);
    sink.room = 60;
    queue.flush();
    expect(queue.length).toBe(10);
    sink.room = Infinity;
    queue.flush();
    expect(sink.sizes).toEqual([5, 50, 50, 10]);
    expect(join(sink.messages)).toEqual(pattern(115));
  });

  it('in the middle of a large write gets the rest later', () => {
    const { sink, queue } = make({ maxMessageSize: 20_000 });
    sink.room = 30_000;
    const bytes = pattern(100_000);
    queue.writeBytes(bytes);
    bytes.fill(0);
    expect(queue.length).toBe(60_000);
    sink.room = Infinity;
    queue.flush();
    expect(same(join(sink.messages), pattern(100_000))).toBe(true);
  });

  it('bounds the queue: a write over the limit throws and queues nothing', () => {
    const { sink, queue } = make({ limit: 30_000 });
    sink.room = 0;
    queue.writeBytes(pattern(20_000));
    queue.writeBytes(pattern(5, 20_000));
    expect(() => queue.writeBytes(new Uint8Array(9_996))).toThrow(
      expect.objectContaining({
        code: 'ERR_SEND_OVERFLOW',
        message: 'Cannot queue 9996 bytes: 20005 are waiting to be sent, and the limit is 30000',
      }),
    );
    queue.writeBytes(pattern(9_995, 20_005));
    expect(() => queue.writeUint8(0)).toThrow(
      expect.objectContaining({ code: 'ERR_SEND_OVERFLOW' }),
    );
    sink.room = Infinity;
    queue.flush();
    expect(same(join(sink.messages), pattern(30_000))).toBe(true);
  });

  it('does not count bytes taken at once against the limit', () => {
    const { sink, queue } = make({ limit: 30_000, maxMessageSize: 10_000 });
    queue.writeBytes(pattern(1_000_000));
    expect(same(join(sink.messages), pattern(1_000_000))).toBe(true);
    sink.room = 20_000;
    expect(() => queue.writeBytes(new Uint8Array(50_001))).toThrow(/limit/);
    queue.writeBytes(new Uint8Array(50_000));
    expect(queue.length).toBe(30_000);
  });
});

describe('a sink that calls back', () => {
  it('and writes during a send: those bytes come after the current write', () => {
    const { sink, queue } = make({ bufferSize: 100, maxMessageSize: 1000 });
    let calls = 0;
    sink.onsend = () => {
      if (calls++ > 0) return;
      queue.writeBytes(pattern(50, 3010));
      queue.flush();
      queue.writeBytes(pattern(500, 3060));
    };
    queue.writeBytes(pattern(10));
    queue.writeBytes(pattern(3000, 10));
    queue.flush();
    expect(join(sink.messages)).toEqual(pattern(3560));
  });

  it('and throws: the caller gets the error, and the rest leaves once, in order', () => {
    const { sink, queue } = make({ maxMessageSize: 1000 });
    const bytes = pattern(20_000);
    const broken = new Error('broken');
    let failing = true;
    const send = sink.send.bind(sink);
    sink.send = (piece) => {
      if (failing && sink.messages.length === 3) throw broken;
      send(piece);
    };
    expect(() => queue.writeBytes(bytes)).toThrow(broken);
    bytes.fill(0);
    expect(queue.length).toBe(17_000);
    failing = false;
    queue.writeUint8(0xaa);
    queue.flush();
    expect(same(join(sink.messages), join([pattern(20_000), hex('aa')]))).toBe(true);
  });

  it('and throws at a small write: that write is queued all the same', () => {
    const { sink, queue } = make({ bufferSize: 4 });
    const send = sink.send.bind(sink);
    sink.send = () => {
      throw new Error('broken');
    };
    queue.writeUint32(0x01010101);
    expect(() => queue.writeUint8(2)).toThrow('broken');
    sink.send = send;
    queue.writeUint8(3);
    queue.flush();
    expect(join(sink.messages)).toEqual(hex('01 01 01 01 02 03'));
  });
});

it('peek shows everything queued, in order, as a copy', () => {
  const { sink, queue } = make();
  sink.room = 0;
  expect(queue.peek()).toEqual(hex(''));
  queue.writeBytes(pattern(20_000));
  queue.writeUint16(0x0102);
  expect(same(queue.peek(), join([pattern(20_000), hex('01 02')]))).toBe(true);
  queue.peek().fill(0);
  sink.room = Infinity;
  queue.flush();
  expect(same(join(sink.messages), join([pattern(20_000), hex('01 02')]))).toBe(true);
  expect(queue.peek()).toEqual(hex(''));
});

describe('memory', () => {
  it('of queued bytes is the sink’s own, and of bytes sent at once the caller’s', () => {
    const kept: { bytes: Uint8Array; isOwn: boolean | undefined }[] = [];
    let room = 4_096;
    const sink: SendSink = {
      get room() {
        return room;
      },
      send(bytes, isOwn) {
        kept.push({ bytes: isOwn ? bytes : bytes.slice(), isOwn });
        room -= bytes.length;
      },
    };
    const queue = new SendQueue(sink, { bufferSize: 1_024, maxMessageSize: 2_048 });
    const sent = pattern(12_000);
    const array = sent.slice();
    queue.writeBytes(array.subarray(0, 10_000));
    for (let at = 10_000; at < array.length; at += 100) {
      queue.writeBytes(array.subarray(at, at + 100));
    }
    array.fill(0);
    room = Infinity;
    queue.flush();
    queue.writeBytes(new Uint8Array(2_000));
    expect(join(kept.map(({ bytes }) => bytes)).subarray(0, sent.length)).toEqual(sent);
    expect(kept.map(({ isOwn }) => isOwn)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});
