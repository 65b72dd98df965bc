/**
 * Measures a bridge's speed. Each row gets a fresh process and returns its figures by name.
 */
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../helpers/chromium.js';
import { type BenchTarget, makeMessage, openBench, sendOn, type Taken } from './bridge-client.js';
import type { PageOptions } from './bridge-page.js';
import type { Peer } from './bridge-peers.js';
import { runPage } from './browser.js';
import { cpuTime } from './cpu.js';
import { startDelay } from './delay.js';

/** Figures by name; the name includes the unit. */
export type Figures = Record<string, number>;

/** How long connections are counted, and how long they are opened before that, in ms. */
const WINDOW = 1_000;
const WARM_UP = 500;
/** Streams to count, as no two are alike, after one that does not count; each runs up, then is counted for this many ms. */
const STREAMS = 4;
const STREAM_WINDOW = 400;
const RUN_UP = 150;
/** How long several streams are counted together, in ms. */
const MANY_WINDOW = 2_000;
/** A page's handlers become fast only after a while, hence the long run-up, in ms. */
const PAGE_RUN_UP = 1_500;
const PAGE_WINDOW = 2_000;
/** How long bytes in flight may take to arrive, in ms. */
const DRAIN_TIMEOUT = 30_000;
const TRIPS = 3_000;
const WARM_UP_TRIPS = 3_000;
/** Connections opened at the same time. */
const OPENERS = 8;

/** A connection that carries bytes one way. */
interface Stream {
  /** Bytes that have arrived at the far end. */
  count(): number;
  close(): Promise<void>;
}

/** From a target that sends as fast as it can. */
export function down(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'send';
  return throughput(peer, async () => {
    const client = await openBench(peer.port, peer.isWebSocket);
    return {
      count: () => client.received,
      async close() {
        client.socket.destroy();
      },
    };
  });
}

/** To the target, in frames of `size` bytes. Rejects if the number of bytes that arrive differs from the number sent. */
export function up(peer: Peer, target: BenchTarget, size: number): Promise<Figures> {
  target.mode = 'count';
  const message = makeMessage(size, peer.isWebSocket);
  const count = Math.ceil(262_144 / size);
  const block = Buffer.concat(Array.from({ length: count }, () => message));
  return throughput(peer, async () => {
    const earlier = new Set(target.taken);
    const { socket } = await openBench(peer.port, peer.isWebSocket);
    const stop = sendOn(socket, block);
    const taken = await newConnection(target, earlier);
    return {
      count: () => taken.received,
      async close() {
        const sent = stop() * count * size;
        const end = performance.now() + DRAIN_TIMEOUT;
        while (taken.received < sent && performance.now() < end) await setTimeout(20);
        const { received } = taken;
        if (received !== sent) {
          throw new Error(`Cannot trust ${peer.name}: ${sent} bytes sent, ${received} arrived`);
        }
        socket.destroy();
      },
    };
  });
}

/** From a target that sends as fast as it can, to several clients at once. */
export async function downOfMany(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'send';
  const clients = await Promise.all(
    Array.from({ length: STREAMS }, () => openBench(peer.port, peer.isWebSocket)),
  );
  const count = () => clients.reduce((sum, { received }) => sum + received, 0);
  await setTimeout(RUN_UP);
  const [before, started, cpu] = [count(), performance.now(), usedBy(peer)];
  await setTimeout(MANY_WINDOW);
  const [bytes, elapsed] = [count() - before, performance.now() - started];
  const used = usedBy(peer) - cpu;
  for (const { socket } of clients) socket.destroy();
  return { 'MB/s': bytes / 1e3 / elapsed, 'CPU s/GB': (used * 1e6) / bytes };
}

/** How to measure in a page. */
export interface PageRun {
  /** The port that serves the page. */
  readonly port: number;
  readonly sends?: boolean;
  /** The round-trip time between the page and the bridge, in ms. */
  readonly roundTrip?: number;
}

