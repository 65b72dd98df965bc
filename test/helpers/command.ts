/**
 * The built command, as a user starts it. Needs `npm run build`.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { startEcho } from './bridge.js';

export { makeCertificate } from './certificate.js';

export interface Command {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Everything it has printed so far. */
  said(): string;
  /** Resolves with its output so far, once that matches; rejects if it ends first. */
  says(pattern: RegExp): Promise<string>;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts the command, and kills it when the test is over. */
export function startCommand(...args: readonly string[]): Command {
  const child = spawn(process.execPath, ['dist/websock-bridge.js', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let onOutput = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk);
      onOutput();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const says = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      onOutput = () => {
        if (pattern.test(output)) resolve(output);
      };
      onOutput();
      void ended.then(() => reject(new Error(`The command ended early; its output: ${output}`)));
    });
  return { child, said: () => output, says, ended };
}

/** Starts the command and resolves, with its port, when it listens. */
export async function listenCommand(
  ...args: readonly string[]
): Promise<Command & { readonly port: number }> {
  const command = startCommand(...args);
  const output = await command.says(/Listening on .*\n/);
  return { ...command, port: Number(/Listening on .*:(\d+), target/.exec(output)?.[1]) };
}

/** Makes a directory that is removed when the test is over. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** Starts the command on a free port, in front of an echo server. */
export async function bridgeToEcho(...args: readonly string[]) {
  const target = await startEcho();
  const command = await listenCommand(...args, '0', `127.0.0.1:${target.port}`);
  return { ...command, target };
}

/** Sends a word through a WebSocket and resolves with what comes back; rejects if the WebSocket does not open. */
export async function echo(url: string, options: ClientOptions = {}): Promise<string> {
  const ws = new WebSocket(url, ['binary'], options);
  onTestFinished(() => ws.terminate());
  await once(ws, 'open');
  ws.send(Buffer.from('word'));
  const [data] = (await once(ws, 'message')) as [Buffer];
  return String(data);
}
