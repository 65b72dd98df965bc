/**
 * `npm run test:mutants`: breaks the source on purpose, one small edit at a time, and runs the tests that ought to
 * notice. An edit that no test notices survives: either a test is missing, or the edited code is not needed.
 *
 * The edits are data. Each area has a file in `areas/`, which exports
 * - `tests`: the vitest files to run, as paths or parts of paths, the fastest and most likely to notice first;
 * - `mutants`: `{ file, find, replace, reason }`. `find` must occur exactly once in `file`, and `reason` says what the
 *   edit breaks. A mutant may have its own `tests`.
 *
 * The edit is made while vitest loads the file (see `vitest.config.ts`), so the working tree is never touched. As a result,
 * only tests that import the sources can notice it, not those that run `dist/`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const HELP = `Usage: npm run test:mutants -- [AREA...] [--only TEXT]

  AREA         the areas to run (default: all)
  --only TEXT  the mutants with TEXT in their file's name or their reason

Exits with 1 when a mutant survives, or when an edit no longer fits the source.
`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

/** A test that takes longer than this, in ms, counts as failed: a mutant may leave a promise pending for ever. */
const TEST_TIMEOUT = 15_000;

/** A run may take this many ms more than three runs without a mutant: a mutant may also loop for ever. */
const RUN_EXTRA = 30_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' }, help: { type: 'boolean' } },
});

/**
 * Runs the tests on the source, with or without an edit.
 * @returns the name of the first test that failed, which noticed the edit; undefined if all passed
 */
async function runTests(tests, mutant, timeout = Infinity) {
  const args = ['run', '--config', 'test/mutants/vitest.config.ts', '--bail=1', '--reporter=json'];
  args.push(`--testTimeout=${TEST_TIMEOUT}`, ...tests);
  const env = { ...process.env, WEBSOCK_MUTANT: JSON.stringify(mutant ?? null) };
  // In its own process group, so that vitest's workers end with it.
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, [VITEST, ...args], {
    cwd: ROOT,
    env,
    stdio,
    detached: true,
  });
  const kill = () => process.kill(-child.pid, 'SIGKILL');
  const interrupted = (signal) => {
    kill();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupted);
  let isLate = false;
  const late = () => {
    isLate = true;
    kill();
  };
  const timer = timeout < Infinity ? setTimeout(late, timeout) : undefined;
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  }
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupted);
  if (isLate) return 'the time limit';
  return code === 0 ? undefined : firstFailure(output);
}

function firstFailure({ stdout, stderr }) {
  let report;
  try {
    report = JSON.parse(stdout.slice(stdout.indexOf('{"')));
  } catch {
    return `vitest: ${stderr.trim().split('\n')[0] || 'no report'}`;
  }
  const failed = ({ status }) => status === 'failed';
  const file = report.testResults.find(failed);
  return file?.assertionResults.find(failed)?.fullName ?? file?.message ?? stderr.split('\n')[0];
}

/** The reason why an edit cannot be made; undefined if it can. */
function misfit({ file, find, replace }) {
  if (!existsSync(`${ROOT}/${file}`)) return `there is no ${file}`;
  const source = readFileSync(`${ROOT}/${file}`, 'utf8');
  const count = source.split(find).length - 1;
  if (count !== 1) return `its text occurs ${count} times in ${file}`;
  const edited = source.split(find).join(replace);
  const { diagnostics } = ts.transpileModule(edited, { fileName: file, reportDiagnostics: true });
  return diagnostics.length > 0 ? 'the result is not valid TypeScript' : undefined;
}

/** Runs an area's mutants; returns how many were killed, and those that survived. */
async function runArea(name) {
  const { tests, mutants } = await import(`./areas/${name}.mjs`);
  const chosen = mutants.filter(({ file, reason }) => `${file} ${reason}`.includes(values.only));
  console.log(`\n${name}: ${chosen.length} mutants`);
  const limits = new Map();
  const left = [];
  for (const mutant of chosen) {
    const wanted = mutant.tests ?? tests;
    const key = wanted.join(' ');
    if (!limits.has(key)) {
      const start = performance.now();
      const failure = await runTests(wanted);
      if (failure) throw new Error(`${key}: fails without a mutant: ${failure}`);
      limits.set(key, 3 * (performance.now() - start) + RUN_EXTRA);
    }
    const problem = misfit(mutant);
    const killer = problem ? undefined : await runTests(wanted, mutant, limits.get(key));
    const outcome = problem ? `STALE (${problem})` : killer ? 'killed' : 'SURVIVED';
    console.log(`  ${outcome.padEnd(9)} ${mutant.file}: ${mutant.reason}`);
    if (killer) console.log(`            by ${killer.split('\n')[0]}`);
    else left.push(mutant);
  }
  return { killed: chosen.length - left.length, left };
}

async function main() {
  if (values.help) return console.log(HELP);
  const areas = readdirSync(new URL('areas/', import.meta.url)).map((file) => file.split('.')[0]);
  const unknown = positionals.filter((name) => !areas.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no area ${unknown.join(', ')}: the areas are ${areas.join(', ')}`);
  }
  let killed = 0;
  const left = [];
  for (const name of positionals.length > 0 ? positionals : areas) {
    const result = await runArea(name);
    killed += result.killed;
    left.push(...result.left);
  }
  console.log(`\n${killed} killed, ${left.length} survived`);
  for (const { file, reason } of left) console.log(`  ${file}: ${reason}`);
  if (left.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
