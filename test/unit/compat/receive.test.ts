/**
 * The receive queue of the historical API: every member, and the leniency at the end of the queue.
 */
import { describe, expect, it, vi } from 'vitest';
import { Websock } from '../../../src/compat/index.js';
import { hex, pattern } from '../../helpers/bytes.js';
import { FakeWebSocket } from '../../../src/testing/index.js';

function attached(bytes = ''): { sock: Websock; channel: FakeWebSocket } {
  const sock = new Websock();
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  if (bytes) channel.deliver(hex(bytes));
  return { sock, channel };
}

describe('reads', () => {
  it('numbers are big-endian and unsigned', () => {
    const { sock } = attached('ff 01 02 fe dc ba 98');
    expect([sock.rQlen(), sock.rQpeek8(), sock.rQshift8()]).toEqual([7, 255, 255]);
    expect([sock.rQshift16(), sock.rQshift32(), sock.rQlen()]).toEqual([0x0102, 0xfedcba98, 0]);
  });

  it('an omitted length means all queued bytes', () => {
    const { sock, channel } = attached('61 62 63');
    expect(sock.rQpeekBytes()).toEqual(hex('61 62 63'));
    expect(sock.rQshiftStr()).toBe('abc');
    channel.deliver(hex('01 02'));
    expect(sock.rQshiftBytes()).toEqual(hex('01 02'));
    channel.deliver(hex('03 04'));
    const target = new Uint8Array(4);
    sock.rQshiftTo(target);
    expect(target).toEqual(hex('03 04 00 00'));
    channel.deliver(hex('05 06'));
    sock.rQskipBytes();
    expect(sock.rQlen()).toBe(0);
  });

  it('an invalid length is refused, and the queue keeps working', () => {
    const { sock } = attached('01 02');
    for (const n of [-1, 0.5, Number.NaN]) {
      expect(() => sock.rQshiftBytes(n)).toThrow(RangeError);
      expect(() => sock.rQskipBytes(n)).toThrow(RangeError);
      expect(() => sock.rQwait('it', n)).toThrow(RangeError);
    }
    expect(sock.rQshift16()).toBe(0x0102);
  });

  it('refuses a length over receiveLimit, as it often comes from the server', () => {
    const { sock, channel } = attached('61 62');
    expect(sock.rQshiftStr(150_000)).toBe(`ab${'\0'.repeat(149_998)}`);
    channel.deliver(hex('63'));
    for (const n of [41 * 1024 * 1024, 2 ** 31, 2 ** 32 - 1, 2 ** 40]) {
      const limit = `Cannot read ${n} bytes: 1 are queued, and the limit is 41943040`;
      expect(() => sock.rQshiftStr(n)).toThrow(new RangeError(limit));
      expect(() => sock.rQshiftBytes(n)).toThrow(new RangeError(limit));
      expect(() => sock.rQpeekBytes(n)).toThrow(new RangeError(limit));
      expect(() => sock.rQskipBytes(n)).toThrow(new RangeError(limit));
      expect(() => sock.rQshiftTo(new Uint8Array(1), n)).toThrow(RangeError);
      expect(() => (sock.rQi = n)).toThrow(RangeError);
    }
    expect([sock.rQlen(), sock.rQshift8()]).toEqual([1, 0x63]);
    sock.rQskipBytes(40 * 1024 * 1024);
    expect(sock.rQwait('what is owed', 1, 40 * 1024 * 1024)).toBe(true);
    channel.deliver(hex('64'));
    expect(sock.rQshiftStr(1)).toBe('d');
  });

  it('rQwait for Infinity always waits, as noVNC’s JPEG decoder needs', () => {
    const { sock, channel } = attached('00 00 00 01 aa bb');
    const length = sock.rQshift32();
    expect(length).toBe(1);
    expect(sock.rQwait('JPEG', Infinity, 4)).toBe(true);
    channel.deliver(hex('cc'));
    expect(sock.rQshiftBytes(7)).toEqual(hex('00 00 00 01 aa bb cc'));
    sock.rQskipBytes(4);
    expect(sock.rQwait('JPEG', Infinity, 2)).toBe(true);
    expect(() => sock.rQwait('JPEG', 1, Infinity)).toThrow(RangeError);
    expect(() => sock.rQwait('JPEG', -Infinity)).toThrow(RangeError);
  });

  it('rQlen also works as a number, as in noVNC 1.1 to 1.4', () => {
    const { sock } = attached('01 02 03 04');
    const getter = sock.rQlen as unknown as number;
    expect([sock.rQlen(), getter > 3, Math.floor(getter / 2), Number(getter)]).toEqual([
      4,
      true,
      2,
      4,
    ]);
  });

  it('skips one byte or several', () => {
    const { sock } = attached('01 02 03 04');
    sock.rQskip8();
    sock.rQskipBytes(2);
    expect(sock.rQshift8()).toBe(4);
  });

  it('slices from the next byte without consuming, cut off at the end', () => {
    const { sock, channel } = attached('00 01 02');
    channel.deliver(hex('03 04'));
    sock.rQskip8();
    expect(sock.rQslice(0)).toEqual(hex('01 02 03 04'));
    expect(sock.rQslice(1, 3)).toEqual(hex('02 03'));
    expect(sock.rQslice(2, 99)).toEqual(hex('03 04'));
    expect(sock.rQslice(3, 1)).toEqual(hex(''));
    expect(sock.rQlen()).toBe(4);
  });

  it('a slice that starts past the end is empty, and a negative start is refused', () => {
    const { sock } = attached('01 02');
    expect(sock.rQslice(9)).toEqual(hex(''));
    expect(sock.rQslice(9, 12)).toEqual(hex(''));
    expect(() => sock.rQslice(-1)).toThrow(RangeError);
  });
});

