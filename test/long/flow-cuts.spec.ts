/** A gigabyte each way through a bridge and a real browser, over a network that ends the WebSocket a hundred times. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@playwright/test';
import { startBlockTarget } from '../helpers/flow/block-target.js';
import { BLOCK, hashOf } from '../helpers/flow/blocks.js';
import { startCuttingProxy, type Cut } from '../helpers/flow/cutting-proxy.js';
import { startPages } from '../helpers/flow/pages.js';
import { descendantsOf, rssOf } from '../helpers/memory.js';

const MIB = 1024 * 1024;
const BLOCKS = 1000;
/** One cut in ten is a black hole, which costs the 10 s of silence that count as a loss. */
const TEN: readonly Cut[] = ['reset', 1000, 1001, 'reset', 1000, 'hole', 1001, 'reset', 1000, 1001];
const CUTS = Array.from({ length: 10 }, () => TEN).flat();

const script = (port: number) => `
  const sock = new Websock({ flow: flow({ retry: () => 20, keepAlive: 1000, halfOpen: true }) });
  let resumes = 0;
  sock.on('resumed', () => resumes++);
  sock.open('ws://127.0.0.1:${port}/');
  await sock.opened;
  await report('open');
  const writing = (async () => {
    for (let index = 0; index < ${BLOCKS}; index++) {
      const block = new Uint8Array(BLOCK);
      fill(block, index);
      await sock.write(block);
    }
    await sock.end();
  })();
  let value = 0;
  for (let index = 0; index < ${BLOCKS}; index++) value = hash(value, await sock.read(BLOCK));
  const end = await sock.readSome();
  await writing;
  sock.close();
  const { code } = await sock.closed;
  const { bytesReceived, bytesSent } = sock;
  await report('done', { value, end, code, bytesReceived, bytesSent, resumes });
`;

/** The bridge in a separate process, so that its memory can be measured. */
async function startBridge(origin: string, target: number) {
  const args = ['dist/websock-bridge.js', '--allow-origin', origin, '0', `127.0.0.1:${target}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let port: string | undefined;
  while (!port) {
    output += String((await once(child.stdout, 'data'))[0]);
    port = /Listening on .*:(\d+), target/.exec(output)?.[1];
  }
  child.stdout.resume();
  return { port: Number(port), pid: child.pid!, stop: () => child.kill('SIGKILL') };
}

interface Done {
  value: number;
  end: null;
  code: number;
  bytesReceived: number;
  bytesSent: number;
  resumes: number;
}

test('1 GB each way with 100 cuts: resets, black holes, closes with 1000 and 1001', async ({
  page,
}) => {
  test.setTimeout(1_500_000);
  const scripts: Record<string, string> = {};
  const pages = await startPages(scripts);
  const target = await startBlockTarget(BLOCKS);
  const bridge = await startBridge(pages.origin, target.port);
  const proxy = await startCuttingProxy(bridge.port, CUTS, (2 * BLOCKS * BLOCK) / 101);
  scripts['/'] = script(proxy.port);

  const begun = performance.now();
  await page.goto(pages.origin);
  await pages.reported('open');
  const bases = new Map(descendantsOf(process.pid).map(({ pid, rss }) => [pid, rss]));
  const most = { bridge: 0, page: 0, growth: 0 };
  const watching = setInterval(() => {
    most.bridge = Math.max(most.bridge, rssOf(bridge.pid));
    for (const { pid, rss } of descendantsOf(process.pid)) {
      if (pid === bridge.pid) continue;
      most.page = Math.max(most.page, rss);
      most.growth = Math.max(most.growth, rss - (bases.get(pid) ?? rss));
    }
  }, 500);
  const bridgeBase = rssOf(bridge.pid);
  try {
    const done = await pages.reported<Done>('done');
    const all = BLOCKS * BLOCK;
    const value = hashOf(BLOCKS);
    expect(done).toMatchObject({ value, end: null, code: 1000 });
    expect([done.bytesReceived, done.bytesSent]).toEqual([all, all]);
    expect(await target.received).toEqual({ size: all, value });
    expect(proxy.cuts).toBe(100);
    expect(done.resumes).toBe(100);
    const [base, peak, browser, growth] = [bridgeBase, most.bridge, most.page, most.growth].map(
      (bytes) => `${Math.round(bytes / MIB)} MiB`,
    );
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(
      `${seconds} s; bridge ${base}, at most ${peak}; the browser's largest process at most ${browser}, growth at most ${growth}`,
    );
    expect(most.bridge).toBeLessThan(256 * MIB);
    expect(most.growth).toBeLessThan(400 * MIB);
  } finally {
    clearInterval(watching);
    proxy.close();
    bridge.stop();
    target.close();
    pages.close();
  }
});
