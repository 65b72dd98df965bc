/**
 * How programs used websock.js of websockify-js: each method as the table in its wiki describes it, and the call sequences
 * found in its users' pages.
 */
import { describe, expect, it } from 'vitest';
import { Websock } from '../../../src/compat/index.js';
import { hex } from '../../helpers/bytes.js';
import { FakeWebSocket } from '../../../src/testing/index.js';

function connected(bytes = ''): { ws: Websock; channel: FakeWebSocket } {
  const ws = new Websock({ WebSocket: FakeWebSocket });
  ws.open('ws://host:6080');
  const channel = FakeWebSocket.last.open('binary');
  if (bytes) channel.deliver(hex(bytes));
  return { ws, channel };
}

describe('the wiki’s table', () => {
  const rows: [method: string, test: () => void][] = [
    [
      'on (evt, handler)',
      () => {
        const ws = new Websock({ WebSocket: FakeWebSocket });
        const told: string[] = [];
        for (const event of ['open', 'message', 'error', 'close'] as const)
          ws.on(event, () => told.push(event));
        ws.open('ws://host');
        const channel = FakeWebSocket.last.open('binary');
        channel.deliver(hex('01'));
        channel.fail();
        channel.end();
        expect(told).toEqual(['open', 'message', 'error', 'close']);
      },
    ],
    ['open (uri)', () => expect(connected().channel.url).toBe('ws://host:6080')],
    [
      'close ()',
      () => {
        const { ws, channel } = connected();
        ws.close();
        expect(channel.readyState).toBe(2);
      },
    ],
    [
      'get_sQ ()',
      () => {
        const { ws } = connected();
        ws.sQpush16(0x0102);
        expect([...ws.get_sQ()]).toEqual([1, 2]);
      },
    ],
    ['get_rQ ()', () => expect([...connected('01 02').ws.get_rQ()]).toEqual([1, 2])],
    [
      'get_rQi ()',
      () => {
        const { ws } = connected('01 02');
        expect(ws.get_rQi()).toBe(0);
        ws.rQshift8();
        expect(ws.get_rQi()).toBe(1);
      },
    ],
    [
      'set_rQi (index)',
      () => {
        const { ws } = connected('01 02 03');
        ws.set_rQi(2);
        expect(ws.rQshift8()).toBe(3);
      },
    ],
    ['rQlen ()', () => expect(connected('01 02').ws.rQlen()).toBe(2)],
    [
      'rQpeek8 ()',
      () => {
        const { ws } = connected('01 02');
        expect([ws.rQpeek8(), ws.rQlen()]).toEqual([1, 2]);
      },
    ],
    ['rQshift8 ()', () => expect(connected('01').ws.rQshift8()).toBe(1)],
    [
      'rQunshift8 (num)',
      () => {
        const { ws } = connected('02');
        ws.rQunshift8(1);
        expect(ws.rQshift16()).toBe(0x0102);
      },
    ],
    ['rQshift16 ()', () => expect(connected('01 02').ws.rQshift16()).toBe(0x0102)],
    ['rQshift32 ()', () => expect(connected('01 02 03 04').ws.rQshift32()).toBe(0x01020304)],
    ['rQshiftStr (len)', () => expect(connected('61 62 63').ws.rQshiftStr(2)).toBe('ab')],
    [
      'rQshiftBytes (len)',
      () => expect([...connected('01 02 03').ws.rQshiftBytes(2)]).toEqual([1, 2]),
    ],
    [
      'rQslice (start, end)',
      () => expect([...connected('01 02 03').ws.rQslice(1, 2)]).toEqual([2]),
    ],
    [
      'rQwait (msg, num, goback)',
      () => {
        const { ws } = connected('01 02');
        ws.rQshift8();
        expect([ws.rQwait('body', 2, 1), ws.rQlen()]).toEqual([true, 2]);
      },
    ],
    [
      'flush ()',
      () => {
        const { ws, channel } = connected();
        ws.sQpush8(1);
        ws.flush();
        expect(channel.sentBytes).toEqual([1]);
      },
    ],
    [
      'send (arr)',
      () => {
        const { ws, channel } = connected();
        ws.send([1, 2]);
        expect(channel.sentBytes).toEqual([1, 2]);
      },
    ],
    [
      'send_string (str)',
      () => {
        const { ws, channel } = connected();
        ws.send_string('ab');
        expect(channel.sentBytes).toEqual([97, 98]);
      },
    ],
  ];
  it.each(rows)('%s', (_, test) => test());
});

