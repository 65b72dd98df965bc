import { describe, expect, it, vi } from 'vitest';
import { ReceiveQueue, ReceiveUnderflowError } from '../../../src/index.js';
import { hex, pattern, same } from '../../helpers/bytes.js';
import { collectGarbage } from '../../helpers/gc.js';

/** A queue whose bytes arrived in these messages. */
function queued(...messages: (string | Uint8Array)[]): ReceiveQueue {
  const queue = new ReceiveQueue();
  for (const message of messages) queue.push(typeof message === 'string' ? hex(message) : message);
  return queue;
}

const KiB = 1024;

describe('typed reads', () => {
  const bytes = '81 02 03 04 05 06 07 88';
  const view = new DataView(hex(bytes).buffer);
  const cases: [keyof ReceiveQueue & keyof DataViewReads, number][] = [
    ['readUint8', 1],
    ['readInt8', 1],
    ['readUint16', 2],
    ['readInt16', 2],
    ['readUint32', 4],
    ['readInt32', 4],
    ['readBigUint64', 8],
    ['readFloat32', 4],
    ['readFloat64', 8],
  ];
  interface DataViewReads {
    readUint8: 0;
    readInt8: 0;
    readUint16: 0;
    readInt16: 0;
    readUint32: 0;
    readInt32: 0;
    readBigUint64: 0;
    readFloat32: 0;
    readFloat64: 0;
  }
  for (const [name, size] of cases) {
    for (const littleEndian of [false, true]) {
      it(`${name}(${littleEndian}) reads what DataView reads, in one message and across many`, () => {
        const get = name.replace('read', 'get') as 'getUint16';
        const expected = view[get](0, littleEndian);
        const whole = queued(bytes);
        expect(whole[name](littleEndian)).toBe(expected);
        expect(whole.length).toBe(8 - size);
        // Large messages are separate segments, so the boundary falls at every position within the number.
        for (let cut = 1; cut < size; cut++) {
          const first = new Uint8Array(5000);
          first.set(hex(bytes).subarray(0, cut), 5000 - cut);
          const second = new Uint8Array(5000);
          second.set(hex(bytes).subarray(cut), 0);
          const straddling = queued(first, second);
          straddling.skip(5000 - cut);
          expect(straddling[name](littleEndian)).toBe(expected);
          expect(straddling.length).toBe(5000 + cut - size);
        }
      });
    }
  }
});

