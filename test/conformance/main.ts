/**
 * `npm run test:conformance`: runs the suite on every platform of this machine. Prints the results; fails if a case fails
 * or if a platform's features differ from those expected.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lacks, matrix, totals, type Row } from './matrix.js';
import { platforms, type Platform, type Started } from './platforms.js';
import { startServer } from './server.js';

const HELP = `Usage: npm run test:conformance -- [options]

  --only NAME    platforms whose name contains NAME, ignoring case; repeatable
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    help: { type: 'boolean' },
  },
});

/** The folder of the bundle. */
const SCRIPTS = new URL('.', import.meta.url);
const AGENT = fileURLToPath(new URL('agent.js', SCRIPTS));

/** How many platforms run in parallel: each spends much of its time waiting. */
const LANES = 4;

/** A platform's rows, and the problems found in them. */
interface Examined {
  readonly rows: Row[];
  readonly problems: string[];
}

/** Runs the suite in all places of a platform; each gets a row. */
async function examine(platform: Platform): Promise<Examined> {
  const rows: Row[] = [];
  const problems: string[] = [];
  const server = await startServer(SCRIPTS);
  let started: Started | string | undefined;
  try {
    started = await platform.start(server.origin, AGENT);
    if (typeof started === 'string') {
      console.log(`${platform.name}: skipped, ${started}`);
      return { rows, problems };
    }
    for (const [place, expected] of Object.entries(platform.lacks)) {
      const title = place === 'process' ? started.title : `${started.title}, ${place}`;
      const report = await Promise.race([server.report(), started.died]);
      const row = { title, report };
      rows.push(row);
      problems.push(...judge(row, expected, platform.mayFail));
    }
  } catch (error) {
    problems.push(`${platform.name}: ${(error as Error).message}`);
  } finally {
    if (typeof started === 'object') await started.stop();
    server.stop();
  }
  return { rows, problems };
}

/** Like {@link examine}; in CI, whose machine may be busy, a platform with problems has them printed and runs once more. */
async function examineFairly(platform: Platform): Promise<Examined> {
  const examined = await examine(platform);
  if (examined.problems.length === 0 || !process.env.CI) return examined;
  console.log(
    `${platform.name} runs again; the first run had these problems:\n${examined.problems.join('\n')}`,
  );
  return examine(platform);
}

/** Prints the times of a place and returns its problems. */
function judge(
  { title, report }: Row,
  expected: readonly string[],
  mayFail: readonly string[] = [],
): string[] {
  const problems: string[] = [];
  const { kinds } = report;
  const [found, known] = [lacks(report).toSorted().join(), expected.toSorted().join()];
  if (found !== known) problems.push(`${title} lacks ${found}; it was known to lack ${known}`);
  for (const { kind, failures } of kinds) {
    const told = failures.map((failure) => `${kind}: ${failure}`);
    const news = told.filter((text) => !mayFail.some((name) => text.startsWith(name)));
    problems.push(...news.map((text) => `${title}, ${text}`));
  }
  const times = kinds.map(({ kind, ms }) => `${kind} ${(ms / 1000).toFixed(1)} s`);
  console.log(`${title}: ${times.join(', ')}`);
  return problems;
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const only = values.only?.map((name) => name.toLowerCase());
  const chosen = platforms.filter(
    ({ name }) => !only || only.some((part) => name.toLowerCase().includes(part)),
  );
  const found = new Map<Platform, Examined>();
  const waiting = [...chosen];
  const lane = async (): Promise<void> => {
    for (let next; (next = waiting.shift());) found.set(next, await examineFairly(next));
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  const rows = chosen.flatMap((platform) => found.get(platform)!.rows);
  const problems = chosen.flatMap((platform) => found.get(platform)!.problems);
  console.log(`\n${matrix(rows)}`);
  for (const problem of problems) console.error(`\n${problem}`);
  console.log(`\n${totals(rows)}`);
  if (problems.length > 0 || chosen.length === 0) process.exitCode = 1;
}

process.on('SIGINT', () => process.exit(130));
await main();
