/**
 * `npm run bench`: the receive queue against its peers, in Node and in the installed browsers.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium } from '../helpers/chromium.js';
import { find } from '../helpers/need.js';
import { bufferList } from './bl.js';
import { runPage, type Browser } from './browser.js';
import { measure, type Row } from './measure.js';
import { plot } from './plot.js';
import { noVnc, ours, uint8ArrayList } from './subjects.js';
import { footer, header, line } from './table.js';

const HELP = `Usage: npm run bench -- [options]

  --only TEXT    the patterns with TEXT in their name
  --rounds N     rounds per row (default: 7)
  --where NAME   node, chromium or firefox; repeat it for several (default: all that are installed)
  --json FILE    write the figures to FILE
  --svg FILE     draw the figures to FILE
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    where: { type: 'string', multiple: true },
    json: { type: 'string' },
    svg: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const options = { rounds: Number(values.rounds), only: values.only };

async function inNode(): Promise<Row[]> {
  const others = [uint8ArrayList, bufferList];
  const names = [ours, noVnc, ...others].map(({ name }) => name);
  console.log(header(`Node ${process.versions.node}`, names));
  return measure(others, options, (row) => console.log(line(row)));
}

async function inBrowser(browser: Browser, executable: string): Promise<Row[]> {
  const page = fileURLToPath(new URL('page.js', import.meta.url));
  const names = [ours, noVnc, uint8ArrayList].map(({ name }) => name);
  console.log(header(browser, names));
  let rows: Row[] = [];
  await runPage(browser, executable, page, options, (path, body) => {
    if (path === 'row') console.log(line(body as Row));
    else if (path === 'done') rows = body as Row[];
    else throw new Error(`The page failed: ${String(body)}`);
    return path === 'done';
  });
  return rows;
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const firefox = find('firefox-esr') ?? find('firefox');
  const places: Record<string, (() => Promise<Row[]>) | undefined> = {
    node: inNode,
    chromium: () => inBrowser('chromium', findChromium()),
    firefox: firefox === undefined ? undefined : () => inBrowser('firefox', firefox),
  };
  const results: Record<string, Row[]> = {};
  for (const where of values.where ?? Object.keys(places)) {
    const run = places[where];
    if (!run) {
      console.log(`\n${where}: not installed`);
      continue;
    }
    results[where] = await run();
    console.log(footer(results[where]));
  }
  const machine = `${cpus().length} × ${cpus()[0].model}`;
  if (values.json) writeFileSync(values.json, JSON.stringify({ machine, results }, null, 2));
  if (values.svg) writeFileSync(values.svg, plot(results));
}

await main();