describe('a short read', () => {
  const reads: [string, (queue: ReceiveQueue) => unknown, number][] = [
    ['readUint16', (q) => q.readUint16(), 2],
    ['readInt32', (q) => q.readInt32(), 4],
    ['readUint32 little', (q) => q.readUint32(true), 4],
    ['readBigUint64', (q) => q.readBigUint64(), 8],
    ['readFloat64', (q) => q.readFloat64(), 8],
    ['readBytes', (q) => q.readBytes(5), 5],
    ['readBytes view', (q) => q.readBytes(5, { copy: false }), 5],
    ['readInto', (q) => q.readInto(new Uint8Array(9)), 9],
    ['readLatin1', (q) => q.readLatin1(7), 7],
    ['readUtf8', (q) => q.readUtf8(7), 7],
    ['peekBytes', (q) => q.peekBytes(2), 2],
    ['skip', (q) => q.skip(2), 2],
  ];
  for (const [name, read, needed] of reads) {
    it(`${name} throws and consumes nothing`, () => {
      const queue = queued('ab');
      let error: unknown;
      try {
        read(queue);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(ReceiveUnderflowError);
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({
        name: 'ReceiveUnderflowError',
        code: 'ERR_RECEIVE_UNDERFLOW',
        needed,
        available: 1,
        message: `Cannot read ${needed} bytes: only 1 are queued`,
      });
      expect(queue.readUint8()).toBe(0xab);
    });
  }

  it('of an empty queue throws, before and after bytes pass through', () => {
    const queue = new ReceiveQueue();
    expect(() => queue.readUint8()).toThrow(ReceiveUnderflowError);
    expect(() => queue.peekUint8()).toThrow(ReceiveUnderflowError);
    queue.push(hex('01'));
    queue.readUint8();
    expect(() => queue.readUint8()).toThrow(ReceiveUnderflowError);
    expect(() => queue.peekUint8()).toThrow(ReceiveUnderflowError);
    queue.push(hex('02'));
    expect(queue.readUint8()).toBe(2);
  });
});

describe('an invalid length', () => {
  const takers: [string, (queue: ReceiveQueue, n: number) => unknown][] = [
    ['readBytes', (q, n) => q.readBytes(n)],
    ['peekBytes', (q, n) => q.peekBytes(n)],
    ['readInto', (q, n) => q.readInto(new Uint8Array(9), n === undefined ? (null as never) : n)],
    ['readLatin1', (q, n) => q.readLatin1(n)],
    ['readUtf8', (q, n) => q.readUtf8(n)],
    ['skip', (q, n) => q.skip(n)],
    ['rewind', (q, n) => q.rewind(n)],
    ['indexOf from', (q, n) => q.indexOf(1, n === undefined ? Number.NaN : n)],
  ];
  for (const [name, take] of takers) {
    for (const n of [-1, 1.5, Number.NaN, Infinity, '2' as never, undefined as never]) {
      it(`${name}(${n}) throws a RangeError and the queue keeps working`, () => {
        const queue = queued('01 02 03');
        expect(() => take(queue, n)).toThrow(RangeError);
        expect(() => take(queue, n)).not.toThrow(ReceiveUnderflowError);
        expect(queue.readUint8()).toBe(1);
        expect(queue.length).toBe(2);
      });
    }
  }
});

describe('bytes', () => {
  it('are copied for the caller by default', () => {
    const queue = queued('01 02 03 04');
    const copy = queue.peekBytes(2);
    copy.fill(9);
    expect(queue.readBytes(2)).toEqual(hex('01 02'));
    expect(queue.readBytes(2).buffer.byteLength).toBe(2);
  });

  it('come as a view of one large message on request', () => {
    const message = pattern(8 * KiB);
    const queue = queued(message);
    queue.skip(100);
    const view = queue.readBytes(4 * KiB, { copy: false });
    expect(view.buffer).toBe(message.buffer);
    expect(view.byteOffset).toBe(100);
    expect(view).toEqual(pattern(4 * KiB, 100));
  });

  it('that straddle messages are joined, with copy and without', () => {
    for (const copy of [true, false]) {
      const queue = queued(pattern(5000), pattern(5000, 5000), pattern(5000, 10_000));
      queue.skip(4000);
      expect(queue.peekBytes(9000, { copy })).toEqual(pattern(9000, 4000));
      expect(queue.readBytes(9000, { copy })).toEqual(pattern(9000, 4000));
      expect(queue.length).toBe(2000);
    }
  });

  it('as views are valid until more bytes arrive, however many are taken', () => {
    const queue = new ReceiveQueue();
    for (let round = 0; round < 4; round++) {
      const start = round * 1000 * KiB;
      for (let at = 0; at < 1000 * KiB; at += 50 * KiB) queue.push(pattern(50 * KiB, start + at));
      const views = [300, 300, 400].map((n) => queue.readBytes(n * KiB, { copy: false }));
      expect(same(views[0], pattern(300 * KiB, start))).toBe(true);
      expect(same(views[1], pattern(300 * KiB, start + 300 * KiB))).toBe(true);
      expect(same(views[2], pattern(400 * KiB, start + 600 * KiB))).toBe(true);
    }
  });

  it('zero of them can be read even from an empty queue', () => {
    const queue = new ReceiveQueue();
    expect(queue.readBytes(0)).toEqual(new Uint8Array(0));
    expect(queue.readLatin1(0)).toBe('');
    expect(queue.readUtf8(0)).toBe('');
    queue.skip(0);
    queue.readInto(new Uint8Array(0));
    expect(queue.length).toBe(0);
  });

  it('are read into the start of a given array, and no more than it holds', () => {
    const queue = queued('01 02 03 04 05');
    const target = new Uint8Array(4);
    queue.readInto(target, 2);
    expect(target).toEqual(hex('01 02 00 00'));
    expect(() => queue.readInto(new Uint8Array(1), 2)).toThrow(
      'Cannot read 2 bytes into an array of 1',
    );
    queue.readInto(target.subarray(1));
    expect(target).toEqual(hex('01 03 04 05'));
  });

  it('pushed as a view of a larger buffer are only those of the view', () => {
    const buffer = pattern(20_000).buffer;
    const queue = new ReceiveQueue();
    queue.push(new DataView(buffer, 1000, 8000));
    expect(queue.length).toBe(8000);
    expect(queue.readBytes(8000)).toEqual(pattern(8000, 1000));
  });

  it('of a Node Buffer are truly copied, though its slice is a view', () => {
    const queue = new ReceiveQueue();
    queue.push(Buffer.alloc(8000, 7));
    queue.peekBytes(4).fill(9);
    expect(queue.peekUint8()).toBe(7);
    expect(queue.readBytes(4).constructor).toBe(Uint8Array);
  });

  it('in shared memory are copied, as they may change', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(8000)).fill(7);
    const queue = queued(shared);
    shared.fill(8);
    expect(queue.readUint8()).toBe(7);
  });
});

