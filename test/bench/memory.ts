/**
 * `npm run bench:memory`: the memory that sockets hold once the garbage is collected. It runs in Node, because a page
 * cannot ask for the size of its ArrayBuffers. Every scenario gets new processes, because a process keeps memory that
 * it once got.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './measure.js';
import type { Weight } from './memory-child.js';
import { scenarios } from './memory-scenarios.js';
import { noVnc, ours } from './subjects.js';

const HELP = `Usage: npm run bench:memory -- [options]

  --rounds N     processes per subject and scenario; reports the median (default: 3)
  --json FILE    write the figures, in bytes, to FILE
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const SUBJECTS = [ours.name, noVnc.name];
const CHILD = fileURLToPath(new URL('memory-child.js', import.meta.url));
const MiB = 1024 * 1024;

/**
 * By default, glibc cannot return freed memory that lies below a block still in use, so 64 KiB held could count as
 * 20 MiB. With large blocks mapped separately, as browsers' allocators do, RSS shows what is held.
 */
const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '32768' };

interface MemoryRow extends Weight {
  readonly subject: string;
  readonly scenario: string;
}

/** The median of each state's weights. */
function weigh(subject: string, scenario: string): MemoryRow[] {
  const rounds = Array.from({ length: Number(values.rounds) }, () => {
    const output = execFileSync(process.execPath, [CHILD, subject, scenario], { env });
    return JSON.parse(output.toString()) as Weight[];
  });
  return rounds[0].map(({ state }, i) => {
    const medianOf = (kind: 'arrayBuffers' | 'rss'): number =>
      median(rounds.map((weights) => weights[i][kind]));
    const [arrayBuffers, rss] = [medianOf('arrayBuffers'), medianOf('rss')];
    return { subject, scenario, state, arrayBuffers, rss };
  });
}

function line(rows: readonly MemoryRow[]): string {
  const [{ scenario, state }] = rows;
  const cells = [...rows.map(({ arrayBuffers }) => arrayBuffers), ...rows.map(({ rss }) => rss)];
  const columns = cells.map((bytes) => (bytes / MiB).toFixed(2).padStart(16));
  return `${scenario.padEnd(30)}${state.padEnd(28)}${columns.join('')}`;
}

function main(): void {
  if (values.help) return console.log(HELP);
  const columns = ['ArrayBuffers', 'RSS'].flatMap((kind) => [kind.padStart(16), ' '.repeat(16)]);
  const names = [...SUBJECTS, ...SUBJECTS].map((name) => name.padStart(16));
  console.log(
    `\nNode ${process.versions.node}: MiB over those before, with MALLOC_MMAP_THRESHOLD_=32768`,
  );
  console.log(`${' '.repeat(58)}${columns.join('')}\n${' '.repeat(58)}${names.join('')}`);
  const all: MemoryRow[] = [];
  for (const scenario of Object.keys(scenarios)) {
    const bySubject = SUBJECTS.map((subject) => weigh(subject, scenario));
    bySubject[0].forEach((_, i) => console.log(line(bySubject.map((rows) => rows[i]))));
    all.push(...bySubject.flat());
  }
  if (values.json) writeFileSync(values.json, JSON.stringify(all, null, 2));
}

main();
