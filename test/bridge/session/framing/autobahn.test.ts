/**
 * The cases of the Autobahn test suite for servers, sections 1 to 7, 9 and 10, written from their descriptions
 * (section 8 is empty, 12 and 13 are compression, which the bridge never offers). Results have the form of
 * `decodeWithOurs`; nothing after a close frame or a violation is decoded.
 */
import { describe, expect, test } from 'vitest';
import { encodeClose, encodeFrame } from '../../../../src/bridge/session/framing/encoder.js';
import { decodeWithOurs } from '../../../helpers/decode.js';

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
const OPTIONS = { peer: 'client', maxPayload: 2 ** 24, maxFragments: 2 ** 20 } as const;

const [CONT, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10] as const;

/** A client's frame. `rsv` is the three reserved bits as a number. */
function frame(
  opcode: number,
  payload: string | Buffer = '',
  { fin = true, rsv = 0 } = {},
): Buffer {
  const bytes = encodeFrame(opcode, Buffer.from(payload), { fin, mask: MASK });
  bytes[0] |= rsv << 4;
  return bytes;
}
const more = (opcode: number, payload: string | Buffer = '') =>
  frame(opcode, payload, { fin: false });
const close = (code: number, reason?: string) => encodeClose(code, reason, { mask: MASK });
/** A message in fragments of `size` bytes. */
function fragments(opcode: number, payload: Buffer, size: number): Buffer[] {
  const count = Math.max(1, Math.ceil(payload.length / size));
  return Array.from({ length: count }, (_, i) =>
    frame(i === 0 ? opcode : CONT, payload.subarray(i * size, (i + 1) * size), {
      fin: i === count - 1,
    }),
  );
}
function chopped(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const says = (kind: string, payload: string | Buffer = '') =>
  `${kind} ${Buffer.from(payload).toString('latin1')}`;

/** Checks frames in one read, frame by frame, and byte by byte or, if they are long, 997 bytes at a time. */
function expectDecoded(frames: Buffer[], events: string[], code?: number): void {
  const all = Buffer.concat(frames);
  const ways = [[all], frames, ...(all.length < 5_000 ? [chopped(all, 1)] : [chopped(all, 997)])];
  for (const reads of ways) {
    const decoded = decodeWithOurs(reads, OPTIONS);
    expect(decoded.events).toEqual(events);
    expect(decoded.code).toBe(code);
  }
}

type Case = [id: string, frames: Buffer[], events: string[], code?: number];

function check(cases: Case[]): void {
  test.each(cases)('%s', (_, frames, events, code) => expectDecoded(frames, events, code));
}

describe('1 framing', () => {
  const cases = [0, 125, 126, 127, 128, 65_535, 65_536].flatMap((length, index): Case[] => {
    const text = '*'.repeat(length);
    const bytes = Buffer.alloc(length, 0xfe);
    return [
      [`1.1.${index + 1}: text of ${length}`, [frame(TEXT, text)], [says('text', text)]],
      [`1.2.${index + 1}: binary of ${length}`, [frame(BINARY, bytes)], [says('binary', bytes)]],
    ];
  });
  check(cases);
});

describe('2 pings and pongs', () => {
  const odd = hex('00ff fefd fcfb 00ff');
  const many = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
  check([
    ['2.1: an empty ping', [frame(PING)], [says('ping')]],
    ['2.2: a text', [frame(PING, 'Hello, world!')], [says('ping', 'Hello, world!')]],
    ['2.3: bytes that are no UTF-8', [frame(PING, odd)], [says('ping', odd)]],
    [
      '2.4, 2.6: 125 bytes',
      [frame(PING, Buffer.alloc(125, 254))],
      [says('ping', Buffer.alloc(125, 254))],
    ],
    ['2.5: 126 bytes', [frame(PING, Buffer.alloc(126, 254))], [], 1002],
    ['2.7: an unsolicited pong', [frame(PONG)], [says('pong')]],
    ['2.8: with a payload', [frame(PONG, 'unsolicited')], [says('pong', 'unsolicited')]],
    [
      '2.9: and a ping',
      [frame(PONG, 'unsolicited'), frame(PING, 'p')],
      [says('pong', 'unsolicited'), says('ping', 'p')],
    ],
    [
      '2.10, 2.11: ten pings',
      many.map((each) => frame(PING, each)),
      many.map((each) => says('ping', each)),
    ],
  ]);
});

describe('3 reserved bits', () => {
  const hello = frame(TEXT, 'Hello, world!');
  const told = [says('text', 'Hello, world!')];
  check([
    ['3.1: 1', [frame(TEXT, 'Hello', { rsv: 1 })], [], 1002],
    [
      '3.2: 2, behind a message',
      [hello, frame(TEXT, 'Hello', { rsv: 2 }), frame(PING)],
      told,
      1002,
    ],
    ['3.3: 3', [hello, frame(TEXT, 'Hello', { rsv: 3 }), frame(PING)], told, 1002],
    ['3.4: 4', [hello, frame(TEXT, 'Hello', { rsv: 4 }), frame(PING)], told, 1002],
    ['3.5: 5, binary', [frame(BINARY, Buffer.alloc(8, 255), { rsv: 5 })], [], 1002],
    ['3.6: 6, ping', [frame(PING, 'Hello', { rsv: 6 })], [], 1002],
    ['3.7: 7, close', [frame(CLOSE, '', { rsv: 7 })], [], 1002],
  ]);
});

describe('4 opcodes', () => {
  const hello = frame(TEXT, 'Hello, world!');
  const told = [says('text', 'Hello, world!')];
  const reserved = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];
  check(
    reserved.flatMap((opcode, index): Case[] => {
      const id = `4.${index < 5 ? 1 : 2}.${(index % 5) + 1}: ${opcode}`;
      return [
        [`${id}, empty`, [frame(opcode)], [], 1002],
        [`${id}, behind a message`, [hello, frame(opcode, 'reserved'), frame(PING)], told, 1002],
      ];
    }),
  );
});

