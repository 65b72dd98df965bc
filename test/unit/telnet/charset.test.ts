import { expect, it } from 'vitest';
import { encodeCharset, parseCharset } from '../../../src/telnet/index.js';

const ascii = (code: number, text: string) =>
  new Uint8Array([code, ...new TextEncoder().encode(text)]);

it.each([
  ['with any separator', ' UTF-8 ISO-8859-1'],
  ['with another', ';UTF-8;ISO-8859-1'],
  ['after a translation table', '[TTABLE ]\x01;UTF-8;ISO-8859-1'],
])('reads a request %s', (_, text) => {
  const names = ['UTF-8', 'ISO-8859-1'];
  expect(parseCharset(ascii(1, text))).toEqual({ kind: 'request', names });
});

it('reads answers and empty requests, and ignores what it does not know', () => {
  expect(parseCharset(ascii(1, ''))).toEqual({ kind: 'request', names: [] });
  expect(parseCharset(ascii(1, ';'))).toEqual({ kind: 'request', names: [] });
  expect(parseCharset(ascii(2, 'UTF-8'))).toEqual({ kind: 'accepted', name: 'UTF-8' });
  expect(parseCharset(ascii(3, ''))).toEqual({ kind: 'rejected' });
  expect(parseCharset(ascii(4, 'table'))).toBeUndefined();
  expect(parseCharset(new Uint8Array())).toBeUndefined();
});

it('reads what it writes', () => {
  for (const message of [
    { kind: 'request', names: ['UTF-8', 'CP437'] },
    { kind: 'accepted', name: 'UTF-8' },
    { kind: 'rejected' },
  ] as const) {
    expect(parseCharset(encodeCharset(message))).toEqual(message);
  }
});

it.each(['', 'a;b', 'a b', 'é'])('refuses to send the name %j', (name) => {
  expect(() => encodeCharset({ kind: 'accepted', name })).toThrow(RangeError);
  expect(() => encodeCharset({ kind: 'request', names: [name] })).toThrow(RangeError);
});
