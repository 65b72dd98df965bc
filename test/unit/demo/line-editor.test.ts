import { expect, it } from 'vitest';
import { LineEditor } from '../../../demo/line-editor.js';

const ERASE = '\x1b[?45h\b \b\x1b[?45l';
const ERASE_WIDE = '\x1b[?45h\b\b  \b\b\x1b[?45l';

function edit(...typed: string[]) {
  const shown: string[] = [];
  const lines: string[] = [];
  const editor = new LineEditor({
    echo: (text) => shown.push(text),
    line: (text) => lines.push(text),
    interrupt: () => lines.push('interrupt'),
  });
  for (const text of typed) editor.feed(text);
  return { shown: shown.join(''), lines, rest: editor.text };
}

it.each([
  ['CR', 'hi\r'],
  ['LF', 'hi\n'],
  ['CR LF', 'hi\r\n'],
])('%s ends a line', (_, typed) => {
  expect(edit(typed)).toEqual({ shown: 'hi\r\n', lines: ['hi'], rest: '' });
});

it('takes no answer of the terminal for typing: a key, a report, a string', () => {
  for (const answer of [
    '\x1b[A',
    '\x1bOP',
    '\x1b[12;3R',
    '\x1b]10;rgb:d8/dc/e0\x07',
    '\x1bP1$r0m\x1b\\',
  ]) {
    expect(edit(`a${answer}b`)).toEqual({ shown: 'ab', lines: [], rest: 'ab' });
    expect(edit('a', ...answer, 'b').rest).toBe('ab');
  }
});

it('knows a CR LF that is cut', () => {
  expect(edit('a\r', '\nb\r', '\r').lines).toEqual(['a', 'b', '']);
});

it('erases with Backspace and Delete, and nothing when there is nothing', () => {
  expect(edit('\x7fab\x7f\b\b')).toEqual({ shown: `ab${ERASE}${ERASE}`, lines: [], rest: '' });
});

it('erases whole characters: wide ones, astral ones, with their marks', () => {
  expect(edit('漢\x7f').shown).toBe(`漢${ERASE_WIDE}`);
  expect(edit('a😀\x7f').rest).toBe('a');
  expect(edit('ae\u0301\u0323\x7f')).toMatchObject({ rest: 'a', shown: `ae\u0301\u0323${ERASE}` });
});

it('erases the line with Ctrl-U', () => {
  expect(edit('abc\x15d\r')).toMatchObject({ lines: ['d'], shown: `abc${ERASE.repeat(3)}d\r\n` });
});

it('drops the line at Ctrl-C', () => {
  expect(edit('abc\x03d')).toEqual({ shown: 'abc^C\r\nd', lines: ['interrupt'], rest: 'd' });
});

it('ignores arrow and function keys, cut anywhere, and other control characters', () => {
  expect(
    edit('a\x1b[A\x1bOP\x1b[1;5C\x1bxb', '\x1b', '[', '1', '~', 'c\x00\x01\x9b\r').lines,
  ).toEqual(['abc']);
});

it('takes a bounded number of characters', () => {
  const { rest, shown } = edit('x'.repeat(5000));
  expect(rest).toHaveLength(1000);
  expect(shown.endsWith('\x07')).toBe(true);
});
