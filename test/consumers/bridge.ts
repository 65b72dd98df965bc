/**
 * The bridge from the installed tarball.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface RunningBridge {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it from the project in `dir`, in front of a port on this machine. */
export async function startBridge(
  dir: string,
  target: number,
  ...options: string[]
): Promise<RunningBridge> {
  const command = join(dir, 'node_modules/.bin/websock-bridge');
  const args = ['0', `127.0.0.1:${target}`, ...options];
  const bridge = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  while (!/ 127\.0\.0\.1:\d+,/.test(output)) output += (await once(bridge.stdout, 'data'))[0];
  return {
    url: `http://${/ (127\.0\.0\.1:\d+),/.exec(output)![1]}/`,
    async stop() {
      bridge.kill();
      if (bridge.exitCode === null) await once(bridge, 'exit');
    },
  };
}
