/**
 * Starts programs and leaves none behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A running program, in its own process group, as some programs start others. */
export interface Running {
  /** Resolves with the first output that it prints. */
  readonly output: Promise<string>;
  /** Rejects when it ends, with its last messages. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

/** How much of a program's output is kept, in characters. */
const LOG_MAX = 2000;

const groups = new Set<number>();
process.on('exit', () => {
  for (const pid of groups) killGroup(pid);
});

/** @param env variables to set */
export function launch(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
  });
  const pid = child.pid!;
  groups.add(pid);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-LOG_MAX)));
  const exited = once(child, 'exit');
  const died = exited.then(() => {
    throw new Error(`${command} ended: ${log}`);
  });
  died.catch(() => {});
  return {
    output: new Promise((resolve) => child.stdout.on('data', (text) => resolve(String(text)))),
    died,
    async stop() {
      killGroup(pid);
      await exited;
      groups.delete(pid);
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // The program has already ended.
  }
}