describe('5 fragments', () => {
  const two = [more(TEXT, 'fragment1'), frame(CONT, 'fragment2')];
  const whole = says('text', 'fragment1fragment2');
  const five = [1, 2, 3, 4, 5].map((n) => `fragment${n}`);
  check([
    ['5.1: a ping', [more(PING, 'fragment1'), frame(CONT, 'fragment2')], [], 1002],
    ['5.2: a pong', [more(PONG, 'fragment1'), frame(CONT, 'fragment2')], [], 1002],
    ['5.3 to 5.5: a text', two, [whole]],
    [
      '5.6 to 5.8: a ping between',
      [two[0], frame(PING, 'ping'), two[1]],
      [says('ping', 'ping'), whole],
    ],
    ['5.9 to 5.11: the last of nothing', [frame(CONT, 'x'), frame(TEXT, 'Hello')], [], 1002],
    ['5.12 to 5.14: the next of nothing', [more(CONT, 'x'), frame(TEXT, 'Hello')], [], 1002],
    [
      '5.15: of nothing, behind a message',
      [...two, more(CONT, 'x'), frame(TEXT, 'Hello')],
      [whole],
      1002,
    ],
    [
      '5.16: the next of nothing, twice',
      [more(CONT, 'x'), more(TEXT, 'y'), frame(CONT, 'z')],
      [],
      1002,
    ],
    [
      '5.17: the last of nothing, twice',
      [frame(CONT, 'x'), more(TEXT, 'y'), frame(CONT, 'z')],
      [],
      1002,
    ],
    [
      '5.18: a new message inside another',
      [more(TEXT, 'fragment1'), frame(TEXT, 'fragment2')],
      [],
      1002,
    ],
    [
      '5.19, 5.20: five, and pings between',
      [
        more(TEXT, five[0]),
        more(CONT, five[1]),
        frame(PING, 'pongme 1!'),
        more(CONT, five[2]),
        more(CONT, five[3]),
        frame(PING, 'pongme 2!'),
        frame(CONT, five[4]),
      ],
      [says('ping', 'pongme 1!'), says('ping', 'pongme 2!'), says('text', five.join(''))],
    ],
  ]);
});

