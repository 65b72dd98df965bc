/**
 * Programs that end with the test that started them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { accepting } from './accepting.js';
import { find } from './need.js';

/** Starts a server and waits until it listens on `port`. */
export async function startServer(program: string, port: number, ...args: string[]): Promise<void> {
  const child = spawn(find(program)!, args, { stdio: 'ignore' });
  await accepting(port, endWithTest(child));
}

/** Starts an X server without a screen. Returns its display, such as `:7`. */
export async function startDisplay(): Promise<string> {
  const args = '-displayfd 3 -screen 0 320x200x24 -nolisten tcp'.split(' ');
  const child = spawn(find('Xvfb')!, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const exited = endWithTest(child);
  const [number] = (await Promise.race([
    once(child.stdio[3]!, 'data'),
    exited.then(() => Promise.reject(new Error('Xvfb ended early'))),
  ])) as [Buffer];
  return `:${String(number).trim()}`;
}

function endWithTest(child: ChildProcess): Promise<unknown> {
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await exited;
  });
  return exited;
}
