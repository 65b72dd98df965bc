/**
 * Goes into the background: starts the same command again, detached from the terminal, and waits until it is ready.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The environment variable that tells the daemon its parent's process id. */
const PARENT = 'WEBSOCK_DAEMON_OF';

/** Only the owner may access what a daemon creates. */
const UMASK = 0o077;

/** Whether this process is the one in the background. */
export function isDaemon(): boolean {
  return process.env[PARENT] === String(process.ppid) && process.connected;
}

/**
 * Starts the daemon, and passes on its output until it is ready. Resolves with the exit code: 0 if it continues without us,
 * else its own.
 */
export async function startDaemon(args: readonly string[]): Promise<number> {
  const [, script = ''] = process.argv;
  process.umask(UMASK);
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, [PARENT]: String(process.pid) },
  });
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  const ready = once(child, 'message').then(() => 0);
  const ended = once(child, 'close').then(([code]) => (code as number | null) ?? 1);
  const code = await Promise.race([ready, ended]);
  child.unref();
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  if (child.connected) child.disconnect();
  return code;
}

/** Tells the parent that it may exit. Output from here on is lost, except for what goes to the log. */
export function releaseParent(): void {
  if (!isDaemon()) return;
  process.send?.('ready');
  process.disconnect();
}