/** Into a page in Chromium from a target that sends as fast as it can, or, with `sends`, from the page to the target. */
export async function throughPage(
  peer: Peer,
  target: BenchTarget,
  { port, sends = false, roundTrip = 0 }: PageRun,
): Promise<Figures> {
  const chromium = findChromium();
  if (!chromium || !peer.isWebSocket) return { 'MB/s': NaN };
  target.mode = sends ? 'count' : 'send';
  const script = fileURLToPath(new URL('bridge-page.js', import.meta.url));
  const line = roundTrip > 0 ? await startDelay(peer.port, roundTrip / 2) : undefined;
  const host = `127.0.0.1:${line?.port ?? peer.port}`;
  const options: PageOptions = {
    url: `${peer.isSecure ? 'wss' : 'ws'}://${host}/`,
    ...(peer.isSecure && { first: `https://${host}/healthz` }),
    sends,
    runUp: PAGE_RUN_UP,
    window: PAGE_WINDOW,
  };
  let figures: Figures = {};
  const cpu = usedBy(peer);
  const take = (path: string, body: unknown) => {
    if (path !== 'rate') throw new Error(`The page failed: ${String(body)}`);
    figures = { 'MB/s': Number(body), 'CPU s/GB': ((usedBy(peer) - cpu) * 1e6) / carried(target) };
    return true;
  };
  await runPage('chromium', chromium, script, options, take, port);
  line?.stop();
  if (peer.isSecure && sharedConnection(peer.logged()) !== peer.isHttp2) {
    throw new Error(`Cannot measure ${peer.name}: the page chose the other version`);
  }
  return figures;
}

/** Whether, according to the log, the WebSocket came over the same connection as the request before it. */
function sharedConnection(log: string): boolean {
  const [, request] = /answered: (\S+), GET/.exec(log) ?? [];
  const [, socket] = /opened: (\S+) to/.exec(log) ?? [];
  return request !== undefined && request === socket;
}

/** Sends 64 bytes there and back, again and again. */
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

/** Counts connections that received the target's first bytes and were closed. */
export async function connections(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'greet';
  const greeting = peer.isWebSocket ? 7 : 5;
  const started = performance.now();
  const cpu = usedBy(peer);
  let opened = 0;
  let all = 0;
  const open = async () => {
    while (performance.now() < started + WARM_UP + WINDOW) {
      const client = await openBench(peer.port, peer.isWebSocket);
      await client.receive(greeting);
      all += 1;
      if (performance.now() > started + WARM_UP) opened += 1;
      client.socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: OPENERS }, open));
  const rate = (opened * 1e3) / (performance.now() - started - WARM_UP);
  return { 'connections/s': rate, 'CPU ms each': (usedBy(peer) - cpu) / all };
}

/** The rate of one stream at a time, and the CPU time that the peer's processes use. */
async function throughput(peer: Peer, open: () => Promise<Stream>): Promise<Figures> {
  let [bytes, elapsed, used] = [0, 0, 0];
  for (let stream = -1; stream < STREAMS; stream += 1) {
    const { count, close } = await open();
    await setTimeout(RUN_UP);
    const [before, started, cpu] = [count(), performance.now(), usedBy(peer)];
    await setTimeout(STREAM_WINDOW);
    if (stream >= 0) {
      bytes += count() - before;
      elapsed += performance.now() - started;
      used += usedBy(peer) - cpu;
    }
    await close();
  }
  return { 'MB/s': bytes / 1e3 / elapsed, 'CPU s/GB': (used * 1e6) / bytes };
}

/** Bytes that the target's connections have carried so far, both ways together. */
function carried({ taken }: BenchTarget): number {
  return [...taken].reduce((sum, { socket }) => sum + socket.bytesRead + socket.bytesWritten, 0);
}

/** CPU time used so far, in ms. */
function usedBy({ pid }: Peer): number {
  return cpuTime(pid)?.browser ?? NaN;
}

/** Waits for a new connection that carries bytes: the check whether the bridge listens may have left an idle one. */
async function newConnection(target: BenchTarget, earlier: ReadonlySet<Taken>): Promise<Taken> {
  for (;;) {
    const taken = [...target.taken].find((each) => each.received > 0 && !earlier.has(each));
    if (taken) return taken;
    await setTimeout(5);
  }
}
