/**
 * The memory that a bridge uses for its clients: silent ones, and ones that do not read.
 */
import { setTimeout } from 'node:timers/promises';
import { type BenchClient, type BenchTarget, openBench } from './bridge-client.js';
import { heldBytes, type Peer } from './bridge-peers.js';
import type { Figures } from './bridge-rows.js';

/** Silent clients, few and many: comparing the two shows the costs that only the first ones cause. */
const IDLE = [1_000, 5_000] as const;
/** The same for bridges that fork a process for each client. */
const IDLE_PROCESSES = [20, 50] as const;
/** Clients that do not read. */
const STALLED = 100;
/** Connections opened at the same time. */
const OPENERS = 50;
/** How long to let pending work finish, in ms. */
const SETTLE = 500;

/** Silent clients: the memory that each costs, and how much of it is in use, if the bridge can be asked. */
export async function idle(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'count';
  const clients = await open(peer, 1);
  const empty = await held(peer);
  const [few, many] = peer.isForking ? IDLE_PROCESSES : IDLE;
  clients.push(...(await open(peer, few)));
  await connected(target, few + 1);
  const some = await held(peer);
  clients.push(...(await open(peer, many - few)));
  await connected(target, many + 1);
  const all = await held(peer);
  for (const { socket } of clients) socket.destroy();
  return {
    [`KB each, ${IDLE[0]} (${IDLE_PROCESSES[0]} forked)`]:
      (some.resident - empty.resident) / few / 1e3,
    [`KB each, ${IDLE[1]} (${IDLE_PROCESSES[1]} forked)`]:
      (all.resident - empty.resident) / many / 1e3,
    'KB each in use': (all.inUse - empty.inUse) / many / 1e3,
    'KB each before collection': (all.before - empty.resident) / many / 1e3,
  };
}

/** Clients that do not read while the target keeps sending. */
export async function stalled(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'count';
  const clients = await open(peer, 1);
  const empty = await held(peer);
  target.mode = 'send';
  clients.push(...(await open(peer, 1, false)));
  const most = await stall(peer);
  const one = await held(peer);
  clients.push(...(await open(peer, STALLED, false)));
  await stall(peer);
  const all = await held(peer);
  for (const { socket } of clients) socket.destroy();
  return {
    'MB, the first at most': (most - empty.resident) / 1e6,
    'MB, the first': (one.resident - empty.resident) / 1e6,
    'MB in use, the first': (one.inUse - empty.inUse) / 1e6,
    [`MB each, ${STALLED} more`]: (all.resident - one.resident) / STALLED / 1e6,
    [`MB each in use, ${STALLED} more`]: (all.inUse - one.inUse) / STALLED / 1e6,
  };
}

/** The peak memory, in bytes, while the queues fill. */
async function stall(peer: Peer): Promise<number> {
  let most = 0;
  for (let sample = 0; sample < 20; sample += 1) {
    await setTimeout(100);
    most = Math.max(most, heldBytes(peer.pid));
  }
  return most;
}

async function open(peer: Peer, count: number, reads = true): Promise<BenchClient[]> {
  const clients: BenchClient[] = [];
  let left = count;
  const openSome = async () => {
    while (left > 0) {
      left -= 1;
      clients.push(await openBench(peer.port, peer.isWebSocket, reads));
    }
  };
  await Promise.all(Array.from({ length: peer.isForking ? 4 : OPENERS }, openSome));
  return clients;
}

async function connected(target: BenchTarget, count: number): Promise<void> {
  const end = performance.now() + 30_000;
  while (target.taken.size < count) {
    if (performance.now() > end) {
      throw new Error(`Cannot connect ${count} clients: the target has ${target.taken.size}`);
    }
    await setTimeout(20);
  }
}

/** The bridge's memory in bytes, before and after a garbage collection, if it can be asked for one. */
async function held(
  peer: Peer,
): Promise<{ readonly before: number; readonly resident: number; readonly inUse: number }> {
  await setTimeout(SETTLE);
  const before = heldBytes(peer.pid);
  const inUse = await peer.collect();
  await setTimeout(SETTLE);
  return { before, resident: heldBytes(peer.pid), inUse };
}
