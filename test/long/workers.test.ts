/**
 * `--workers` with a thousand checked streams, while a worker is killed. Needs `npm run build`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { openClient } from '../helpers/bridge.js';
import { bridgeToEcho } from '../helpers/command.js';
import { skip } from '../helpers/need.js';
import { workersOf } from '../helpers/workers.js';

const STREAMS = 1_000;
const AT_ONCE = 100;
const SIZE = 256 * 1024;
const PLACES = 2 * AT_ONCE;
const notLinux = process.platform === 'linux' ? undefined : skip('it is not Linux');

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A stream's fate: it came back equal or different, was lost after its connection had opened, or was refused before. */
type Fate = 'equal' | 'different' | 'lost' | 'refused';

async function check(port: number): Promise<Fate> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
  // The 'close' event reports the failure too.
  ws.on('error', () => {});
  const closed = new Promise((resolve) => ws.on('close', () => resolve('closed')));
  const opened = new Promise((resolve) => ws.on('open', () => resolve('open')));
  if ((await Promise.race([opened, closed])) === 'closed') return 'refused';
  const sent = randomBytes(SIZE);
  const received: Buffer[] = [];
  let length = 0;
  const whole = new Promise((resolve) => {
    ws.on('message', (bytes: Buffer) => {
      received.push(bytes);
      length += bytes.length;
      if (length >= SIZE) resolve('whole');
    });
  });
  for (let at = 0; at < SIZE; at += 16_384) ws.send(sent.subarray(at, at + 16_384));
  if ((await Promise.race([whole, closed])) === 'closed') return 'lost';
  ws.close();
  await closed;
  return hash(Buffer.concat(received)) === hash(sent) ? 'equal' : 'different';
}

test.skipIf(notLinux)(
  `killing one of two workers loses only its own of a thousand streams${notLinux ? ` (${notLinux})` : ''}`,
  async () => {
    const args = ['--workers', '2', '-v', '--max-connections', `${PLACES}`];
    const { port, child, said, says } = await bridgeToEcho(...args);
    const [victim, other] = workersOf(child);
    if (victim === undefined || other === undefined) throw new Error('Expected two workers');
    const fates: Fate[] = [];
    const count = (fate: Fate) => fates.filter((each) => each === fate).length;
    let started = 0;
    const run = async () => {
      while (started < STREAMS) {
        started += 1;
        fates.push(await check(port));
        if (fates.length === STREAMS / 2) process.kill(victim, 'SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, run));
    const [, names = ''] =
      /ended with SIGKILL, taking (.*) with it\n/.exec(await says(/ended with SIGKILL.*\n/)) ?? [];
    expect(count('different')).toBe(0);
    // Only the killed worker's streams may be lost: all others must be equal.
    expect(count('lost')).toBeGreaterThan(0);
    expect(count('lost')).toBeLessThanOrEqual(names.split(', ').length);
    expect(count('lost') + count('refused')).toBeLessThan(AT_ONCE);
    // The log shows exactly one end for each session.
    const numbers = (event: string) =>
      [...said().matchAll(new RegExp(`^#(\\d+) ${event}: `, 'gm'))]
        .map(([, id]) => Number(id))
        .toSorted((a, b) => a - b);
    await expect.poll(() => numbers('closed'), { timeout: 20_000 }).toEqual(numbers('opened'));
    await expect.poll(() => workersOf(child), { timeout: 20_000 }).toHaveLength(2);
    expect(workersOf(child)).toEqual([other, expect.any(Number)]);
    // The killed worker's connections no longer count against the limit.
    for (let i = 0; i < PLACES; i += 1) await openClient(port);
  },
  300_000,
);
