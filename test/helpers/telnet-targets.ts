/** Servers behind a bridge with the telnet page, for the page's tests: each does what the test says, or is one of Debian's. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createBridge } from 'websock-client/bridge';
import { find } from './need.js';
import { freePort } from './port.js';

export interface Served {
  /** The URL of the page. */
  readonly url: string;
  /** What the server has received over all its connections, as Latin-1. */
  readonly received: string;
  /** The connections, in order. */
  readonly sockets: readonly Socket[];
  stop(): Promise<void>;
}

/** Serves the built page in front of a server that does this with each connection. */
export async function serve(onConnection: (socket: Socket) => void): Promise<Served> {
  const sockets: Socket[] = [];
  let received = '';
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => (received += bytes.toString('latin1')));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const page = await servePage((server.address() as AddressInfo).port);
  return {
    url: page.url,
    sockets,
    get received() {
      return received;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await page.stop();
    },
  };
}

/** Serves the built page in front of a port of 127.0.0.1. */
export async function servePage(port: number): Promise<{ url: string; stop(): Promise<void> }> {
  const web = fileURLToPath(new URL('../../dist/wstelnet', import.meta.url));
  const bridge = createBridge({ target: { host: '127.0.0.1', port }, web });
  const { port: own } = await bridge.listen(0);
  return { url: `http://127.0.0.1:${own}/`, stop: () => bridge.close() };
}

/** Starts a program in a process group of its own, so that `stop` also kills what it has forked. */
export function startGroup(
  program: string,
  args: readonly string[],
  cwd?: string,
): { child: ChildProcess; stop(): Promise<void> } {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd });
  const exited = once(child, 'exit');
  return {
    child,
    async stop() {
      process.kill(-child.pid!, 'SIGKILL');
      await exited;
    },
  };
}

/**
 * Runs a program for each connection to a free loopback port, as inetd would: `program` is what socat's EXEC takes,
 * `options` are socat's.
 */
export async function startInetd(
  program: string,
  ...options: readonly string[]
): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`;
  const { child, stop } = startGroup(find('socat')!, [
    '-d',
    '-d',
    ...options,
    listen,
    `EXEC:${program}`,
  ]);
  child.stderr!.setEncoding('utf8');
  for (let log = ''; !log.includes('listening');) log += (await once(child.stderr!, 'data'))[0];
  // Keep reading: socat must not block on a full pipe.
  child.stderr!.resume();
  return { port, stop };
}
