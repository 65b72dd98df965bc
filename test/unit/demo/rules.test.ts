import { expect, it } from 'vitest';
import { Lines, plain } from '../../../demo/wstelnet/lines.js';
import { Rules } from '../../../demo/wstelnet/rules.js';

it.each([
  ['gg = get all; look', 'gg', ['get all', 'look']],
  ['t = tell $1 "$*"', 't bob hi there', ['tell bob "bob hi there"']],
  ['a = one $1$2.', 'a', ['one .']],
  ['a = $1', 'a x;quit', ['x;quit']],
  ['a = one', 'b', ['b']],
  ['a = one', 'ab', ['ab']],
  ['a = one', '', ['']],
])('the rules %j expand %j to %j', (source, line, lines) => {
  expect(new Rules(source).expand(line)).toEqual(lines);
});

it('triggers on a pattern and substitutes its groups', () => {
  const rules = new Rules('/^(\\w+) tells you: (.*)$/ = reply $1; think $2\n/hungry/ = eat');
  expect(rules.triggered('Bob tells you: hi; quit')).toEqual(['reply Bob', 'think hi; quit']);
  expect(rules.triggered('You are \x1b[31mhun\x1b[1mgry\x1b[0m\r')).toEqual(['eat']);
  expect(rules.triggered('nothing')).toEqual([]);
});

it('stops triggers that loop', () => {
  const rules = new Rules('/x/ = x');
  let circles = 0;
  rules.onCircle = () => circles++;
  const sent = Array.from({ length: 100 }, () => rules.triggered('x')).flat();
  expect(sent).toHaveLength(20);
  expect(circles).toBe(1);
});

it.each(['nonsense', '= x', 'a =', '/(/ = x', '// = x'])('%j is not a rule', (line) => {
  expect(new Rules(`a = b\n${line}\n\n`).wrong).toBe(line);
});

it('splits output into lines and a prompt, wherever it is cut', () => {
  const text = 'one\r\n\x1b[1;31mtwo\x1b[0m\x1b]0;title\x07\r\n\x1b[32mHP:5> \x1b[0m';
  for (let cut = 0; cut < text.length; cut++) {
    const lines = new Lines();
    const fed = [...lines.feed(text.slice(0, cut)), ...lines.feed(text.slice(cut))];
    expect(fed.map(plain)).toEqual(['one', 'two']);
    expect(lines.takePrompt()).toBe('HP:5> ');
    expect(lines.feed('x\n')).toEqual(['x']);
  }
});
