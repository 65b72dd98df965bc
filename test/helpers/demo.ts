/**
 * Starts what `npm start` runs, as a process of its own, for the browser tests.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { find } from './need.js';
import { freePort } from './port.js';

const START = fileURLToPath(new URL('../../dist/demo/start.js', import.meta.url));

export interface Demo {
  /** Where the page is. */
  readonly url: string;
  /** What it has printed. */
  readonly output: string;
  /** Stops it in its tracks, as a network that is gone would, or lets it go on. */
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

/** Debian's telnetd behind socat, on a free port of loopback. */
export async function startTelnetd(): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`;
  const serve = `EXEC:"${find('telnetd')} -E /bin/bash"`;
  const child: ChildProcess = spawn(find('socat')!, ['-d', '-d', listen, serve], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: what it forked goes with it.
    detached: true,
  });
  child.stderr!.setEncoding('utf8');
  for (let log = ''; !log.includes('listening');) log += (await once(child.stderr!, 'data'))[0];
  // Read on: it must not block on a full pipe.
  child.stderr!.resume();
  return {
    port,
    async stop() {
      process.kill(-child.pid!, 'SIGTERM');
      await once(child, 'exit');
    },
  };
}
