/**
 * What the documents say of the command: every option is in them, and every command line in them is one.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/bridge/command/command-line.js';
import { OPTIONS } from '../../../src/bridge/command/options/index.js';
import { makeDirectory } from '../../helpers/command.js';
import { adapt, blockOf, readDocument, repositoryFile } from '../../helpers/documents.js';
import { lacking } from '../../helpers/need.js';

const guide = readDocument('bridge.md');
const targets = readDocument('bridge-targets.md');

test.each(OPTIONS)('--$name is in a table of docs/bridge.md', ({ name, value, short }) => {
  const cells = guide.split('\n').flatMap((line) => /^\| (.*?) \|/.exec(line)?.[1] ?? []);
  const flags = `\`--${name}${value ? ` ${value}` : ''}\``;
  expect(cells.filter((cell) => cell.includes(flags))).toHaveLength(1);
  if (short) expect(cells.filter((cell) => cell.includes(`\`-${short}\``))).toHaveLength(1);
});

test('no option in the documents is unknown', () => {
  // Those of npm and docker are others.
  const known = new Set([...OPTIONS.map(({ name }) => name), 'init', 'global', 'force']);
  const named = [...`${guide}${targets}`.matchAll(/(?<![\w-])--([a-z][a-z\d-]*)/g)];
  expect(named.map(([, name = '']) => name).filter((name) => !known.has(name))).toEqual([]);
});

test('links lead to headings', () => {
  const headings = (text: string) =>
    [...text.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(' ', '-')
        .replace(/[^a-z-]/g, ''),
    );
  const anchors = (text: string, file: string) =>
    [...text.matchAll(new RegExp(`\\(${file}#([a-z-]+)\\)`, 'g'))].map(([, anchor]) => anchor);
  expect(headings(targets)).toEqual(expect.arrayContaining(anchors(guide, 'bridge-targets\\.md')));
  expect(headings(guide)).toEqual(expect.arrayContaining(anchors(targets, 'bridge\\.md')));
  expect(anchors(guide, 'bridge-targets\\.md').length).toBeGreaterThan(3);
});

describe('command lines', () => {
  const text = `${guide}${targets}${repositoryFile('README.md')}`.replaceAll('\\\n', ' ');
  const lines = [
    ...text.matchAll(/^(?:ExecStart=\/usr\/bin\/|npx -p websock-client )?websock-bridge (.*)$/gm),
  ]
    .map(([, line = '']) => line.replace(/ #.*/, '').trim())
    .filter((line) => !line.startsWith('['));

  test.each(lines)('websock-bridge %s', (line) => {
    const words = line.split(/\s+/).map((word) => word.replaceAll("'", ''));
    const { given, positionals } = readCommandLine(words);
    const asks = given.some(([{ name }]) => /^(token-plugin|sign-key)$/.test(name));
    expect(positionals).toHaveLength(asks ? 1 : 2);
  });

  test('are found', () => expect(lines.length).toBeGreaterThan(7));
});

const noSystemd = lacking('systemd-analyze');
test.skipIf(noSystemd)(`the unit is one${noSystemd ? ` (${noSystemd})` : ''}`, async () => {
  const unit = join(makeDirectory(), 'websock-bridge.service');
  // What it starts has to be there.
  const program = { '/usr/bin/websock-bridge': process.execPath };
  writeFileSync(unit, adapt(blockOf('bridge.md', 'ini'), program));
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', unit]);
  expect(stdout + stderr).toBe('');
});
