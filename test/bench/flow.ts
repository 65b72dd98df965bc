/**
 * `npm run bench:flow`: the cost of the flow protocol, from a page in Chromium through the bridge to a target. A round is
 * a pair, with and without the protocol, over one bridge and in one page.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium } from '../helpers/chromium.js';
import { freePort } from '../helpers/port.js';
import { type BenchTarget, type Mode, startBenchTarget } from './bridge-client.js';
import { websockBridge } from './bridge-peers.js';
import { runPage } from './browser.js';
import { FLOW_ROWS, type FlowFigure, type FlowPageOptions, type FlowRow } from './flow-rows.js';
import { median } from './measure.js';

const HELP = `Usage: npm run bench:flow -- [options] [row ...]

  rows           ${FLOW_ROWS.map((row) => `'${row}'`).join(', ')} (default: all)
  --rounds N     pairs per row (default: 15)
`;

const MODES: Readonly<Record<FlowRow, Mode>> = {
  down: 'send',
  'down at 125 MB/s': 'pace',
  up: 'count',
  'up at 125 MB/s': 'count',
  rtt: 'echo',
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '15' }, help: { type: 'boolean' } },
});

/** The figures of a row; a round's pair has the same index in both lists. */
type Pairs = Readonly<Record<'plain' | 'flow', number[]>>;

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const chromium = findChromium();
  if (!chromium) return console.log('not installed: chromium');
  const pagePort = await freePort();
  const target = await startBenchTarget();
  const bridge = await websockBridge('websock-bridge', 'dist').start(target.port, '0,1', pagePort);
  const rows = (positionals.length > 0 ? positionals : FLOW_ROWS) as FlowRow[];
  const options: FlowPageOptions = {
    url: `ws://127.0.0.1:${bridge.port}/`,
    rows,
    rounds: Number(values.rounds),
  };
  const script = fileURLToPath(new URL('flow-page.js', import.meta.url));
  try {
    await runPage('chromium', chromium, script, options, listener(target), pagePort);
  } finally {
    await bridge.stop();
    target.stop();
  }
}

/** Makes the handler for the page's posts. */
function listener(target: BenchTarget): (path: string, body: unknown) => boolean {
  let pairs: Pairs = { plain: [], flow: [] };
  let begun = { bytes: 0, time: 0 };
  const enter = ({ withFlow }: FlowFigure, value: number): void =>
    void pairs[withFlow ? 'flow' : 'plain'].push(value);
  return (path, body) => {
    const figure = body as FlowFigure;
    const now = (): typeof begun => ({
      bytes: figure.row.startsWith('up') ? received(target) : figure.value,
      time: performance.now(),
    });
    if (path === 'failed') throw new Error(`The page failed: ${String(body)}`);
    if (path === 'target') target.mode = MODES[body as FlowRow];
    else if (path === 'begin') begun = now();
    else if (path === 'end') {
      const { bytes, time } = now();
      enter(figure, (bytes - begun.bytes) / 1e3 / (time - begun.time));
    } else if (path === 'trip') enter(figure, figure.value);
    else if (path === 'row') console.log(line(body as FlowRow, pairs));
    if (path === 'warm') pairs = { plain: [], flow: [] };
    return path === 'done';
  };
}

/** Bytes that the target has received over its open connections. */
function received({ taken }: BenchTarget): number {
  return [...taken].reduce((sum, connection) => sum + connection.received, 0);
}

/** A row's line: the medians, and the median of the pairs' ratios. */
function line(row: FlowRow, { plain, flow }: Pairs): string {
  const ratios = flow.map((value, round) => value / (plain[round] ?? NaN));
  const unit = row === 'rtt' ? 'us' : 'MB/s';
  const [without, withFlow, ratio] = [plain, flow, ratios].map(median);
  const spread = `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`;
  return `${row.padEnd(18)} without ${without?.toFixed(0)} ${unit}, with ${withFlow?.toFixed(0)} ${unit}, in pairs ${ratio?.toFixed(3)} (${spread})`;
}

await main();
