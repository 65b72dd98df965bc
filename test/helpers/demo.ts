/**
 * Starts what `npm start` runs, as a process of its own, for the browser tests.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { find } from './need.js';
import { startInetd } from './telnet-targets.js';

const START = fileURLToPath(new URL('../../dist/demo/start.js', import.meta.url));

export interface Demo {
  /** The URL of the page. */
  readonly url: string;
  /** What it printed until it was ready. */
  readonly output: string;
  /** Suspends the process, which to a client looks like a lost network, or lets it continue. */
  freeze(frozen: boolean): void;
  /** Sends it SIGINT, as Ctrl-C does, and resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts the demo on a free port; it must have been built. */
export async function startDemo(...args: string[]): Promise<Demo> {
  const child = spawn(process.execPath, [START, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  while (!output.includes('Ctrl-C')) {
    await Promise.race([
      once(child.stdout, 'data'),
      exited.then(() => Promise.reject(new Error(`The demo ended: ${output}`))),
    ]);
  }
  return {
    url: new URL('/', /http:\S+/.exec(output)![0]).href,
    output,
    freeze: (frozen) => void child.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
    async stop() {
      child.kill('SIGINT');
      const [code] = await exited;
      return code;
    },
  };
}

/** Starts Debian's telnetd behind socat, on a free loopback port. */
export const startTelnetd = () => startInetd(`"${find('telnetd')} -E /bin/bash"`);
