import { expect, it } from 'vitest';
import { CHARSETS, Charset, findCharset } from '../../../demo/wstelnet/charset.js';

const bytesOf = (...bytes: number[]) => Uint8Array.from(bytes);
const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);

it.each(CHARSETS)('%s is known', (name) => {
  expect(new Charset(name).decode(bytesOf(0x41))).toBe('A');
});

// Latin-1 and IBM866 are tested in browsers: Node decodes them differently.
it.each(['CP437', 'ISO-8859-2', 'windows-1251', 'KOI8-R'])(
  '%s: each of the 256 bytes survives a round trip',
  (name) => {
    const charset = new Charset(name);
    const text = charset.decode(all);
    expect(text).toHaveLength(256);
    expect(charset.encode(text)).toEqual({ bytes: all, refused: '' });
  },
);

it('CP437 decodes to its own characters', () => {
  expect(
    new Charset('ibm437').decode(bytesOf(0x63, 0x61, 0x66, 0x82, 0xf8, 0xf1, 0xb2, 0xdb)),
  ).toBe('café°±▓█');
});

it.each([
  ['GBK', '漢字', [0x9d, 0x68, 0xd7, 0xd6]],
  ['Big5', '漢字', [0xba, 0x7e, 0xa6, 0x72]],
  ['Shift_JIS', 'ｱ漢字①', [0xb1, 0x8a, 0xbf, 0x8e, 0x9a, 0x87, 0x40]],
  ['EUC-JP', '漢字', [0xb4, 0xc1, 0xbb, 0xfa]],
  ['EUC-KR', '한글', [0xc7, 0xd1, 0xb1, 0xdb]],
])('%s encodes and decodes its characters', (name, text, bytes) => {
  const charset = new Charset(name);
  expect(charset.encode(text)).toEqual({ bytes: Uint8Array.from(bytes), refused: '' });
  expect(charset.decode(Uint8Array.from(bytes))).toBe(text);
});

it('marks invalid UTF-8, however it is split', () => {
  const charset = new Charset('UTF-8');
  const parts = [[0x63, 0xe9, 0x20, 0xe2], [0x82], [0xac, 0xff], [0x21]];
  expect(parts.map((part) => charset.decode(Uint8Array.from(part))).join('')).toBe(
    'c\ufffd €\ufffd!',
  );
});

it('reports what it cannot encode, and encodes the rest', () => {
  expect(new Charset('ISO-8859-2').encode('a漢b漢ł字')).toEqual({
    bytes: bytesOf(0x61, 0x62, 0xb3),
    refused: '漢字',
  });
  expect(new Charset('CP437').encode('e\u0301'.normalize('NFC')).bytes).toEqual(bytesOf(0x82));
});

it.each(['nonsense', 'utf-16le', ''])('rejects the name %j', (name) => {
  expect(findCharset(name)).toBeUndefined();
});

it('recognizes different names of the same set', () => {
  expect(new Charset('latin1').is(new Charset('ISO-8859-1'))).toBe(true);
  expect(new Charset('cp437').is(new Charset('IBM437'))).toBe(true);
  expect(new Charset('utf8').is(new Charset('CP437'))).toBe(false);
});
