/**
 * Set-up for all consumers: packs the tarball and installs it into a new project together with its users' tools. The
 * tarball's own bridge then serves the project's pages, in front of a telnet server.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startBridge } from './bridge.js';

/** Newer versions are not installed, or someone else's release could fail a run. Advance this date to see what is new. */
const AS_OF = '2026-11-28';

/** The tools that users combine with the package: the newest version of each major. */
const TOOLS = [
  'vite@8',
  'webpack@5',
  'webpack-cli@7',
  'webpack-dev-server@5',
  '@rspack/core@2',
  '@rspack/cli@2',
  'parcel@2',
  'bun@1',
  'deno@2',
  'jest@30',
  'jest-environment-jsdom@30',
  'vitest@4',
  'happy-dom@20',
  'rollup@4',
  '@rollup/plugin-node-resolve@16',
  'esbuild@0.28',
  'typescript-5.7@npm:typescript@5.7',
  'typescript-6@npm:typescript@6',
  'typescript-7@npm:typescript@7',
  '@types/node@20',
  'react@19',
  'react-dom@19',
  '@types/react@19',
  '@types/react-dom@19',
  'vue@3',
  '@vitejs/plugin-vue@6',
  'svelte@5',
  '@sveltejs/vite-plugin-svelte@7',
  'next@16',
  'ws@8',
];

/** For npm commands, in ms. */
const TIMEOUT = 300_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Playwright calls this before the tests, and the function that it resolves with after them. */
export default async function install(): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'websock-client-'));
  const ends = [() => rm(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const npm = async (cwd: string, ...args: string[]) =>
      (await run('npm', args, { cwd, timeout: TIMEOUT })).stdout;
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
    const add = ['install', ...quiet, '--ignore-scripts', '--before', AS_OF];

    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', dir];
    const packed = await npm(root, ...pack);
    await cp(fileURLToPath(new URL('project', import.meta.url)), dir, { recursive: true });
    await writeFile(join(dir, 'package.json'), '{ "private": true, "type": "module" }');
    await npm(dir, ...add, join(dir, JSON.parse(packed)[0].filename));
    const installed = await npm(dir, 'ls', '--all', '--parseable');
    await npm(dir, ...add, '--save-dev', ...TOOLS);
    // These two install their programs with a script; no other package may run one.
    await npm(dir, 'rebuild', 'bun', 'deno');
    await mkdir(join(dir, 'site'));

    const target = await startTelnetServer();
    ends.push(async () => void target.close());
    const { port } = target.address() as AddressInfo;
    const bridge = await startBridge(dir, port, '--web', join(dir, 'site'));
    ends.push(bridge.stop);

    process.env.CONSUMERS = JSON.stringify({
      dir,
      url: bridge.url,
      target: port,
      packed: JSON.parse(packed)[0],
      installed: installed.trim().split('\n').slice(1),
    });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a server that asks for the window size (NAWS), waits for the answer, then sends its banner and ends. */
async function startTelnetServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(Uint8Array.of(0xff, 0xfd, 0x1f));
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString('hex');
      if (heard.length >= 6) socket.end('Welcome to telnet\r\n');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}