describe('text', () => {
  it('Latin-1 maps each of the 256 bytes to one character', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const text = queued(all).readLatin1(256);
    expect([...text].map((char) => char.codePointAt(0))).toEqual([...all]);
  });

  it('Latin-1 of 20 MiB in one read does not overflow the stack', () => {
    const queue = queued(new Uint8Array(20 * KiB * KiB).fill(0xe9));
    const text = queue.readLatin1(20 * KiB * KiB);
    expect(text.length).toBe(20 * KiB * KiB);
    expect(text.at(-1)).toBe('é');
  });

  it('Latin-1 is exact at every length and offset, even where windows-1252 differs', () => {
    for (const size of [1, 15, 16, 17, 63, 64, 65, 4095, 4096, 4097, 9000]) {
      for (const odd of [undefined, 0, 15, 16, size - 1]) {
        const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7) & 0x7f);
        if (odd !== undefined && odd < size) bytes.set([0x80 + (size % 32)], odd);
        expect(queued(bytes).readLatin1(size)).toBe(Buffer.from(bytes).toString('latin1'));
      }
    }
    for (let byte = 0; byte < 256; byte++) {
      const text = queued(new Uint8Array(100).fill(byte, 50)).readLatin1(100);
      expect(text).toBe('\0'.repeat(50) + String.fromCharCode(byte).repeat(50));
    }
  });

  it('UTF-8 keeps the byte order mark, and replaces invalid bytes', () => {
    expect(queued('ef bb bf c3 a9').readUtf8(5)).toBe('\ufeffé');
    expect(queued('41 ff c3').readUtf8(3)).toBe('A\ufffd\ufffd');
  });

  it('UTF-8 split between messages is decoded whole', () => {
    const euro = new TextEncoder().encode('€'.repeat(2000));
    for (const cut of [1, 2, 3000, 4000, 4001, 4097]) {
      const queue = queued(euro.slice(0, cut), euro.slice(cut));
      expect(queue.readUtf8(6000)).toBe('€'.repeat(2000));
    }
  });
});

describe('indexOf', () => {
  it('finds a byte in any message, counted from the read position', () => {
    const queue = queued('01 02', pattern(5000), '0d');
    expect(queue.indexOf(0x01)).toBe(0);
    expect(queue.indexOf(0x02)).toBe(1);
    queue.skip(1);
    expect(queue.indexOf(0x02)).toBe(0);
    expect(queue.indexOf(0x0d, 5001)).toBe(5001);
    expect(queue.indexOf(0x0d, 5002)).toBe(-1);
    expect(queue.length).toBe(5002);
  });

  it('finds a run of bytes however it is split', () => {
    for (let cut = 0; cut <= 4; cut++) {
      const first = new Uint8Array(5000).fill(0x61);
      const second = new Uint8Array(5000).fill(0x62);
      first.set(hex('0d 0a 0d 0a').subarray(0, cut), 5000 - cut);
      second.set(hex('0d 0a 0d 0a').subarray(cut), 0);
      expect(queued(first, second).indexOf(hex('0d 0a 0d 0a'))).toBe(5000 - cut);
    }
  });

  it('does not match a partial run at the end, nor bytes past the end', () => {
    expect(queued('0d 0a 0d').indexOf(hex('0d 0a 0d 0a'))).toBe(-1);
    expect(queued('01 02').indexOf(0)).toBe(-1);
    expect(new ReceiveQueue().indexOf(0)).toBe(-1);
    expect(queued('0d 0d 0a').indexOf(hex('0d 0a'))).toBe(1);
  });

  it('refuses invalid bytes and an empty run', () => {
    for (const wanted of [256, -1, 0.5, Number.NaN, new Uint8Array(0)]) {
      expect(() => queued('01').indexOf(wanted)).toThrow(RangeError);
    }
  });
});

