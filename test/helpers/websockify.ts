/**
 * Debian's websockify on a free loopback port, in front of another port.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './port.js';
import { accepting } from './accepting.js';

export async function startWebsockify(
  target: number,
): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn('websockify', [`127.0.0.1:${port}`, `127.0.0.1:${target}`], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  await accepting(port, exited);
  return {
    port,
    async stop() {
      child.kill('SIGINT');
      await exited;
    },
  };
}