describe('sequences of calls', () => {
  it('a telnet client reads everything, answers, and shows the rest', () => {
    const { ws, channel } = connected();
    let shown = '';
    ws.on('message', () => {
      const bytes = Array.from(ws.rQshiftBytes(ws.rQlen()));
      const answer: number[] = [];
      while (bytes.length > 0) {
        const byte = bytes.shift()!;
        if (byte === 255) answer.push(255, 252, bytes.splice(0, 2)[1]);
        else shown += String.fromCharCode(byte);
      }
      if (answer.length > 0) ws.send(answer);
    });
    channel.deliver(hex('ff fd 18 68 69'));
    expect([shown, channel.sentBytes]).toEqual(['hi', [255, 252, 24]]);
  });

  it('a chat client sends and reads strings', () => {
    const { ws, channel } = connected();
    const lines: string[] = [];
    ws.on('message', () => lines.push(ws.rQshiftStr()));
    ws.send_string('hello\n');
    channel.deliver(hex('77 6f'));
    channel.deliver(hex('72 6c 64'));
    expect(lines).toEqual(['wo', 'rld']);
    expect(String.fromCharCode(...channel.sentBytes)).toBe('hello\n');
  });

  it('a parser saves the index and restores it while its message is incomplete', () => {
    const { ws, channel } = connected();
    const messages: string[] = [];
    ws.on('message', () => {
      while (ws.rQlen() > 0) {
        const start = ws.get_rQi();
        const size = ws.rQshift8();
        if (ws.rQlen() < size) return ws.set_rQi(start);
        messages.push(ws.rQshiftStr(size));
      }
    });
    channel.deliverByteByByte(hex('02 61 62 00 01 63'));
    channel.deliver(hex('01 64 02 65'));
    channel.deliver(hex('66'));
    expect(messages).toEqual(['ab', '', 'c', 'd', 'ef']);
  });

  it('a parser indexes the array itself', () => {
    const { ws, channel } = connected();
    const sums: number[] = [];
    ws.on('message', () => {
      const rQ = ws.get_rQ();
      for (let at = ws.get_rQi(); rQ.length - at >= 2; at = ws.get_rQi()) {
        sums.push(rQ[at] + rQ[at + 1]);
        ws.set_rQi(at + 2);
      }
    });
    channel.deliverByteByByte(hex('01 02 03 04'));
    channel.deliver(hex('05 06 07'));
    expect(sums).toEqual([3, 7, 11]);
  });

  it('a parser goes back over bytes it read from earlier messages', () => {
    const { ws, channel } = connected();
    const seen: string[] = [];
    ws.on('message', () => {
      if (ws.rQwait('type', 1)) return;
      const type = ws.rQshift8();
      if (ws.rQwait('length', 2, 1)) return;
      const size = ws.rQshift16();
      if (ws.rQwait('text', size, 3)) return;
      seen.push(`${type}:${ws.rQshiftStr(size)}`);
    });
    channel.deliverByteByByte(hex('07 00 02 68 69'));
    expect(seen).toEqual(['7:hi']);
  });

  it('one socket serves connection after connection', () => {
    const ws = new Websock({ WebSocket: FakeWebSocket });
    const told: string[] = [];
    ws.on('open', () => told.push('open'));
    ws.on('close', () => told.push('close'));
    for (let i = 0; i < 2; i++) {
      ws.open('ws://host');
      const channel = FakeWebSocket.last.open('binary');
      channel.deliver(hex('01'));
      ws.close();
      channel.end();
    }
    expect([told, ws.rQlen()]).toEqual([['open', 'close', 'open', 'close'], 1]);
  });

  it('base64 is used if the server picks it', () => {
    const ws = new Websock({ WebSocket: FakeWebSocket });
    ws.open('ws://host');
    const channel = FakeWebSocket.last.open('base64');
    channel.deliver('aGVsbG8=');
    expect(ws.rQshiftStr()).toBe('hello');
    ws.send_string('hello');
    expect(channel.sent).toEqual(['aGVsbG8=']);
  });
});