describe('push', () => {
  it('takes ArrayBuffers and all views, and refuses the rest', () => {
    const queue = new ReceiveQueue();
    queue.push(hex('01 02').buffer);
    queue.push(new Uint16Array([0x0403]));
    expect(queue.length).toBe(4);
    expect(queue.readUint16()).toBe(0x0102);
    for (const chunk of ['text', [1], null, undefined, 5, new Blob([])]) {
      expect(() => queue.push(chunk as never)).toThrow(TypeError);
    }
    expect(queue.length).toBe(2);
  });

  it('refuses the whole of a chunk that exceeds the limit', () => {
    const queue = new ReceiveQueue({ limit: 4 });
    queue.push(hex('01 02 03'));
    expect(() => queue.push(hex('04 05'))).toThrow(
      expect.objectContaining({
        code: 'ERR_RECEIVE_OVERFLOW',
        message: 'Cannot queue 2 bytes: 3 are unread, and the limit is 4',
      }),
    );
    expect(queue.length).toBe(3);
    queue.push(hex('04'));
    queue.skip(1);
    queue.push(hex('05'));
    expect(queue.readBytes(4)).toEqual(hex('02 03 04 05'));
    expect(() => new ReceiveQueue({ limit: Number.NaN })).toThrow(RangeError);
  });
});