describe('rQunshift8', () => {
  it('puts a byte back', () => {
    const { sock } = attached('01 02');
    sock.rQunshift8(sock.rQshift8());
    expect(sock.rQshift16()).toBe(0x0102);
  });

  it('may put back a different byte, truncated to 8 bits', () => {
    const { sock } = attached('01 02');
    sock.rQshift8();
    sock.rQunshift8(0x1ff);
    expect(sock.rQshift16()).toBe(0xff02);
  });

  it('works before anything is consumed, and before anything arrives', () => {
    const { sock, channel } = attached();
    sock.rQunshift8(2);
    sock.rQunshift8(1);
    channel.deliver(hex('03'));
    channel.deliver(pattern(10_000));
    sock.rQunshift8(0);
    expect(sock.rQlen()).toBe(10_004);
    expect(sock.rQshift32()).toBe(0x00010203);
    expect(sock.rQshiftBytes()).toEqual(pattern(10_000));
    expect(sock.rQwait('all again', 5, 4)).toBe(true);
    expect(sock.rQlen()).toBe(4);
  });
});

describe('rQwait', () => {
  it('steps back by `goback` when bytes are missing', () => {
    const { sock, channel } = attached('01 02 03');
    expect(sock.rQwait('header', 3)).toBe(false);
    sock.rQshift16();
    expect(sock.rQwait('body', 2, 2)).toBe(true);
    expect(sock.rQlen()).toBe(3);
    channel.deliver(hex('04'));
    expect([sock.rQshift32(), sock.rQlen()]).toEqual([0x01020304, 0]);
    expect(() => sock.rQwait('more', 1, 5)).toThrow(RangeError);
  });

  it('without a length never waits', () => {
    expect(attached().sock.rQwait('anything')).toBe(false);
  });
});

