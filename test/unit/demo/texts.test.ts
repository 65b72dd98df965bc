import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tableOf } from '../../../demo/wstelnet/language.js';
import { german } from '../../../demo/wstelnet/texts-german.js';
import { english } from '../../../demo/wstelnet/texts.js';

/** Texts that are the same in every language: names, keys, what is sent to the server. */
const NAMES =
  /^([\s←↑→↓]*|wstelnet|Esc|Tab|Alt|F\d+|[\d½]+×|Break|IP|AYT|AO|DEL|\^H|\+|gg = .*|This page needs JavaScript\.)$/;

it('German translates every text of the page', () => {
  const page = readFileSync('demo/wstelnet/index.html', 'utf8').split('<body')[1]!;
  const shown = [...page.matchAll(/>([^<>]+)<|(?:aria-label|title|placeholder)="([^"]+)"/g)]
    .map(([, text, attribute]) => (text ?? attribute)!.trim())
    .filter((text) => !NAMES.test(text));
  expect(shown.length).toBeGreaterThan(40);
  expect(shown.filter((text) => !(text in german.page))).toEqual([]);
  expect(Object.keys(german.page).filter((text) => !shown.includes(text))).toEqual([]);
});

it.each([
  [['de'], 'de'],
  [['de-AT', 'en'], 'de'],
  [['xx', 'DE'], 'de'],
  [['en-GB', 'de'], 'en'],
  [['xx'], 'en'],
  [[], 'en'],
])('given %j, picks %s', (wanted, language) => {
  expect(tableOf(wanted).language).toBe(language);
});

it('formats numbers in the language', () => {
  expect(english.lineFull(65_536)).toContain('65,536 characters');
  expect(german.lineFull(65_536)).toContain('65.536 Zeichen');
});
