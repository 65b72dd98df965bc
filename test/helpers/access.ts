/**
 * What the tests of tokens, signatures and authenticators share: requests to any path, a count of the connections
 * that this process makes, a directory, a Redis server.
 */
import { spawn } from 'node:child_process';
import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { find } from './need.js';
import { handshake, openSocket, parseFrames, request } from './bridge.js';
import { freePort } from './port.js';

/** Requests a WebSocket at `path` and resolves with the HTTP status; the connection is then dropped. */
export async function ask(
  port: number,
  path: string,
  headers: Record<string, string | undefined> = {},
): Promise<number> {
  const socket = await openSocket(port);
  socket.write(upgrade(path, headers));
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(String(first).split(' ')[1]);
}

/** Like `ask`, but resolves with the whole response; only for requests that are refused. */
export function askRefused(port: number, path: string, headers = {}): ReturnType<typeof request> {
  return request(port, upgrade(path, headers));
}

/** Resolves with what the target of `path` sends before it ends, or with the HTTP status if the request is refused. */
export async function greeting(port: number, path: string, headers = {}): Promise<string> {
  const socket = await openSocket(port);
  socket.write(upgrade(path, headers));
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    const [status = ''] = /\d{3}/.exec(String(received.subarray(9))) ?? [];
    if (status !== '101') return status;
    const frames = parseFrames(received);
    if (!received.includes('\r\n\r\n') || frames.at(-1)?.first !== 0x88) continue;
    return frames
      .slice(0, -1)
      .map(({ payload }) => String(payload))
      .join('');
  }
  return '';
}

function upgrade(path: string, headers: Record<string, string | undefined>): string {
  return handshake(headers).replace('GET / ', `GET ${path} `);
}

/** Counts the TCP and Unix connections that this process makes from now on, including the test's own. */
export function countDials(): () => number {
  let dials = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (/^(TCP|PIPE)CONNECTWRAP$/.test(type)) dials += 1;
    },
  }).enable();
  onTestFinished(() => void hook.disable());
  return () => dials;
}

/** Makes a directory that is removed when the running test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'websock-bridge-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts a Redis server on a free port of 127.0.0.1. `stop` kills it; `start` starts it again, empty. */
export async function startRedis(...options: string[]) {
  const port = await freePort();
  const run = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...options];
    const child = spawn(find('redis-server') ?? 'redis-server', args, { cwd: tmpdir() });
    let output = '';
    while (!output.includes('Ready to accept connections')) {
      output += String(((await once(child.stdout, 'data')) as [Buffer])[0]);
    }
    return child;
  };
  let child = await run();
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  onTestFinished(stop);
  return {
    port,
    stop,
    async start() {
      child = await run();
    },
  };
}