describe('the end of the queue', () => {
  it('gives zeros for missing bytes', () => {
    const { sock, channel } = attached();
    const short = (bytes: string): Websock => {
      channel.deliver(hex(bytes));
      return sock;
    };
    expect(short('').rQpeek8()).toBe(0);
    expect(short('').rQshift8()).toBe(0);
    expect(short('01').rQshift16()).toBe(0x0100);
    expect(short('01 02').rQshift32()).toBe(0x01020000);
    expect(short('01').rQpeekBytes(3)).toEqual(hex('01 00 00'));
    expect(sock.rQshiftBytes(2)).toEqual(hex('01 00'));
    expect(short('61').rQshiftStr(2)).toBe('a\0');
    const target = hex('ff ff ff');
    short('01').rQshiftTo(target, 2);
    expect(target).toEqual(hex('01 00 ff'));
    short('01').rQskipBytes(2);
    expect(sock.rQlen()).toBe(0);
  });

  it('never eats the bytes of the next message', () => {
    const { sock, channel } = attached('01');
    sock.rQshift32();
    channel.deliver(hex('02 03'));
    expect([sock.rQlen(), sock.rQshift16()]).toEqual([2, 0x0203]);
  });

  it('debt ends when bytes arrive, with a handler or without', () => {
    const { sock, channel } = attached('01');
    sock.rQshift32();
    channel.deliver(hex('02 03'));
    expect(sock.rQwait('both', 2)).toBe(false);
    expect(sock.rQshift32()).toBe(0x02030000);
    const read = vi.fn(() => {
      expect([sock.rQwait('both', 2), sock.rQlen()]).toEqual([false, 2]);
      expect(sock.rQshift16()).toBe(0x0405);
    });
    sock.on('message', read);
    channel.deliver(hex('04 05'));
    expect(read).toHaveBeenCalledOnce();
  });

  it('a goback repays the debt first', () => {
    // As noVNC does for the VMware cursor: it waits for one byte, reads two, and goes back by two.
    const { sock, channel } = attached();
    const types: number[] = [];
    sock.on('message', () => {
      if (sock.rQwait('cursor', 1)) return;
      const type = sock.rQshift8();
      sock.rQshift8();
      if (!sock.rQwait('pixels', 2, 2)) types.push(type, sock.rQshift16());
    });
    channel.deliverByteByByte(hex('01 00 aa bb 01 00 cc dd'));
    expect(types).toEqual([1, 0xaabb, 1, 0xccdd]);
    expect(sock.rQlen()).toBe(0);
  });

  it('in debt, rQwait waits even for 0 bytes', () => {
    const { sock } = attached('01');
    sock.rQshift16();
    expect(sock.rQwait('nothing', 0, 2)).toBe(true);
    expect([sock.rQlen(), sock.rQwait('nothing', 0)]).toEqual([1, false]);
  });

  it('debt adds up, and is repaid in parts', () => {
    const { sock } = attached('07');
    sock.rQshift16();
    sock.rQshift16();
    sock.rQwait('a', 1, 2);
    expect(sock.rQlen()).toBe(0);
    sock.rQunshift8(0);
    expect(sock.rQlen()).toBe(0);
    sock.rQwait('b', 1, 1);
    expect(sock.rQshift8()).toBe(7);
  });

  it('a goback beyond the start throws and changes nothing', () => {
    const { sock } = attached('07');
    sock.rQshift16();
    expect(() => sock.rQwait('a', 1, 3)).toThrow(RangeError);
    expect(sock.rQwait('a', 1, 2)).toBe(true);
    expect(sock.rQshift8()).toBe(7);
  });

  it('debt ends with the handler, whether it returns or throws', () => {
    const { sock, channel } = attached();
    sock.on('message', () => sock.rQshift16());
    channel.deliver(hex('01'));
    expect(sock.rQwait('the byte', 1, 1)).toBe(true);
    expect(sock.rQshift8()).toBe(1);
    sock.on('message', () => {
      sock.rQshift16();
      throw new Error('from the handler');
    });
    expect(() => channel.deliver(hex('02'))).toThrow('from the handler');
    expect(sock.rQwait('the byte', 1, 1)).toBe(true);
    expect(sock.rQshift8()).toBe(2);
  });

  it('debt does not outlive its channel', () => {
    const { sock } = attached();
    sock.rQshift8();
    sock.attach(new FakeWebSocket().open());
    expect(sock.rQwait('nothing', 0)).toBe(false);
  });

  it('a short read in tryRead is undone, as in the modern class', () => {
    const { sock, channel } = attached('01');
    expect(sock.tryRead(() => sock.rQshift16())).toBeUndefined();
    expect(sock.tryRead(() => [sock.rQskip8(), sock.rQpeek8()])).toBeUndefined();
    expect(sock.tryRead(() => sock.rQpeekBytes(2))).toBeUndefined();
    channel.deliver(hex('02'));
    expect(sock.tryRead(() => sock.rQshift16())).toBe(0x0102);
    expect(sock.rQshift8()).toBe(0);
  });
});

