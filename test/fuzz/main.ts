/**
 * `npm run fuzz`: random commands on the queues, with one fresh seed after another, until the time is up or a result
 * differs from that of a simple array with a position.
 */
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freshSeed } from './random.js';
import { run, subjects } from './run.js';

const HELP = `Usage: npm run fuzz -- [SECONDS] [--seed N]

  SECONDS     how long (default: 10)
  --seed N    a single run from seed N, as printed with a difference
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, help: { type: 'boolean' } },
});

/** Each subject's commands and time in ms. */
const totals = new Map(subjects.map((subject) => [subject, { commands: 0, time: 0 }]));

function runAll(seed: number): void {
  for (const [subject, total] of totals) {
    const start = performance.now();
    total.commands += run(subject, seed);
    total.time += performance.now() - start;
  }
}

function report(): void {
  for (const [subject, { commands, time }] of totals) {
    const rate = Math.round((commands / time) * 1000);
    console.log(`${subject}: ${commands} commands, ${rate} per second, no differences`);
  }
}

async function main(): Promise<void> {
  const seconds = Number(positionals[0] ?? 10);
  if (values.help || !(seconds >= 0)) return console.log(HELP);
  const end = performance.now() + seconds * 1000;
  try {
    if (values.seed !== undefined) runAll(Number(values.seed));
    while (values.seed === undefined && performance.now() < end) {
      runAll(freshSeed());
      // A WeakRef releases its target only between two turns.
      await setImmediate();
    }
    report();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

await main();
