/**
 * Our bridge beside others: the same target and the same clients on one processor, the bridge on the other, one after
 * the other in each round; medians over the rounds. `net pipe` and `target alone` show what is left to win, and that
 * the clients are not what is measured.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { find } from '../helpers/need.js';
import { makeMessage, openBench, startBenchTarget } from './bridge-client.js';
import { heldBytes, KINDS, type Peer } from './bridge-peers.js';
import { cpuTime } from './cpu.js';

const ROUNDS = 3;
/** How long throughput and connections are counted, in ms. */
const WINDOW = 1_000;
const WARM_UP = 300;
const TRIPS = 2_000;
/** Idle connections; fewer where each is a process. */
const IDLE = 1_000;
const IDLE_PROCESSES = 50;

type Figures = Record<string, number[]>;

const target = await startBenchTarget();
if (find('taskset')) execFileSync('taskset', ['-cp', '0', String(process.pid)]);
else console.log('not installed: taskset, so nothing is pinned');

const kinds = KINDS.filter(({ name, missing }) => {
  if (missing) console.log(`not installed: ${missing}, so ${name} is left out`);
  return !missing;
});
const alone: Peer = {
  name: 'target alone',
  port: target.port,
  pid: process.pid,
  isWebSocket: false,
  stop: () => Promise.resolve(),
};

const results = new Map<string, Figures>();
for (let round = 0; round < ROUNDS; round += 1) {
  for (const kind of kinds) await measure(await kind.start(target.port));
  await measure(alone);
}
target.stop();
print();
process.exit();

async function measure(peer: Peer): Promise<void> {
  const figures = results.get(peer.name) ?? {};
  results.set(peer.name, figures);
  const note = (name: string, value: number) => (figures[name] ??= []).push(value);
  try {
    if (peer !== alone) {
      note('idle connection, KB', await idleMemory(peer));
      note('stalled reader, MB', await stalledReader(peer));
    }
    note('down, MB/s', await down(peer, (cpu) => note('down, CPU s/GB', cpu)));
    for (const size of [65_536, 1_448, 64]) {
      note(`up ${size}, MB/s`, await up(peer, size, (cpu) => note(`up ${size}, CPU s/GB`, cpu)));
    }
    const trips = await roundTrips(peer);
    note('round trip p50, us', trips[Math.floor(TRIPS * 0.5)] ?? Number.NaN);
    note('round trip p99, us', trips[Math.floor(TRIPS * 0.99)] ?? Number.NaN);
    note('new connections/s', await connections(peer));
  } finally {
    await peer.stop();
  }
}

/** MB a second while `count` goes up, and the CPU seconds a GB of the peer's processes. */
async function throughput(
  peer: Peer,
  count: () => number,
  onCpu: (secondsPerGB: number) => void,
): Promise<number> {
  await setTimeout(WARM_UP);
  const cpu = cpuTime(peer.pid)?.browser ?? Number.NaN;
  const before = count();
  const started = performance.now();
  await setTimeout(WINDOW);
  const bytes = count() - before;
  const elapsed = performance.now() - started;
  onCpu(((cpuTime(peer.pid)?.browser ?? Number.NaN) - cpu) / 1e3 / (bytes / 1e9));
  return bytes / 1e6 / (elapsed / 1e3);
}

async function down(peer: Peer, onCpu: (cpu: number) => void): Promise<number> {
  target.mode = 'send';
  const socket = await openBench(peer.port, peer.isWebSocket);
  let received = 0;
  socket.on('data', (chunk: Buffer) => (received += chunk.length)).resume();
  const result = await throughput(peer, () => received, onCpu);
  socket.destroy();
  return result;
}

async function up(peer: Peer, size: number, onCpu: (cpu: number) => void): Promise<number> {
  target.mode = 'count';
  const socket = await openBench(peer.port, peer.isWebSocket);
  const message = makeMessage(size, peer.isWebSocket);
  const block = Buffer.concat(
    Array.from({ length: Math.max(1, Math.floor(65_536 / size)) }, () => message),
  );
  const write = () => {
    while (socket.write(block));
  };
  socket.on('drain', write);
  write();
  const result = await throughput(peer, () => target.received, onCpu);
  socket.destroy();
  return result;
}

/** Each trip of 64 bytes there and back, in microseconds, sorted. */
async function roundTrips(peer: Peer): Promise<Float64Array> {
  target.mode = 'echo';
  const socket = await openBench(peer.port, peer.isWebSocket);
  const message = makeMessage(64, peer.isWebSocket);
  const expected = peer.isWebSocket ? 66 : 64;
  const trips: number[] = [];
  for (let trip = 0; trip < TRIPS + 200; trip += 1) {
    const started = performance.now();
    socket.write(message);
    for (let received = 0; received < expected;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      received += chunk.length;
    }
    if (trip >= 200) trips.push((performance.now() - started) * 1e3);
  }
  socket.destroy();
  return sorted(trips);
}

/** Connections that were opened a second, eight at a time. */
async function connections(peer: Peer): Promise<number> {
  target.mode = 'hold';
  const started = performance.now();
  let opened = 0;
  const open = async () => {
    while (performance.now() - started < WINDOW) {
      const socket = await openBench(peer.port, peer.isWebSocket);
      opened += 1;
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: 8 }, open));
  return opened / ((performance.now() - started) / 1e3);
}

async function idleMemory(peer: Peer): Promise<number> {
  target.mode = 'hold';
  const before = heldBytes(peer.pid);
  const sockets = [];
  const count = peer.name === 'websockify' ? IDLE_PROCESSES : IDLE;
  for (let i = 0; i < count; i += 1) sockets.push(await openBench(peer.port, peer.isWebSocket));
  await setTimeout(300);
  const held = heldBytes(peer.pid) - before;
  for (const socket of sockets) socket.destroy();
  return held / count / 1e3;
}

/** What a client that reads nothing while its target sends costs the bridge. */
async function stalledReader(peer: Peer): Promise<number> {
  target.mode = 'hold';
  const first = await openBench(peer.port, peer.isWebSocket);
  await setTimeout(200);
  const before = heldBytes(peer.pid);
  target.mode = 'send';
  const socket = await openBench(peer.port, peer.isWebSocket);
  socket.pause();
  await setTimeout(1_000);
  const held = heldBytes(peer.pid) - before;
  socket.destroy();
  first.destroy();
  return held / 1e6;
}

function print(): void {
  const peers = [...results.keys()];
  const names = Object.keys(results.get(peers[0] ?? '') ?? {});
  const width = 24;
  console.log(
    `\nmedians of ${ROUNDS}\n${''.padEnd(width)}${peers.map((name) => name.padStart(19)).join('')}`,
  );
  for (const name of names) {
    const cells = peers.map((peer) => {
      const values = sorted(results.get(peer)?.[name] ?? []);
      const value = values[values.length >> 1];
      return (value === undefined ? '-' : value.toFixed(value < 10 ? 2 : 0)).padStart(19);
    });
    console.log(`${name.padEnd(width)}${cells.join('')}`);
  }
}

function sorted(values: readonly number[]): Float64Array {
  const copy = Float64Array.from(values);
  copy.sort();
  return copy;
}
