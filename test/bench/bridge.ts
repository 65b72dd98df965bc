/**
 * `npm run bench:bridge`: our bridge compared with others. The target and the clients are one process on one processor,
 * the bridge is another process on the other; in each round the bridges take turns. `target alone` is the clients without
 * a bridge, their upper limit. `bare ws` and `net pipe` show how much could still be gained.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { find } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';
import { type BenchTarget, startBenchTarget } from './bridge-client.js';
import { idle, stalled } from './bridge-memory.js';
import {
  HTTP2,
  KINDS,
  type Peer,
  type PeerKind,
  type Processors,
  SNIFFING,
  VERSIONS,
  websockBridge,
  WORKERS,
} from './bridge-peers.js';
import {
  connections,
  down,
  downOfMany,
  type Figures,
  type PageRun,
  roundTrips,
  throughPage,
  up,
} from './bridge-rows.js';
import { bridgeTable } from './bridge-table.js';
import { besideStalled } from './http2-rows.js';

type Measure = (peer: Peer, target: BenchTarget) => Promise<Figures>;

interface Row {
  readonly measure: Measure;
  /** The bridge's processor; the clients and the target use 0. */
  readonly processor: Processors;
  readonly rounds: number;
  /** Whether it also makes sense without a bridge. */
  readonly alone: boolean;
  /** What to compare, if not our bridge with the others. */
  readonly kinds?: readonly PeerKind[];
}

const speed = (measure: Measure, processor: 0 | 1 = 1): Row => ({
  measure,
  processor,
  rounds: 5,
  alone: true,
});
/** Memory does not vary much. */
const memory = (measure: Measure): Row => ({ measure, processor: 1, rounds: 1, alone: false });

/** One worker and several, which share both processors with the clients. */
const workers = (measure: Measure): Row => ({
  measure,
  processor: '0,1',
  kinds: WORKERS,
  rounds: 5,
  alone: false,
});

/** The port that serves the page: the bridges must allow its origin. */
const pagePort = await freePort();

const page = (how: Omit<PageRun, 'port'> = {}): Row => ({
  ...speed((peer, target) => throughPage(peer, target, { port: pagePort, ...how })),
  alone: false,
});

const ROWS: Readonly<Record<string, Row>> = {
  down: speed(down),
  'up-64k': speed((peer, target) => up(peer, target, 65_536)),
  'up-1448': speed((peer, target) => up(peer, target, 1_448)),
  'up-64': speed((peer, target) => up(peer, target, 64)),
  page: page(),
  'http2-down': { ...page(), kinds: VERSIONS },
  'http2-up': { ...page({ sends: true }), kinds: VERSIONS },
  'http2-down-40ms': { ...page({ roundTrip: 40 }), kinds: VERSIONS },
  'http2-up-40ms': { ...page({ sends: true, roundTrip: 40 }), kinds: VERSIONS },
  'http2-stalled': { ...speed(besideStalled), kinds: [HTTP2], alone: false },
  // On two processors, most of a round trip is one processor waking the other; on one, it is the bridge's work.
  rtt: speed(roundTrips),
  'rtt-one': speed(roundTrips, 0),
  connections: speed(connections),
  sniffing: { ...speed(connections), kinds: SNIFFING },
  'workers-connections': workers(connections),
  'workers-down': workers(downOfMany),
  idle: memory(idle),
  stalled: memory(stalled),
};

const HELP = `Usage: npm run bench:bridge -- [options] [row ...]

  rows           ${Object.keys(ROWS).join(', ')} (default: all)
  --rounds N     rounds per row (default: 5; 1 for memory)
  --baseline DIR another build to compare with, as 'baseline'
  --only NAME    ${KINDS.map(({ name }) => name).join(', ')}; repeat it for several (default: all that are installed)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    baseline: { type: 'string' },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean' },
  },
});

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  if (find('taskset')) execFileSync('taskset', ['-cp', '0', String(process.pid)]);
  else console.log('not installed: taskset, so nothing is pinned');
  const [ours, ...others] = KINDS;
  const { baseline, only } = values;
  const all = [ours, ...(baseline ? [websockBridge('baseline', baseline)] : []), ...others];
  const kinds = all.filter(({ name, missing }) => {
    if (missing) console.log(`not installed: ${missing}, so ${name} is left out`);
    return !missing && (only?.includes(name) ?? true);
  });
  for (const name of positionals.length > 0 ? positionals : Object.keys(ROWS)) {
    const row = ROWS[name];
    if (!row) throw new RangeError(`Cannot measure ${name}: expected one of the rows of --help`);
    const rounds = Number(values.rounds ?? row.rounds);
    const compared = row.kinds?.filter(({ missing }) => !missing) ?? kinds;
    const subjects = row.alone ? [...compared, alone] : compared;
    console.log(bridgeTable(name, rounds, await run(subjects, rounds, row)));
  }
}

/** The clients connect directly to the target: their own limit. */
const alone: PeerKind = {
  name: 'target alone',
  missing: undefined,
  start: (port) =>
    Promise.resolve({
      name: 'target alone',
      port,
      pid: process.pid,
      isWebSocket: false,
      isSecure: false,
      isForking: false,
      isHttp2: false,
      logged: () => '',
      collect: () => Promise.resolve(NaN),
      stop: () => Promise.resolve(),
    }),
};

/** Measures every subject; resolves with one set of figures for each round. */
async function run(
  subjects: readonly PeerKind[],
  rounds: number,
  { measure, processor }: Row,
): Promise<ReadonlyMap<string, readonly Figures[]>> {
  const results = new Map(subjects.map(({ name }) => [name, [] as Figures[]]));
  for (let round = 0; round < rounds; round += 1) {
    // Reverse every other round, so that a subject does not always follow the same one.
    const order = round % 2 === 0 ? subjects : subjects.toReversed();
    for (const subject of order) {
      const target = await startBenchTarget();
      const peer = await subject.start(target.port, processor, pagePort);
      try {
        results.get(subject.name)?.push(await measure(peer, target));
      } finally {
        await peer.stop();
        target.stop();
      }
    }
  }
  return results;
}

await main();
