/**
 * `npm run bench:e2e`: from a server through a WebSocket into a page. Measures bytes per second and CPU time per byte for
 * a parser on our Websock, for the same parser on noVNC's, and for a bare `onmessage` that only counts.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium } from '../helpers/chromium.js';
import { find } from '../helpers/need.js';
import { runPage, type Browser } from './browser.js';
import { cpuTime, type CpuTime } from './cpu.js';
import type { E2eOptions, Leg } from './e2e-page.js';
import { e2eHeader, e2eLine, summarise, type E2eRow, type WeighedLeg } from './e2e-table.js';

const HELP = `Usage: npm run bench:e2e -- [options]

  --rounds N       rounds for each message size (default: 6, which covers every order of the three)
  --megabytes N    about how much a leg receives (default: 400)
  --where NAME     chromium or firefox; repeat it for both (default: chromium)
  --json FILE      write the figures to FILE
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    megabytes: { type: 'string', default: '400' },
    where: { type: 'string', multiple: true, default: ['chromium'] },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const executables: Record<string, () => string | undefined> = {
  chromium: findChromium,
  firefox: () => find('firefox-esr') ?? find('firefox'),
};

async function inBrowser(where: Browser, executable: string, url: string): Promise<E2eRow[]> {
  const options = { url, rounds: Number(values.rounds), megabytes: Number(values.megabytes) };
  const rows: E2eRow[] = [];
  let legs: WeighedLeg[] = [];
  let before: CpuTime | undefined;
  await runPage(
    where,
    executable,
    beside('e2e-page.js'),
    options satisfies E2eOptions,
    (path, body, pid) => {
      if (path === 'start') before = cpuTime(pid);
      else if (path === 'leg') legs.push({ ...(body as Leg), cpu: since(before, cpuTime(pid)) });
      else if (path === 'size') {
        const subjects = summarise(legs);
        if (rows.length === 0) console.log(e2eHeader(where, subjects[0]));
        for (const row of subjects) console.log(e2eLine(row));
        rows.push(...subjects);
        legs = [];
      } else if (path === 'failed') throw new Error(`The page failed: ${String(body)}`);
      return path === 'done';
    },
  );
  return rows;
}

function since(before: CpuTime | undefined, after: CpuTime | undefined): CpuTime | undefined {
  return (
    before &&
    after && { renderer: after.renderer - before.renderer, browser: after.browser - before.browser }
  );
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const server = fork(beside('e2e-server.js'));
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const results: Record<string, E2eRow[]> = {};
  try {
    for (const where of values.where) {
      const executable = executables[where]?.();
      if (executable === undefined) console.log(`\n${where}: not installed`);
      else {
        results[where] = await inBrowser(where as Browser, executable, `ws://127.0.0.1:${port}/`);
      }
    }
  } finally {
    server.disconnect();
  }
  const machine = `${cpus().length} × ${cpus()[0].model}`;
  if (values.json) writeFileSync(values.json, JSON.stringify({ machine, results }, null, 2));
}

await main();
