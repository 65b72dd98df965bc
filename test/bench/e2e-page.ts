/**
 * The receiving end, in a page: runs every leg and posts its time. The page posts when a leg starts and ends, so that
 * the process that opened it can read the CPU time.
 */
import { Websock } from 'websock-client';
import NoVncWebsock from '../../node_modules/@novnc/novnc/core/websock.js';
import { blockBytes, E2E_SIZES, expect, makeParser } from './e2e-stream.js';
import { noVnc, ours, type Reader } from './subjects.js';

export interface E2eOptions {
  readonly url: string;
  readonly rounds: number;
  readonly megabytes: number;
}

/** One subject's run over one connection. */
export interface Leg {
  readonly subject: string;
  readonly size: number;
  readonly round: number;
  readonly bytes: number;
  readonly ms: number;
}

interface Receiver {
  readonly name: string;
  /** Receives `blocks` blocks from an open WebSocket, then calls `done`, with an error if the content was wrong. */
  start(channel: WebSocket, size: number, blocks: number, done: (error?: Error) => void): void;
}

interface SocketLike extends Reader {
  attach(channel: object): void;
  on(event: 'message', handler: () => void): unknown;
}

/** The baseline: no page can do less with the messages. */
const bare: Receiver = {
  name: 'bare onmessage',
  start(channel, size, blocks, done) {
    let left = blocks * blockBytes(size);
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => {
      left -= (data as ArrayBuffer).byteLength;
      if (left === 0) done();
    };
  },
};

const parsing = (name: string, make: () => SocketLike): Receiver => {
  // A separate copy: see Pattern.make; measure.ts explains the name in it.
  const source = `return ${makeParser.toString()} /* ${name} */`;
  const makeOwnParser = new Function(source)() as typeof makeParser;
  return {
    name,
    start(channel, size, blocks, done) {
      const { frames, sum: expected } = expect(size, blocks);
      const parse = makeOwnParser(frames, (sum) =>
        done(sum === expected ? undefined : new Error(`${name} read ${sum}, not ${expected}`)),
      );
      const sock = make();
      sock.attach(channel);
      sock.on('message', () => parse(sock));
    },
  };
};

const receivers = [
  bare,
  parsing(ours.name, () => new Websock()),
  parsing(noVnc.name, () => new NoVncWebsock() as unknown as SocketLike),
];

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(path, { method: 'POST', body: JSON.stringify(body) });

/** Runs a leg and resolves with its time in ms. */
async function receive(receiver: Receiver, size: number, blocks: number): Promise<number> {
  const channel = new WebSocket(`${options.url}?size=${size}&blocks=${blocks}`);
  const closed = new Promise((resolve) => channel.addEventListener('close', resolve));
  await Promise.race([closed, new Promise((resolve) => channel.addEventListener('open', resolve))]);
  const done = new Promise<void>((resolve, reject) => {
    receiver.start(channel, size, blocks, (error) => (error ? reject(error) : resolve()));
  });
  const start = performance.now();
  channel.send('');
  const early = closed.then(() => Promise.reject(new Error(`${receiver.name} missed something`)));
  await Promise.race([done, early]);
  const ms = performance.now() - start;
  await closed;
  return ms;
}

/** Each round has a different order; six rounds have all. So no leg always suffers from what another leaves behind. */
function orderOf(round: number): Receiver[] {
  const order = receivers.map((_, i) => receivers[(i + round) % receivers.length]);
  return round % 2 === 0 ? order : order.toReversed();
}

async function run({ rounds, megabytes }: E2eOptions): Promise<void> {
  for (const size of E2E_SIZES) {
    const blocks = Math.max(1, Math.round((megabytes * 1e6) / blockBytes(size)));
    for (const receiver of receivers) await receive(receiver, size, 1);
    for (let round = 0; round < rounds; round++) {
      for (const receiver of orderOf(round)) {
        await post('start', receiver.name);
        const ms = await receive(receiver, size, blocks);
        const bytes = blocks * blockBytes(size);
        await post('leg', { subject: receiver.name, size, round, bytes, ms } satisfies Leg);
      }
    }
    await post('size', size);
  }
}

const options = (await (await fetch('options')).json()) as E2eOptions;
try {
  await run(options);
  await post('done', {});
} catch (error) {
  await post('failed', String(error));
}
