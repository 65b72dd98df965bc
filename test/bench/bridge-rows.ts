/**
 * What is measured of a bridge's speed. Each row has a fresh process for itself, and gives its figures by name.
 */
import { setTimeout } from 'node:timers/promises';
import { type BenchTarget, makeMessage, openBench, sendOn, type Taken } from './bridge-client.js';
import type { Peer } from './bridge-peers.js';
import { cpuTime } from './cpu.js';

/** Figures by what they are called, with their unit. */
export type Figures = Record<string, number>;

/** How long bytes and connections are counted, in ms, and how long they run before. */
const WINDOW = 1_000;
const WARM_UP = 500;
/** How long what is under way may take to arrive, in ms. */
const DRAIN_TIMEOUT = 30_000;
const TRIPS = 3_000;
const WARM_UP_TRIPS = 3_000;
/** Connections that are opened at the same time. */
const OPENERS = 8;

/** From a target that sends as fast as it can. */
export async function down(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'send';
  const client = await openBench(peer.port, peer.isWebSocket);
  const figures = await throughput(peer, () => client.received);
  client.socket.destroy();
  return figures;
}

/** To the target, in frames with `size` bytes. Rejects when another number of bytes arrives than was sent. */
export async function up(peer: Peer, target: BenchTarget, size: number): Promise<Figures> {
  target.mode = 'count';
  const { socket } = await openBench(peer.port, peer.isWebSocket);
  const message = makeMessage(size, peer.isWebSocket);
  const count = Math.ceil(262_144 / size);
  const stop = sendOn(socket, Buffer.concat(Array.from({ length: count }, () => message)));
  const taken = await connectionOf(target);
  const figures = await throughput(peer, () => taken.received);

  const sent = stop() * count * size;
  for (const end = performance.now() + DRAIN_TIMEOUT; taken.received < sent;) {
    if (performance.now() > end) break;
    await setTimeout(20);
  }
  if (taken.received !== sent) {
    throw new Error(`Cannot trust ${peer.name}: ${sent} bytes sent, ${taken.received} arrived`);
  }
  socket.destroy();
  return figures;
}

/** 64 bytes there and back, again and again. */
export async function roundTrips(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'echo';
  const client = await openBench(peer.port, peer.isWebSocket);
  const message = makeMessage(64, peer.isWebSocket);
  const answer = peer.isWebSocket ? 66 : 64;
  const trips = new Float64Array(TRIPS);
  for (let trip = -WARM_UP_TRIPS; trip < TRIPS; trip += 1) {
    client.received = 0;
    const started = performance.now();
    client.socket.write(message);
    await client.receive(answer);
    if (trip >= 0) trips[trip] = (performance.now() - started) * 1e3;
  }
  client.socket.destroy();
  trips.sort();
  return { 'p50, us': trips[TRIPS * 0.5] ?? NaN, 'p99, us': trips[TRIPS * 0.99] ?? NaN };
}

/** Connections that got the target's first bytes and were closed. */
export async function connections(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'greet';
  const greeting = peer.isWebSocket ? 7 : 5;
  const started = performance.now();
  let opened = 0;
  const open = async () => {
    while (performance.now() < started + WARM_UP + WINDOW) {
      const client = await openBench(peer.port, peer.isWebSocket);
      await client.receive(greeting);
      if (performance.now() > started + WARM_UP) opened += 1;
      client.socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: OPENERS }, open));
  return { 'connections/s': (opened * 1e3) / (performance.now() - started - WARM_UP) };
}

/** What goes through while `count` goes up, and the CPU time of the peer's processes. */
async function throughput(peer: Peer, count: () => number): Promise<Figures> {
  await setTimeout(WARM_UP);
  const cpu = cpuTime(peer.pid)?.browser ?? NaN;
  const before = count();
  const started = performance.now();
  await setTimeout(WINDOW);
  const bytes = count() - before;
  const elapsed = performance.now() - started;
  const used = (cpuTime(peer.pid)?.browser ?? NaN) - cpu;
  return { 'MB/s': bytes / 1e3 / elapsed, 'CPU s/GB': (used * 1e6) / bytes };
}

/** The connection that carries bytes, once one does: whoever looked whether the bridge listens may have one too. */
async function connectionOf(target: BenchTarget): Promise<Taken> {
  for (;;) {
    const taken = [...target.taken].find(({ received }) => received > 0);
    if (taken) return taken;
    await setTimeout(5);
  }
}