describe('6 UTF-8', () => {
  const kosme = Buffer.from('κόσμε');
  check([
    ['6.1.1: empty', [frame(TEXT)], [says('text')]],
    ['6.1.2: three empty fragments', [more(TEXT), more(CONT), frame(CONT)], [says('text')]],
    [
      '6.1.3: between two',
      [more(TEXT), more(CONT, 'middle'), frame(CONT)],
      [says('text', 'middle')],
    ],
    [
      '6.2.1: whole',
      [frame(TEXT, 'Hello-µ@ßöäüàá-UTF-8!!')],
      [says('text', 'Hello-µ@ßöäüàá-UTF-8!!')],
    ],
    [
      '6.2.2: cut between characters',
      [more(TEXT, 'Hello-µ@ßöä'), frame(CONT, 'üàá-UTF-8!!')],
      [says('text', 'Hello-µ@ßöäüàá-UTF-8!!')],
    ],
    [
      '6.2.3: a byte a fragment',
      fragments(TEXT, Buffer.from('Hello-µ@ßöäüàá-UTF-8!!'), 1),
      [says('text', 'Hello-µ@ßöäüàá-UTF-8!!')],
    ],
    ['6.2.4: three bytes a character', fragments(TEXT, kosme, 1), [says('text', kosme)]],
    ['6.3.1: broken', [frame(TEXT, hex('cebae1bdb9cf83cebcceb5 eda080 656469746564'))], [], 1007],
    [
      '6.3.2: broken, a byte a fragment',
      fragments(TEXT, hex('cebae1bdb9cf83cebcceb5 eda080 656469746564'), 1),
      [],
      1007,
    ],
    [
      '6.4.1: broken in the second of three',
      [more(TEXT, kosme), more(CONT, hex('f4908080')), frame(CONT, 'edited')],
      [],
      1007,
    ],
  ]);
  const valid: [string, string][] = [
    ['6.5', 'cebae1bdb9cf83cebcceb5'],
    ...['ce', 'ceba', 'cebae1bdb9', 'cebae1bdb9cf83', 'cebae1bdb9cf83cebc']
      .slice(1)
      .map((text): [string, string] => ['6.6', text]),
    ...['00', 'c280', 'e0a080', 'f0908080'].map((text): [string, string] => ['6.7', text]),
    ...['7f', 'dfbf', 'efbfbf', 'f48fbfbf'].map((text): [string, string] => ['6.9', text]),
    ...['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf'].map((text): [string, string] => ['6.11', text]),
    ...['efbfbe', 'efbfbf', 'f09fbfbe', 'f0afbfbf', 'f48fbfbe'].map((text): [string, string] => [
      '6.22',
      text,
    ]),
    ...['efbfb9', 'efbfba', 'efbfbb', 'efbfbc', 'efbfbd'].map((text): [string, string] => [
      '6.23',
      text,
    ]),
  ];
  const invalid: [string, string][] = [
    ...['ce', 'cebae1', 'cebae1bd', 'cebae1bdb9cf', 'cebae1bdb9cf83ce'].map(
      (text): [string, string] => ['6.6', text],
    ),
    ...['f888808080', 'fc8480808080'].map((text): [string, string] => ['6.8', text]),
    ...['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'].map((text): [string, string] => ['6.10', text]),
    ['6.11', 'f4908080'],
    ...['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf'].map(
      (text): [string, string] => ['6.12', text],
    ),
    ...['c020c120', 'e020e120', 'f020f120', 'f820', 'fc20'].map((text): [string, string] => [
      '6.13',
      text,
    ]),
    ...['c0', 'e080', 'f08080', 'f8808080', 'fc80808080', 'df', 'efbf', 'f7bfbf'].map(
      (text): [string, string] => ['6.14', text],
    ),
    ['6.15', 'c0e080f08080f8808080fc80808080dfefbff7bfbf'],
    ...['fe', 'ff', 'fefeffff'].map((text): [string, string] => ['6.16', text]),
    ...['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'].map(
      (text): [string, string] => ['6.17', text],
    ),
    ...['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'].map(
      (text): [string, string] => ['6.18', text],
    ),
    ...['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'].map(
      (text): [string, string] => ['6.19', text],
    ),
    ...['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'].map(
      (text): [string, string] => ['6.20', text],
    ),
    ...['eda080edb080', 'eda080edbfbf', 'edadbfedb080', 'edafbfedbfbf'].map(
      (text): [string, string] => ['6.21', text],
    ),
  ];
  test.each(valid)('%s: %s is text', (_, bytes) => {
    expectDecoded([frame(TEXT, hex(bytes))], [says('text', hex(bytes))]);
  });
  test.each(invalid)('%s: %s is not', (_, bytes) => {
    expectDecoded([frame(TEXT, hex(bytes))], [], 1007);
  });
});

