/**
 * The page of `bench:flow`: moves bytes over a `Websock` with the flow protocol and without, in pairs.
 */
import { Websock } from 'websock-client';
import { flow } from 'websock-client/flow';
import { type FlowFigure, type FlowPageOptions, type FlowRow, PACE } from './flow-rows.js';

const RUN_UP = 500;
const WINDOW = 1_000;
const TRIPS = 600;
const PIECE = new Uint8Array(65_536);
/** The page keeps this many bytes queued in the socket. */
const BUFFERED = 4_000_000;

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(path, { method: 'POST', body: JSON.stringify(body) });
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends as fast as the socket accepts bytes, or at the pace of the slower rows. Returns a function that stops it. */
function pushOn(sock: Websock, isPaced: boolean): () => void {
  const started = performance.now();
  let pushed = 0;
  const timer = setInterval(() => {
    const due = isPaced ? (performance.now() - started) * PACE : Infinity;
    while (sock.bufferedAmount < BUFFERED && pushed < due) {
      sock.send(PIECE);
      pushed += PIECE.length;
    }
  }, 1);
  return () => clearInterval(timer);
}

/** Posts when a window begins and ends; the process that started the page does the counting. */
async function carry(sock: Websock, figure: Omit<FlowFigure, 'value'>): Promise<void> {
  let received = 0;
  sock.on('message', () => {
    received += sock.rQlen();
    sock.rQskipBytes(sock.rQlen());
  });
  const isPaced = figure.row.endsWith('125 MB/s');
  const stop = figure.row.startsWith('up') ? pushOn(sock, isPaced) : () => {};
  await sleep(RUN_UP);
  await post('begin', { ...figure, value: received });
  await sleep(WINDOW);
  await post('end', { ...figure, value: received });
  stop();
}

/** The mean time of round trips with 64 bytes, in us: a page's clock is too coarse for a single one. */
async function roundTrip(sock: Websock): Promise<number> {
  const message = new Uint8Array(64);
  let started = 0;
  for (let trip = -TRIPS; trip < TRIPS; trip += 1) {
    if (trip === 0) started = performance.now();
    sock.send(message);
    await sock.read(message.length);
  }
  return ((performance.now() - started) * 1e3) / TRIPS;
}

async function measure(url: string, row: FlowRow, withFlow: boolean): Promise<void> {
  const sock = new Websock({ receiveLimit: 256 * 1024 * 1024, ...(withFlow && { flow: flow() }) });
  await post('target', row);
  sock.open(url, 'binary');
  await sock.opened;
  if (row === 'rtt') {
    await post('trip', { row, withFlow, value: await roundTrip(sock) } satisfies FlowFigure);
  } else await carry(sock, { row, withFlow });
  sock.on('error', () => {});
  sock.dispose();
  await sock.closed;
}

const { url, rows, rounds } = (await (await fetch('options')).json()) as FlowPageOptions;
try {
  for (const row of rows) {
    // A run that does not count: the code is not fast yet.
    for (const withFlow of [false, true]) await measure(url, row, withFlow);
    await post('warm', row);
    for (let round = 0; round < rounds; round += 1) {
      const first = round % 2 === 0;
      await measure(url, row, first);
      await measure(url, row, !first);
    }
    await post('row', row);
  }
  await post('done', {});
} catch (error) {
  await post('failed', String(error));
}
