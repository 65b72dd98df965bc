/**
 * The options of the command: `--help` and the documents name the same ones.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { helpText } from '../../src/bridge/arguments.js';

const documents = ['README.md', 'docs/bridge.md', 'docs/bridge-targets.md']
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

const inHelp = new Set(helpText().match(/--[a-z\d-]+/g));

test('each option is documented', () => {
  const missing = [...inHelp].filter((option) => !new RegExp(`${option}\\b(?!-)`).test(documents));
  expect(missing).toEqual(['--version']);
});

test('each option that is documented is one', () => {
  const named = [...documents.matchAll(/`(--[a-z\d-]+)/g)].map(([, option]) => option!);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((option) => !inHelp.has(option))).toEqual([]);
});
