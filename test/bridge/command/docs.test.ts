/**
 * What the documents say about the command: they list every option, and every command line in them is valid.
 */
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/bridge/command/command-line.js';
import type { Option } from '../../../src/bridge/command/option.js';
import { OPTIONS } from '../../../src/bridge/command/options/index.js';
import { makeDirectory } from '../../helpers/command.js';
import { adapt, blockOf, readDocument, repositoryFile } from '../../helpers/documents.js';
import { lacking } from '../../helpers/need.js';

const guide = readDocument('bridge.md');
const [comparison = ''] = /^## In place of websockify\n[^]*?(?=^## )/m.exec(guide) ?? [];
const targets = readDocument('bridge-targets.md');

test.each(OPTIONS)('--$name is in a table of docs/bridge.md', ({ name, value, short }) => {
  const tables = guide.replace(comparison, '').split('\n');
  const cells = tables.flatMap((line) => /^\| (.*?) \|/.exec(line)?.[1] ?? []);
  const flags = `\`--${name}${value ? ` ${value}` : ''}\``;
  expect(cells.filter((cell) => cell.includes(flags))).toHaveLength(1);
  if (short) expect(cells.filter((cell) => cell.includes(`\`-${short}\``))).toHaveLength(1);
});

const noWebsockify = lacking('websockify');
const suffix = noWebsockify ? ` (${noWebsockify})` : '';
test.skipIf(noWebsockify)(
  `every option of websockify is one here, and has its row${suffix}`,
  () => {
    const help = execFileSync('websockify', ['--help'], { encoding: 'utf8' });
    const flags = [...help.matchAll(/^ {2}(-\S.*?)(?: {2}|$)/gm)].flatMap(([, text = '']) =>
      [...text.matchAll(/(?<!\S)--?[a-zA-Z\d-]+/g)].map(([flag]) => flag),
    );
    expect(flags).toContain('--legacy-syslog');
    const rows = [...comparison.matchAll(/^\| (.*?) \| +(\S.*?) +\|$/gm)];
    for (const flag of flags) {
      const isOurs = ({ name, short }: Option) => flag === `--${name}` || flag === `-${short}`;
      expect(OPTIONS.filter(isOurs), flag).toHaveLength(1);
      const isTold = ([, told = '']: readonly string[]) => told.split(', ').includes(`\`${flag}\``);
      expect(rows.filter(isTold), flag).toHaveLength(1);
    }
  },
);

test('no option in the documents is unknown', () => {
  // These are options of npm, docker and Secure Shell.
  const others = 'init global force proxy-mode proxy-host proxy-port resume-connection use-ssl';
  const known = new Set([...OPTIONS.map(({ name }) => name), ...others.split(' ')]);
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
    const { given, positionals, command } = readCommandLine(words);
    const asks = given.some(([{ name }]) => /^(token-plugin|sign-key|relay-v4)$/.test(name));
    const count = positionals[0] === 'replay' ? 3 : asks || command ? 1 : 2;
    expect(positionals).toHaveLength(count);
  });

  test('are found', () => expect(lines.length).toBeGreaterThan(7));
});

const noSystemd = lacking('systemd-analyze');
test.skipIf(noSystemd)(`the unit is one${noSystemd ? ` (${noSystemd})` : ''}`, async () => {
  const unit = join(makeDirectory(), 'websock-bridge.service');
  // The program that the unit starts has to exist.
  const program = { '/usr/bin/websock-bridge': process.execPath };
  writeFileSync(unit, adapt(blockOf('bridge.md', 'ini'), program));
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', unit]);
  expect(stdout + stderr).toBe('');
});