describe('the flat views', () => {
  it('rQ[rQi] is the next byte', () => {
    const { sock, channel } = attached('01 02 03');
    const read = vi.fn(() => {
      const { rQ } = sock;
      const at = sock.rQi;
      expect([rQ[at], rQ[at + 1], rQ.length - at]).toEqual([4, 5, sock.rQlen()]);
      sock.rQshift8();
      expect(sock.rQi).toBe(at + 1);
      expect(sock.rQ).toBe(rQ);
      sock.rQi = at;
      expect(sock.rQshift16()).toBe(0x0405);
    });
    sock.rQskipBytes(3);
    sock.on('message', read);
    channel.deliver(hex('04 05 06'));
    expect(read).toHaveBeenCalledOnce();
    expect(sock.rQlen()).toBe(1);
  });

  it('get_rQ, get_rQi, set_rQi and rQwhole work the same way', () => {
    const { sock, channel } = attached('01 02');
    channel.deliver(hex('03 04'));
    const at = sock.get_rQi();
    sock.set_rQi(at + 2);
    const rQ = sock.get_rQ();
    expect(rQ.subarray(sock.get_rQi())).toEqual(hex('03 04'));
    expect([...rQ.subarray(at)]).toEqual([1, 2, 3, 4]);
    expect(sock.rQwhole()).toEqual(rQ);
    sock.set_rQi(at);
    expect(sock.rQshift32()).toBe(0x01020304);
  });

  it('indices stay valid until bytes arrive, though consumed memory is released', () => {
    const { sock, channel } = attached();
    const big = pattern(200_000);
    channel.deliver(big.slice(0, 100_000));
    channel.deliver(big.slice(100_000));
    const first = sock.rQi;
    sock.rQskipBytes(190_000);
    expect(sock.rQi).toBe(first + 190_000);
    expect(sock.rQ.subarray(sock.rQi)).toEqual(big.subarray(190_000));
    expect(sock.rQ.length).toBe(first + 200_000);
  });

  it('setting rQi past the end is a debt, and setting it back repays it', () => {
    const { sock } = attached('01 02');
    const at = sock.rQi;
    sock.rQi = at + 5;
    expect([sock.rQi, sock.rQlen()]).toEqual([at + 5, 0]);
    sock.rQi = at;
    expect(sock.rQshift16()).toBe(0x0102);
    expect(() => (sock.rQi = at - 1)).toThrow(RangeError);
  });

  it('show a byte that was put back', () => {
    const { sock } = attached('01 02');
    expect(sock.rQ[sock.rQi]).toBe(1);
    sock.rQunshift8(9);
    expect([sock.rQ[sock.rQi], sock.rQ[sock.rQi + 1]]).toEqual([9, 1]);
    sock.rQshift8();
    sock.rQunshift8(8);
    expect([sock.rQ[sock.rQi], sock.rQ[sock.rQi + 1]]).toEqual([8, 1]);
  });

  it('start over with a new channel', () => {
    const { sock } = attached('01 02');
    expect(sock.rQ).toHaveLength(2);
    const next = new FakeWebSocket().open();
    sock.attach(next);
    next.deliver(hex('03 04'));
    expect([sock.rQi, ...sock.rQ]).toEqual([0, 3, 4]);
  });
});