describe('tryRead', () => {
  const readText = (queue: ReceiveQueue): string => queue.readUtf8(queue.readUint16());

  it('returns undefined and consumes nothing until all bytes are there', () => {
    const bytes = hex('00 02 68 69');
    const queue = new ReceiveQueue();
    for (const byte of bytes.subarray(0, 3)) {
      queue.push(Uint8Array.of(byte));
      expect(queue.tryRead(() => readText(queue))).toBeUndefined();
    }
    expect(queue.length).toBe(3);
    queue.push(bytes.slice(3));
    expect(queue.tryRead(() => readText(queue))).toBe('hi');
    expect(queue.length).toBe(0);
  });

  it('puts everything back on any other exception, and rethrows it', () => {
    const queue = queued(pattern(5000), pattern(5000, 5000));
    const wrong = new Error('wrong');
    expect(() =>
      queue.tryRead(() => {
        queue.readBytes(7000);
        throw wrong;
      }),
    ).toThrow(wrong);
    expect(queue.readBytes(10_000)).toEqual(pattern(10_000));
    expect(() => queue.tryRead(() => queue.readBytes(-1))).toThrow(/whole number/);
    let thrown: unknown = 'nothing';
    try {
      queue.tryRead(() => {
        throw undefined;
      });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeUndefined();
  });

  it('does not mistake another queue’s underflow for its own', () => {
    const queue = queued('01 02');
    const other = queued('01');
    expect(() =>
      queue.tryRead(() => {
        queue.readUint8();
        other.readUint16();
      }),
    ).toThrow(ReceiveUnderflowError);
    expect(() =>
      queue.tryRead(() => {
        queue.readUint8();
        other.tryRead(() => queue.readUint16());
      }),
    ).not.toThrow();
    expect([queue.length, other.length]).toEqual([2, 1]);
  });

  it('nests: a failed inner try is undone, and the outer one goes on', () => {
    const queue = queued('01 02 03');
    const result = queue.tryRead(() => {
      const first = queue.readUint8();
      const inner = queue.tryRead(() => {
        queue.readUint8();
        return queue.readUint32();
      });
      return [first, inner, queue.readUint16()];
    });
    expect(result).toEqual([1, undefined, 0x0203]);
  });

  it('undoes a rewind too', () => {
    const queue = queued('01 02 03');
    queue.skip(2);
    queue.tryRead(() => {
      queue.rewind(2);
      queue.readBytes(9);
    });
    expect(queue.readUint8()).toBe(3);
  });

  it('keeps bytes that are pushed while it runs', () => {
    const queue = queued('01');
    queue.tryRead(() => {
      queue.readUint8();
      queue.push(pattern(5000));
      queue.readUint8();
      queue.push(hex('02'));
      queue.readBytes(6000);
    });
    expect(queue.length).toBe(5002);
    expect(queue.readUint8()).toBe(1);
    expect(queue.readBytes(5000)).toEqual(pattern(5000));
  });

  it('refuses a promise, and puts everything back', async () => {
    const queue = queued('01 02');
    expect(() => queue.tryRead(async () => queue.readUint8())).toThrow(TypeError);
    expect(() => queue.tryRead(async () => queue.readUint32())).toThrow(TypeError);
    await Promise.resolve();
    expect(queue.length).toBe(2);
  });

  it('reports each shortage with its own figures', () => {
    const queue = queued('01');
    const seen: unknown[] = [];
    for (const n of [2, 3]) {
      queue.tryRead(() => {
        try {
          queue.readBytes(n);
        } catch (error) {
          const { needed, available, message } = error as ReceiveUnderflowError;
          seen.push([needed, available, message]);
          throw error;
        }
      });
    }
    expect(seen).toEqual([
      [2, 1, 'Cannot read 2 bytes: only 1 are queued'],
      [3, 1, 'Cannot read 3 bytes: only 1 are queued'],
    ]);
  });
});

describe('rewind', () => {
  it('steps back over consumed bytes, across messages', () => {
    const queue = queued('01 02', pattern(5000), '03');
    queue.skip(5003);
    queue.rewind(5003);
    expect(queue.readBytes(2)).toEqual(hex('01 02'));
    expect(queue.length).toBe(5001);
  });

  it('keeps 64 KiB before the message being read, and refuses to go back further', () => {
    const queue = new ReceiveQueue();
    for (let at = 0; at < 1024 * KiB; at += 16 * KiB) queue.push(pattern(16 * KiB, at));
    queue.skip(1000 * KiB);
    expect(() => queue.rewind(500 * KiB)).toThrow(
      /Cannot step back by 512000 bytes: only \d+ are kept/,
    );
    expect(queue.length).toBe(24 * KiB);
    queue.rewind(64 * KiB);
    expect(queue.readBytes(8)).toEqual(pattern(8, 936 * KiB));
  });

  it('keeps all of the message being read, however large', () => {
    const queue = queued(pattern(10), pattern(900 * KiB));
    queue.skip(10);
    queue.skip(899 * KiB);
    queue.rewind(899 * KiB);
    expect(queue.peekBytes(8)).toEqual(pattern(8));
    queue.rewind(10);
    expect(queue.readBytes(10)).toEqual(pattern(10));
  });

  it('keeps everything while hold runs', () => {
    const queue = new ReceiveQueue();
    for (let at = 0; at < 1024 * KiB; at += 16 * KiB) queue.push(pattern(16 * KiB, at));
    queue.hold(() => {
      queue.skip(1024 * KiB);
      queue.rewind(1024 * KiB);
    });
    expect(queue.readBytes(8)).toEqual(pattern(8));
  });

  it('still works after the memory of a large message is freed', () => {
    const queue = queued(pattern(1024 * KiB));
    queue.hold(() => queue.skip(1024 * KiB));
    expect(() => queue.rewind(65 * KiB)).toThrow(RangeError);
    queue.push(hex('aa'));
    queue.rewind(64 * KiB);
    expect(queue.readBytes(64 * KiB)).toEqual(pattern(64 * KiB, 960 * KiB));
    expect(queue.readUint8()).toBe(0xaa);
    expect(() => queue.readUint8()).toThrow(ReceiveUnderflowError);
  });
});

describe('onShort', () => {
  it('is called by each short read, and by no other', () => {
    let calls = 0;
    const queue = new ReceiveQueue({ onShort: () => calls++ });
    queue.push(hex('01 02'));
    expect([queue.has(2), calls]).toEqual([true, 0]);
    expect([queue.has(3), calls]).toEqual([false, 1]);
    expect(() => queue.readUint32()).toThrow(ReceiveUnderflowError);
    expect([queue.readUint16(), calls, queue.wanted]).toEqual([0x0102, 2, 2]);
  });
});

describe('an awaited frame', () => {
  /** A queue that was asked for n bytes and then received them in small messages. */
  function waited(n: number, start = 0): ReceiveQueue {
    const queue = queued(pattern(100, start));
    expect(queue.has(n)).toBe(false);
    for (let at = 100; at < n; at += 1000) {
      queue.push(pattern(Math.min(1000, n - at), start + at));
    }
    expect(queue.has(n)).toBe(true);
    return queue;
  }

  it('is gathered contiguously, so that a view of it is not a copy', () => {
    const queue = waited(700 * KiB);
    const begin = queue.peekBytes(300 * KiB, { copy: false });
    const whole = queue.peekBytes(700 * KiB, { copy: false });
    expect(whole.buffer).toBe(begin.buffer);
    expect(same(whole, pattern(700 * KiB))).toBe(true);
  });

  it('is also gathered after a short read', () => {
    const queue = queued(pattern(12));
    const read = (): Uint8Array | undefined =>
      queue.tryRead(() => {
        queue.skip(12);
        return queue.readBytes(700 * KiB, { copy: false });
      });
    expect(read()).toBeUndefined();
    for (let at = 12; at < 12 + 700 * KiB; at += 1024) queue.push(pattern(1024, at));
    const begin = queue.peekBytes(12, { copy: false });
    expect(begin.buffer).toBe(read()!.buffer);
  });

  it('can be rewound and read again with what follows', () => {
    const queue = waited(700 * KiB);
    queue.hold(() => {
      expect(same(queue.readBytes(700 * KiB), pattern(700 * KiB))).toBe(true);
      for (let at = 0; at < 300; at++) queue.push(pattern(1000, 700 * KiB + at * 1000));
      queue.rewind(700 * KiB);
      const size = 700 * KiB + 300_000;
      expect(same(queue.readBytes(size, { copy: false }), pattern(size))).toBe(true);
      queue.rewind(size);
    });
    expect(queue.readBytes(8)).toEqual(pattern(8));
  });

  it('leaves bytes read before a message that moves into it within reach', () => {
    const queue = queued(pattern(5), pattern(300 * KiB, 5));
    queue.skip(5);
    expect(queue.peekUint8()).toBe(pattern(1, 5)[0]);
    expect(queue.has(600 * KiB)).toBe(false);
    for (let at = 0; at < 20; at++) queue.push(pattern(1000, 5 + 300 * KiB + at * 1000));
    queue.rewind(3);
    expect(queue.readUint32()).toBe(new DataView(pattern(4, 2).buffer).getUint32(0));
    expect(queue.readBytes(30)).toEqual(pattern(30, 6));
  });

  it('leaves the read part of a large message within reach', () => {
    const queue = queued(pattern(900 * KiB));
    queue.skip(700 * KiB);
    expect(queue.has(600 * KiB)).toBe(false);
    for (let at = 0; at < 20; at++) queue.push(pattern(1000, 900 * KiB + at * 1000));
    queue.skip(10);
    queue.rewind(700 * KiB + 10);
    expect(same(queue.readBytes(900 * KiB + 20_000), pattern(900 * KiB + 20_000))).toBe(true);
  });

  it('leaves bytes kept before a large message within reach, too', () => {
    const queue = queued(pattern(64 * KiB), pattern(200 * KiB, 64 * KiB));
    queue.skip(124 * KiB);
    expect(queue.has(400 * KiB)).toBe(false);
    queue.push(pattern(100));
    queue.rewind(124 * KiB);
    expect(queue.readBytes(8)).toEqual(pattern(8));
  });

  it('must have a valid length', () => {
    const queue = queued('01 02 03');
    for (const n of [-1, 1.5, NaN, -Infinity]) expect(() => queue.has(n)).toThrow(RangeError);
    for (let i = 0; i < 20; i++) queue.push(pattern(500));
    expect(queue.readBytes(3)).toEqual(hex('01 02 03'));
    expect(queue.length).toBe(10_000);
  });

  it('costs at most 16 MiB for bytes that are only announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const queue = new ReceiveQueue();
    expect(queue.has(2 ** 40)).toBe(false);
    for (let i = 0; i < 100; i++) queue.push(pattern(1000));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(17 * KiB * KiB);
  });

  it.each([
    ['of small messages', (): ReceiveQueue => waited(700 * KiB)],
    ['of large messages', (): ReceiveQueue => queued(pattern(300 * KiB), pattern(400 * KiB))],
    ['in one message', (): ReceiveQueue => queued(pattern(700 * KiB))],
  ])('frees its memory after it is read: %s', async (_, make) => {
    const queue = make();
    const memory = new WeakRef(queue.readBytes(700 * KiB, { copy: false }).buffer);
    // A WeakRef keeps its target alive until the current job ends.
    await new Promise(setImmediate);
    collectGarbage();
    expect(memory.deref()).toBeUndefined();
    expect(queue.length).toBe(0);
  });

  it.each([
    ['nothing', []],
    ['small ones, gathered and adopted', [300, 1000]],
  ])('frees its memory when large messages bring its bytes, then %s', async (_, sizes) => {
    const queue = queued(pattern(4000), pattern(4000));
    queue.skip(8000);
    const before = process.memoryUsage().arrayBuffers;
    expect(queue.has(8 * KiB * KiB)).toBe(false);
    // This allocates memory for the whole frame, but only the first message goes into it.
    queue.push(pattern(300));
    for (let i = 0; i < 128; i++) queue.push(new Uint8Array(64 * KiB));
    if (sizes.length > 0) queue.push(pattern(300));
    queue.skip(queue.length);
    for (let i = 0; i < 100; i++) {
      for (const size of sizes) {
        queue.push(pattern(size).buffer);
        queue.skip(size);
        expect(queue.has(1)).toBe(false);
      }
    }
    // A WeakRef keeps its target alive until the current job ends, and memory counts as used until it is swept.
    await vi.waitFor(() => {
      collectGarbage();
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 * KiB * KiB);
    });
  });

  it('takes along the read part of the message before it, so that rewind reaches it', () => {
    const queue = new ReceiveQueue();
    let total = 0;
    const push = (n: number): void => queue.push(pattern(n, (total += n) - n));
    expect(queue.has(400 * KiB)).toBe(false);
    // The message that completes the frame brings 63 KiB more, and half of it is read.
    for (const n of [300, 9000, 3000, 3000, 3000, 64 * KiB]) push(n);
    for (let i = 0; i < 4; i++) push(64 * KiB);
    push(399 * KiB - total);
    push(64 * KiB);
    queue.skip(432 * KiB);
    expect(queue.has(400 * KiB)).toBe(false);
    while (queue.length < 380 * KiB) push(3000);
    // 33 KiB of the message and the 64 KiB before it.
    const consumed = (33 + 64) * KiB;
    expect(queue.kept).toBeGreaterThanOrEqual(consumed);
    queue.rewind(consumed);
    expect(same(queue.readBytes(consumed + 380 * KiB), pattern(477 * KiB, 335 * KiB))).toBe(true);
  });

  it('takes along no part of a message too large for it', () => {
    const queue = new ReceiveQueue();
    let total = 0;
    const push = (n: number): void => queue.push(pattern(n, (total += n) - n));
    push(200 * KiB);
    expect(queue.has(400 * KiB)).toBe(false);
    // The message moves to the frame's memory, which fills up.
    while (queue.length < 525 * KiB) push(3000);
    queue.skip(190 * KiB);
    expect(queue.has(700 * KiB)).toBe(false);
    while (queue.length < 350 * KiB) push(3000);
    expect(queue.kept).toBe(190 * KiB);
    queue.rewind(190 * KiB);
    expect(same(queue.readBytes(total), pattern(total))).toBe(true);
  });

  it('takes along the read part of a small message when large ones follow', () => {
    const queue = new ReceiveQueue();
    let total = 0;
    const push = (n: number): void => queue.push(pattern(n, (total += n) - n));
    for (let i = 0; i < 60; i++) push(3000);
    queue.skip(total - 1);
    expect(queue.has(300 * KiB)).toBe(false);
    while (queue.length < 300 * KiB) push(3000);
    push(100 * KiB);
    // The frame's memory fills up, so the queue checks which memory it can free.
    while (queue.length < 540 * KiB) push(3000);
    // 2999 bytes of the message and the 64 KiB before it.
    const consumed = 2999 + 64 * KiB;
    expect(queue.kept).toBeGreaterThanOrEqual(consumed);
    queue.rewind(consumed);
    expect(same(queue.readBytes(consumed), pattern(consumed, 179_999 - consumed))).toBe(true);
  });

  it('splits no message that a failed try goes back to', () => {
    const queue = new ReceiveQueue();
    let total = 0;
    const push = (n: number): void => queue.push(pattern(n, (total += n) - n));
    expect(queue.has(400 * KiB)).toBe(false);
    push(3000);
    for (let i = 0; i < 8; i++) push(60 * KiB);
    queue.tryRead(() => {
      queue.skip(3000 + 330 * KiB);
      expect(queue.has(700 * KiB)).toBe(false);
      while (queue.length < 288 * KiB) push(3000);
      queue.skip(queue.length + 1);
    });
    queue.skip(3000 + 290 * KiB);
    // 50 KiB of the message and the 64 KiB before it.
    const consumed = (50 + 64) * KiB;
    expect(queue.kept).toBeGreaterThanOrEqual(consumed);
    queue.rewind(consumed);
    expect(same(queue.readBytes(consumed), pattern(consumed, 3000 + 176 * KiB))).toBe(true);
  });

  it('frees its memory once all is read, even with a large message before the last bytes', () => {
    const queue = new ReceiveQueue();
    expect(queue.has(4 * KiB * KiB)).toBe(false);
    for (const n of [10, 60 * KiB, 60 * KiB, 150 * KiB]) queue.push(new Uint8Array(n));
    queue.push(hex('01 02 03'));
    queue.skip(queue.length);
    queue.rewind(3);
    const rest = queue.peekBytes(3, { copy: false });
    expect(rest).toEqual(hex('01 02 03'));
    expect(rest.buffer.byteLength).toBeLessThan(1 * KiB * KiB);
    queue.rewind(64 * KiB - 3);
  });

  it('is contiguous, and frees its memory, whatever the sizes of its messages', async () => {
    const sizes = [1448, 8192, 100, 64 * KiB, 3000, 20_000];
    const queue = new ReceiveQueue();
    const before = process.memoryUsage().arrayBuffers;
    // A separate function: the test function keeps its variables alive while it awaits.
    const receiveFrame = (): void => {
      const wanted = 2 * KiB * KiB;
      expect(queue.has(wanted)).toBe(false);
      for (let i = 0; !queue.has(wanted); i++) queue.push(new Uint8Array(sizes[i % 6]).fill(i));
      queue.skip(100 * KiB);
      const view = queue.readBytes(wanted - 100 * KiB, { copy: false });
      // No copy: the next byte follows in the same buffer.
      const { buffer, byteOffset, length } = view;
      expect(queue.peekBytes(1, { copy: false })).toMatchObject({
        byteOffset: byteOffset + length,
      });
      expect(queue.peekBytes(1, { copy: false }).buffer).toBe(buffer);
      queue.skip(queue.length);
    };
    for (let frame = 0; frame < 3; frame++) receiveFrame();
    await vi.waitFor(() => {
      collectGarbage();
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 * KiB * KiB);
    });
  });
});

