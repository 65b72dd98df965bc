import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineEditor, type LineEditorHandler } from '../../../demo/line/line-editor.js';

const ERASE = '\x1b[?45h\b \b\x1b[?45l';
const ERASE_WIDE = '\x1b[?45h\b\b  \b\b\x1b[?45l';

function edit(...typed: (string | Partial<LineEditorHandler>)[]) {
  const shown: string[] = [];
  const lines: string[] = [];
  const handler = typeof typed[0] === 'object' ? (typed.shift() as object) : {};
  const editor = new LineEditor({
    echo: (text) => shown.push(text),
    line: (text) => lines.push(text),
    interrupt: () => lines.push('interrupt'),
    ...handler,
  });
  for (const text of typed) editor.feed(text as string);
  return { shown: shown.join(''), lines, rest: editor.text };
}

/** The last line on a terminal of unlimited width; a wide character takes two cells. */
function onScreen(shown: string): string {
  const line = shown
    .replace(/\x1b\[\?45[hl]|\x07|\p{Mark}/gu, '')
    .split('\r\n')
    .at(-1)!;
  const cells: string[] = [];
  let at = 0;
  for (const char of line) {
    if (char === '\b') {
      at--;
    } else {
      cells[at++] = char;
      if (char > '\u1100') cells[at++] = '';
    }
  }
  return cells.join('').trimEnd();
}

it.each([
  ['CR', 'hi\r'],
  ['LF', 'hi\n'],
  ['CR LF', 'hi\r\n'],
])('%s ends a line', (_, typed) => {
  expect(edit(typed)).toEqual({ shown: 'hi\r\n', lines: ['hi'], rest: '' });
});

it('does not take the terminal’s reports for typing', () => {
  for (const answer of [
    '\x1b[12;3R',
    '\x1b[?1;2c',
    '\x1b]10;rgb:d8/dc/e0\x07',
    '\x1b]10;rgb:d8/dc/e0\x1b\\',
    '\x1bP1$r0m\x1b\\',
  ]) {
    expect(edit(`a${answer}b`)).toEqual({ shown: 'ab', lines: [], rest: 'ab' });
    expect(edit('a', ...answer, 'b').rest).toBe('ab');
  }
});

it('recognizes a CR LF that is split', () => {
  expect(edit('a\r', '\nb\r', '\r').lines).toEqual(['a', 'b', '']);
});

it('erases with Backspace and Delete, and nothing on an empty line', () => {
  expect(edit('\x7fab\x7f\b\b')).toEqual({ shown: `ab${ERASE}${ERASE}`, lines: [], rest: '' });
});

it('erases whole characters: wide, astral, with combining marks', () => {
  expect(edit('漢\x7f').shown).toBe(`漢${ERASE_WIDE}`);
  expect(edit('a😀\x7f').rest).toBe('a');
  expect(edit('ae\u0301\u0323\x7f')).toMatchObject({ rest: 'a', shown: `ae\u0301\u0323${ERASE}` });
});

it('drops the line at Ctrl-C', () => {
  expect(edit('abc\x03d')).toEqual({ shown: 'abc^C\r\nd', lines: ['interrupt'], rest: 'd' });
});

const LEFT = '\x1b[D';
const RIGHT = '\x1bOC';
const WORD_LEFT = '\x1b[1;5D';
const WORD_RIGHT = '\x1bf';
const UP = '\x1b[A';
const DOWN = '\x1b[B';

it.each([
  ['left and right', ['ac', LEFT, 'b', RIGHT, 'd'], 'abcd'],
  ['home and end', ['b', '\x01', 'a', '\x05', 'c', '\x1b[H', '<', '\x1b[4~', '>'], '<abc>'],
  ['word moves', ['one two', WORD_LEFT, '1', WORD_LEFT, WORD_RIGHT, '2'], 'one 1two2'],
  ['delete', ['abc', LEFT, LEFT, '\x1b[3~', '\x7f'], 'c'],
  ['kill and yank', ['one two', '\x17', '\x01', '\x19', ' '], 'two one '],
  ['kill to the end', ['one two', WORD_LEFT, '\x0b', '\x19', '\x19'], 'one twotwo'],
  ['kill the start', ['abc', LEFT, '\x15', 'x'], 'xc'],
  ['delete a word', ['one two', '\x01', '\x1bd', '\x19'], 'one two'],
  ['a key cut anywhere', ['ac', '\x1b', '[', 'D', 'b'], 'abc'],
  ['wide characters', ['漢字', LEFT, 'x', LEFT, '\x7f'], 'x字'],
])('moves and cuts: %s', (_, typed, expected) => {
  const { rest, shown } = edit(...typed);
  expect(rest).toBe(expected);
  expect(onScreen(shown)).toBe(expected.trimEnd());
});

it('steps through the history, and back to the line being typed', () => {
  const { lines, rest } = edit(
    'one\rtwo\rtwo\rdraft',
    UP,
    UP,
    DOWN,
    '!\r',
    UP,
    UP,
    UP,
    DOWN,
    DOWN,
    DOWN,
  );
  expect(lines).toEqual(['one', 'two', 'two', 'two!']);
  expect(rest).toBe('');
  expect(edit('one\rdraft', UP, UP, DOWN).rest).toBe('draft');
});

it('keeps passwords out of history and completion', () => {
  expect(edit({ isSecret: () => true }, 'secret\r', UP, 'sec', '\t').rest).toBe('sec\t');
});

it('completes from words typed before, cycling through the matches', () => {
  const typed = ['look north\rlook nowhere\r', 'go no', '\t'];
  expect(edit(...typed).rest).toBe('go nowhere');
  expect(edit(...typed, '\t').rest).toBe('go north');
  expect(edit(...typed, '\t', '\t').rest).toBe('go no');
  expect(edit(...typed, '\t', '\r').lines.at(-1)).toBe('go north');
});

it('inserts a tab when there is nothing to complete, and in pasted text', () => {
  expect(edit('\t').rest).toBe('\t');
  expect(edit('x', '\t').rest).toBe('x\t');
  expect(edit('word\r', 'wo\tb\r').lines).toEqual(['word', 'wo\tb']);
  expect(onScreen(edit('a\tb', '\x7f', '\x7f', 'c').shown)).toBe('ac');
});

it.each([
  ['function keys', '\x1bOP'],
  ['an unknown Alt', '\x1bx'],
  ['control characters', '\x00\x1a'],
  ['a broken sequence', '\x1b\x1b[A'],
  ['no line before', '\x1b[A'],
])('rings for input it rejects: %s', (_, typed) => {
  const { shown, lines, rest } = edit(typed);
  expect(shown).toContain('\x07');
  expect([...lines, rest]).toEqual(['']);
});

it('limits the length of a line, and reports a full one', () => {
  let full = 0;
  const { rest, shown } = edit({ full: () => full++ }, 'x'.repeat(5000));
  expect(rest).toHaveLength(1000);
  expect(shown.endsWith('\x07')).toBe(true);
  expect(full).toBe(1);
});

it('shows what it holds, whatever the keys', () => {
  // prettier-ignore
  const key = fc.constantFrom(
    'a', 'b ', '漢', 'e\u0301', '\t', ' x\ty', '\r', '\x7f', '\x01', '\x04', '\x05', '\x0b', '\x15', '\x17', '\x19', '\x1bd',
    LEFT, RIGHT, WORD_LEFT, WORD_RIGHT, UP, DOWN,
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 40 }), (keys) => {
      const { shown, rest } = edit(...keys);
      const cells = rest.replaceAll('\t', '    ').replaceAll('\u0301', '');
      expect(onScreen(shown)).toBe(cells.trimEnd());
    }),
  );
});

it('hides its line for other output, and shows it again', () => {
  const editor = new LineEditor({ echo: () => {}, line: () => {}, interrupt: () => {} });
  expect([editor.hiding, editor.showing]).toEqual(['', '']);
  editor.feed('a漢b');
  editor.feed(LEFT);
  expect(editor.hiding).toBe('\x1b[?45h\b\b\b\x1b[?45l\x1b[J');
  expect(editor.showing).toBe('a漢b\x1b[?45h\b\x1b[?45l');
});
