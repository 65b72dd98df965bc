/**
 * Async reads of numbers, text and lines.
 */
import { describe, expect, it } from 'vitest';
import { Websock } from '../../src/index.js';
import { hex } from '../helpers/bytes.js';
import { FakeWebSocket } from '../../src/testing/index.js';

function attached(options = {}): { sock: Websock; channel: FakeWebSocket } {
  const sock = new Websock(options);
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('async numbers', () => {
  const names = ['Uint8', 'Int8', 'Uint16', 'Int16', 'Uint32', 'Int32', 'Float32'] as const;
  const wide = ['Float64', 'BigUint64', 'BigInt64'] as const;

  it.each([...names, ...wide])(
    'read%s returns what DataView returns, in either endianness',
    async (name) => {
      const { sock, channel } = attached();
      const size = Number(/\d+/.exec(name)![0]) / 8;
      const bytes = Uint8Array.from({ length: 2 * size }, (_, i) => 0xc1 + 7 * i);
      const view = new DataView(bytes.buffer);
      const read = [sock[`read${name}`](), sock[`read${name}`](true)];
      channel.deliverByteByByte(bytes);
      const get = view[`get${name}`] as (at: number, littleEndian?: boolean) => number | bigint;
      expect(await Promise.all<number | bigint>(read)).toEqual([
        get.call(view, 0),
        get.call(view, size, true),
      ]);
    },
  );

  it('refuse options in the place of littleEndian, and read nothing', async () => {
    const { sock, channel } = attached();
    channel.deliver(hex('01 02'));
    await expect(sock.readUint16({} as never)).rejects.toThrow(
      new TypeError(
        'Cannot use readUint16 with an object first: littleEndian comes before the options',
      ),
    );
    expect(await sock.readUint16()).toBe(0x0102);
  });

  it('wait in line, and are aborted by a signal without consuming anything', async () => {
    const { sock, channel } = attached();
    const aborter = new AbortController();
    const [first, second] = [sock.readUint32(false, { signal: aborter.signal }), sock.readUint16()];
    channel.deliver(hex('01 02'));
    aborter.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(await second).toBe(0x0102);
    const third = sock.readUint8();
    channel.end(1000);
    await expect(third).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('text', () => {
  it('is sent and written as UTF-8', async () => {
    const { sock, channel } = attached();
    expect(sock.send('hé')).toBe(true);
    await sock.write('!');
    const writer = sock.writable.getWriter();
    await writer.write('?');
    expect(channel.sentBytes).toEqual([...utf8('hé!?')]);
  });

  it('may be the delimiter of readUntil', async () => {
    const { sock, channel } = attached();
    const line = sock.readUntil('é\r\n');
    channel.deliverByteByByte(utf8('caf\ré\r\nrest'));
    expect(await line).toEqual(utf8('caf\ré\r\n'));
    await expect(sock.readUntil('')).rejects.toThrow(RangeError);
  });
});

describe('lines', () => {
  async function linesOf(text: string, options = {}): Promise<string[]> {
    const { sock, channel } = attached();
    const lines: string[] = [];
    const done = (async () => {
      for await (const line of sock.lines(options)) lines.push(line);
    })();
    for (const byte of utf8(text)) {
      channel.deliver(Uint8Array.of(byte));
      await Promise.resolve();
    }
    channel.end(1000);
    await done;
    return lines;
  }

  it('end with LF or CR LF, which is removed; the last one may end with the stream', async () => {
    expect(await linesOf('a\r\n\nbé\n\rc\rd\r\n')).toEqual(['a', '', 'bé', '\rc\rd']);
    expect(await linesOf('a\nlast\r')).toEqual(['a', 'last\r']);
    expect(await linesOf('')).toEqual([]);
  });

  it('are limited in length, line end included', async () => {
    expect(await linesOf('1234\n12\r\n', { limit: 5 })).toEqual(['1234', '12']);
    await expect(linesOf('12345\n', { limit: 5 })).rejects.toMatchObject({
      code: 'ERR_RECEIVE_OVERFLOW',
    });
  });

  it('reject if the connection is lost in the middle of one', async () => {
    const { sock, channel } = attached();
    const lines = sock.lines();
    channel.deliver(utf8('one\nhal'));
    expect(await lines.next()).toEqual({ done: false, value: 'one' });
    const next = lines.next();
    channel.end(1006, '', false);
    await expect(next).rejects.toMatchObject({ code: 'ERR_CLOSED', available: 3 });
  });

  it('leave the socket open when the loop is left, and stop on a signal', async () => {
    const { sock, channel } = attached();
    channel.deliver(utf8('one\ntwo\nrest'));
    for await (const line of sock.lines()) {
      expect(line).toBe('one');
      break;
    }
    expect(sock.readyState).toBe('open');
    const aborter = new AbortController();
    const lines = sock.lines({ signal: aborter.signal });
    expect((await lines.next()).value).toBe('two');
    const next = lines.next();
    aborter.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    expect(sock.rQshiftStr(4)).toBe('rest');
  });
});