it('frees memory as it goes, without waiting for a major collection', async () => {
  const queue = new ReceiveQueue();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 100; i++) {
    queue.push(new Uint8Array(32 * KiB));
    queue.skip(32 * KiB);
    // Buffers that survive two of these collections are old: those are the first ones.
    if (i < 3 || i % 10 === 9) collectGarbage({ type: 'minor' });
  }
  await vi.waitFor(() => {
    collectGarbage({ type: 'minor' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 * KiB * KiB);
  });
});

it('keeps the end of a large chunk, and views of it until more bytes arrive', () => {
  const queue = new ReceiveQueue();
  for (let i = 0; i < 5; i++) {
    const chunk = pattern(512 * KiB, i * 512 * KiB);
    queue.push(chunk);
    if (i > 0) queue.rewind(64 * KiB);
    const before = pattern(queue.length - chunk.length, i * 512 * KiB - 64 * KiB);
    const view = queue.readBytes(before.length, { copy: false });
    queue.skip(chunk.length);
    expect(same(view, before)).toBe(true);
    expect(queue.kept).toBe(64 * KiB);
  }
});

it('works the same after 4 GiB', () => {
  const queue = new ReceiveQueue();
  const chunk = pattern(64 * KiB * KiB);
  for (let i = 0; i < 65; i++) {
    queue.push(chunk);
    queue.skip(chunk.length);
  }
  queue.push(pattern(100));
  queue.push(pattern(5000, 100));
  expect(queue.readBytes(5000)).toEqual(pattern(5000));
  queue.rewind(5001);
  expect(queue.readUint8()).toBe(chunk.at(-1));
  expect(queue.readUint16()).toBe((pattern(1)[0] << 8) | pattern(2)[1]);
  expect(queue.length).toBe(5098);
});