describe('7 closing', () => {
  const hello = frame(TEXT, 'Hello World!');
  const told = says('text', 'Hello World!');
  const large = 'BAsd7&jh23'.repeat(26_214);
  check([
    ['7.1.1: behind a message', [hello, close(1000)], [told], 1000],
    ['7.1.2: twice', [close(1000), close(1000)], [], 1000],
    ['7.1.3: a ping after it', [close(1000), frame(PING)], [], 1000],
    ['7.1.4: a text after it', [close(1000), hello], [], 1000],
    [
      '7.1.5: within a message',
      [more(TEXT, 'fragment1'), close(1000), frame(CONT, 'fragment2')],
      [],
      1000,
    ],
    [
      '7.1.6: behind 256 KiB, and a ping after it',
      [frame(TEXT, large), hello, close(1000), frame(PING)],
      [says('text', large), told],
      1000,
    ],
    ['7.3.1: empty', [frame(CLOSE)], [], 1005],
    ['7.3.2: one byte', [frame(CLOSE, 'a')], [], 1002],
    ['7.3.3: a code', [close(1000)], [], 1000],
    ['7.3.4: a reason', [close(1000, 'Hello World!')], [], 1000],
    ['7.3.5: the longest reason', [close(1000, '*'.repeat(123))], [], 1000],
    [
      '7.3.6: a longer one',
      [frame(CLOSE, Buffer.concat([hex('03e8'), Buffer.alloc(124, 42)]))],
      [],
      1002,
    ],
    [
      '7.5.1: a reason that is no UTF-8',
      [frame(CLOSE, hex('03e8 cebae1bdb9cf83cebcceb5 eda080'))],
      [],
      1007,
    ],
  ]);
  const codes = [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
  ];
  test.each(codes)('7.7: %i may be sent', (code) => {
    expectDecoded([close(code)], [], code);
  });
  const reserved = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
  test.each(reserved)('7.9, 7.13: %i may not', (code) => {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    expectDecoded([frame(CLOSE, payload)], [], 1002);
  });
});

describe('9 large messages', () => {
  const KIB = 1024;
  const sizes = [64, 256, 1024, 4096, 8192, 16_384].map((size) => size * KIB);
  test.each(sizes)('9.1, 9.2: %i bytes', (size) => {
    const bytes = Buffer.alloc(size, '*');
    expectDecoded([frame(TEXT, bytes)], [says('text', bytes)]);
    expectDecoded([frame(BINARY, bytes)], [says('binary', bytes)]);
  });
  test.each([64, 256, 1024, 4096, 16_384, 65_536])('9.3, 9.4: 1 MiB in fragments of %i', (size) => {
    const bytes = Buffer.alloc(1024 * KIB, '*');
    expectDecoded(fragments(TEXT, bytes, size), [says('text', bytes)]);
    expectDecoded(fragments(BINARY, bytes, size), [says('binary', bytes)]);
  });
  test.each([64, 128, 256, 512, 1024, 2048])('9.5, 9.6: 1 MiB in reads of %i', (size) => {
    const bytes = Buffer.alloc(1024 * KIB, '*');
    for (const [opcode, kind] of [
      [TEXT, 'text'],
      [BINARY, 'binary'],
    ] as const) {
      const { events } = decodeWithOurs(chopped(frame(opcode, bytes), size), OPTIONS);
      expect(events).toEqual([says(kind, bytes)]);
    }
  });
  test.each([0, 16, 64, 256, 1024, 4096, 16_384, 65_536])(
    '9.7, 9.8: 100 messages of %i',
    (size) => {
      const bytes = Buffer.alloc(size, '*');
      const messages = Array.from({ length: 100 }, (_, i) => frame(i % 2 ? TEXT : BINARY, bytes));
      const events = messages.map((_, i) => says(i % 2 ? 'text' : 'binary', bytes));
      expectDecoded(messages, events);
    },
  );
});

describe('10 automatic fragments', () => {
  const bytes = Buffer.alloc(65_536, '*');
  check([
    ['10.1.1: 64 KiB in fragments of 1,300', fragments(TEXT, bytes, 1_300), [says('text', bytes)]],
  ]);
});
