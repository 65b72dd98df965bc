import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MTTS,
  answerEnviron,
  encodeEnviron,
  encodeGmcp,
  encodeMssp,
  mttsName,
  parseEnviron,
  parseGmcp,
  parseMssp,
  parseMtts,
  type EnvironVariable,
} from '../../../src/telnet/index.js';
import { bytes, hex } from './bytes.js';

const utf8 = (text: string) => new TextEncoder().encode(text);
const anything = fc.uint8Array({ maxLength: 40 });

describe('NEW-ENVIRON', () => {
  it('reads the examples of RFC 1572', () => {
    expect(parseEnviron(bytes('01'))).toEqual({ kind: 'send', variables: [] });
    expect(parseEnviron(bytes('01 00 55 53 45 52 03'))).toEqual({
      kind: 'send',
      variables: [
        { kind: 'well-known', name: 'USER' },
        { kind: 'user', name: '' },
      ],
    });
    expect(parseEnviron(bytes('00 01 55'))).toBeUndefined();
    expect(parseEnviron(bytes('00 00 55 01 61 01 62'))).toBeUndefined();
    expect(parseEnviron(bytes('00 00 55 01 6a 6f 65 03 41 01 03 42 01 02 01 78'))).toEqual({
      kind: 'is',
      variables: [
        { kind: 'well-known', name: 'U', value: 'joe' },
        { kind: 'user', name: 'A', value: '' },
        { kind: 'user', name: 'B', value: '\x01x' },
      ],
    });
  });

  it('reads what it writes', () => {
    const variable = fc.record(
      {
        kind: fc.constantFrom('user' as const, 'well-known' as const),
        name: fc.string({ unit: 'binary-ascii' }),
        value: fc.string({ unit: 'binary-ascii' }),
      },
      { requiredKeys: ['kind', 'name'] },
    );
    const message = fc.record({
      kind: fc.constantFrom('is' as const, 'send' as const, 'info' as const),
      variables: fc.array(variable),
    });
    fc.assert(
      fc.property(message, (said) => {
        expect(parseEnviron(encodeEnviron(said))).toEqual(said);
      }),
    );
    fc.assert(fc.property(anything, (payload) => void parseEnviron(payload)));
  });

  const variables: EnvironVariable[] = [
    { kind: 'well-known', name: 'USER', value: 'joe' },
    { kind: 'user', name: 'LANG', value: 'C.UTF-8' },
  ];
  it.each([
    ['all', '01', variables],
    ['all of a kind', '01 03', variables.slice(1)],
    ['one by name', '01 00 55 53 45 52', variables.slice(0, 1)],
    ['one that is not there', '01 00 58', [{ kind: 'well-known', name: 'X' }]],
  ])('answers a request for %s', (_, request, expected) => {
    expect(parseEnviron(answerEnviron(bytes(request), variables)!)).toEqual({
      kind: 'is',
      variables: expected,
    });
  });

  it('answers only requests', () => {
    expect(answerEnviron(bytes('00 00 55'), variables)).toBeUndefined();
    expect(answerEnviron(bytes(''), variables)).toBeUndefined();
  });
});

describe('GMCP', () => {
  it.each([
    ['Core.Hello {"client":"x"}', 'Core.Hello', { client: 'x' }],
    ['Core.Ping', 'Core.Ping', undefined],
    ['Room.Name "é"', 'Room.Name', 'é'],
    ['char.vitals  [1]\n', 'char.vitals', [1]],
  ])('reads %j', (text, name, data) => {
    expect(parseGmcp(utf8(text))).toEqual({ name, data });
  });

  it.each(['', ' {}', 'Core.Hello {', '{"a":1}', 'a..b'])('rejects %j', (text) => {
    expect(parseGmcp(utf8(text))).toBeUndefined();
  });

  it('reads what it writes, and refuses an invalid name', () => {
    fc.assert(
      fc.property(
        fc.json().map((text) => JSON.parse(text) as unknown),
        (data) => {
          expect(parseGmcp(encodeGmcp('Some.Name', data))).toEqual({ name: 'Some.Name', data });
        },
      ),
    );
    expect(hex(encodeGmcp('A'))).toBe('41');
    expect(() => encodeGmcp('a b')).toThrow(RangeError);
  });
});

describe('MSSP', () => {
  it('reads variables with one or more values', () => {
    const payload = utf8('\x01NAME\x02Mud\x01PORT\x0223\x024000\x01EMPTY');
    const expected = new Map([
      ['NAME', ['Mud']],
      ['PORT', ['23', '4000']],
      ['EMPTY', []],
    ]);
    expect(parseMssp(payload)).toEqual(expected);
    expect(encodeMssp(expected)).toEqual(payload);
    expect(parseMssp(utf8('junk\x02x'))).toEqual(new Map());
    fc.assert(fc.property(anything, (any) => void parseMssp(any)));
  });

  it('refuses a value that would be misread', () => {
    expect(() => encodeMssp(new Map([['A', ['x\x01y']]]))).toThrow(RangeError);
  });
});

it('MTTS encodes bits in a terminal type', () => {
  expect(mttsName(MTTS.ANSI | MTTS.UTF_8 | MTTS.COLORS_256)).toBe('MTTS 13');
  expect(parseMtts('MTTS 13')).toBe(13);
  expect(parseMtts('xterm')).toBeUndefined();
});