describe('unshift', () => {
  it('puts a byte in place of the last consumed one', () => {
    const queue = new ReceiveQueue();
    queue.push(hex('01 02 03'));
    queue.readUint16();
    expect(queue.kept).toBe(2);
    queue.unshift(0xaa);
    expect([queue.kept, queue.length, queue.readUint16()]).toEqual([1, 2, 0xaa03]);
  });

  it('puts a byte before all others if none was consumed, whatever comes later', () => {
    const queue = new ReceiveQueue();
    queue.unshift(2);
    queue.unshift(1);
    queue.push(hex('03'));
    queue.push(pattern(5000));
    expect([queue.kept, queue.length]).toEqual([0, 5003]);
    expect(queue.tryRead(() => queue.readBytes(5004))).toBeUndefined();
    expect(queue.readBytes(3)).toEqual(hex('01 02 03'));
    expect(same(queue.readBytes(5000), pattern(5000))).toBe(true);
    queue.rewind(5003);
    expect(queue.readUint8()).toBe(1);
  });

  it.each([-1, 256, 0.5, Number.NaN])('refuses %d', (byte) => {
    const queue = new ReceiveQueue();
    expect(() => queue.unshift(byte)).toThrow(RangeError);
    expect(queue.length).toBe(0);
  });
});
