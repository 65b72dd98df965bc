/**
 * The bridges to compare, each a separate process on one processor, and the memory they use.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from '../helpers/certificate.js';
import { find } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';

/** A bridge that is listening. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Whether clients begin with a WebSocket handshake and send frames. */
  readonly isWebSocket: boolean;
  /** Whether they begin with TLS. */
  readonly isSecure: boolean;
  /** Whether it forks a process for each connection. */
  readonly isForking: boolean;
  /** Whether WebSockets must come over HTTP/2. */
  readonly isHttp2: boolean;
  /** Its log so far, if it writes one. */
  logged(): string;
  /** Collects its garbage and resolves with the bytes then in use; NaN if it can't be asked to. */
  collect(): Promise<number>;
  stop(): Promise<void>;
}

/** The processors that a bridge may use, in the format of `taskset`. */
export type Processors = 0 | 1 | '0,1';

/** Starts a bridge on one processor, in front of a loopback port; it admits pages served on another port. */
export interface PeerKind {
  readonly name: string;
  /** A program that it needs and this machine lacks. */
  readonly missing: string | undefined;
  start(target: number, processor: Processors, pagePort: number): Promise<Peer>;
}

const PIPE = `
const { connect, createServer } = require('node:net');
const [port, target] = process.argv.slice(1).map(Number);
createServer({ noDelay: true }, (client) => {
  const socket = connect({ port: target, host: '127.0.0.1', noDelay: true });
  client.pipe(socket).pipe(client);
  for (const each of [client, socket]) each.on('error', () => { client.destroy(); socket.destroy(); });
}).listen({ port, host: '127.0.0.1', backlog: 4096 });`;

/** The simplest bridge on `ws`: it has no limits and ignores how a connection ends. */
const BARE_WS = `
const { connect } = require('node:net');
const { WebSocketServer } = require('ws');
const [port, target] = process.argv.slice(1).map(Number);
const options = { port, host: '127.0.0.1', backlog: 4096, clientTracking: false, handleProtocols: () => 'binary' };
new WebSocketServer(options).on('connection', (ws) => {
  const socket = connect({ port: target, host: '127.0.0.1', noDelay: true });
  socket.on('data', (bytes) => { ws.send(bytes); if (ws.bufferedAmount > 262144) socket.pause(); });
  ws._socket.on('drain', () => socket.resume());
  ws.on('message', (bytes) => { if (!socket.write(bytes)) ws.pause(); });
  socket.on('drain', () => ws.resume());
  ws.on('close', () => socket.destroy()).on('error', () => {});
  socket.on('close', () => ws.terminate()).on('error', () => {});
});`;

const WSTUNNEL = '/usr/lib/lighttpd/mod_wstunnel.so';

/** Our command prints this when all its workers are serving; its port accepts connections earlier. */
const READY = /^Listening on /m;

/** Our bridge, from a given build. */
export const websockBridge = (name: string, build: string, ...options: string[]): PeerKind =>
  kind(name, { ready: READY }, (port, target, _, pagePort) => [
    ...node(join(build, 'websock-bridge.js'), '--max-connections-per-address', '0', ...options),
    `--allow-origin=http://127.0.0.1:${pagePort}`,
    `127.0.0.1:${port}`,
    `127.0.0.1:${target}`,
  ]);

/** Shows the cost of inspecting a connection's first bytes. */
export const SNIFFING: readonly PeerKind[] = [
  websockBridge('one protocol', 'dist'),
  websockBridge('all of them', 'dist', '--http2', '--fallback=127.0.0.1:1', '--silence-timeout=5'),
];

/** Our bridge with HTTP/2, without TLS. */
export const HTTP2 = websockBridge('HTTP/2', 'dist', '--http2');

/** Our bridge over TLS. */
const overTls = (name: string, isHttp2: boolean): PeerKind =>
  kind(
    name,
    { isSecure: true, isHttp2, missing: lacks('openssl'), ready: READY },
    (port, target, directory, pagePort) => {
      const { cert, key } = makeCertificate(directory, 'localhost');
      return [
        ...node(join('dist', 'websock-bridge.js'), `--cert=${cert}`, `--key=${key}`),
        `--log-file=${logIn(directory)}`,
        ...(isHttp2 ? ['--http2'] : []),
        `--allow-origin=http://127.0.0.1:${pagePort}`,
        `127.0.0.1:${port}`,
        `127.0.0.1:${target}`,
      ];
    },
  );

/** The versions of HTTP. */
export const VERSIONS: readonly PeerKind[] = [overTls('HTTP/1.1', false), overTls('HTTP/2', true)];

/** Our bridge comes first: the others are compared with it. */
export const KINDS: readonly PeerKind[] = [
  websockBridge('websock-bridge', 'dist'),
  kind('websockify', { missing: lacks('websockify'), isForking: true }, (port, target) => [
    'websockify',
    `127.0.0.1:${port}`,
    `127.0.0.1:${target}`,
  ]),
  kind(
    'lighttpd',
    { missing: lacks('lighttpd') ?? (existsSync(WSTUNNEL) ? undefined : 'lighttpd-mod-wstunnel') },
    (port, target, directory) => {
      const config = join(directory, 'lighttpd.conf');
      writeFileSync(
        config,
        `server.modules = ("mod_wstunnel")
server.document-root = "${directory}"
server.bind = "127.0.0.1"
server.port = ${port}
server.max-fds = 16384
server.max-connections = 6000
wstunnel.frame-type = "binary"
wstunnel.server = ("" => (("host" => "127.0.0.1", "port" => ${target})))
`,
      );
      return [find('lighttpd') ?? '', '-D', '-f', config];
    },
  ),
  kind('bare ws', {}, (port, target) => node('-e', BARE_WS, String(port), String(target))),
  kind('net pipe', { isWebSocket: false }, (port, target) =>
    node('-e', PIPE, String(port), String(target)),
  ),
];

/** Our bridge with one worker and with two. */
export const WORKERS: readonly PeerKind[] = [1, 2].map((count) =>
  websockBridge(`${count} worker${count === 1 ? '' : 's'}`, 'dist', '--workers', String(count)),
);

/** The memory in bytes of `root` and its descendants; each process counts its share of shared memory (Pss). */
export function heldBytes(root: number): number {
  return tree(root).reduce((sum, pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return sum + Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  }, 0);
}

function tree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // The process has ended meanwhile.
    }
  }
  const isInTree = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isInTree(parents.get(pid)));
  return [...parents.keys()].filter(isInTree);
}

const logIn = (directory: string): string => join(directory, 'log');

function lacks(program: string): string | undefined {
  return find(program) ? undefined : program;
}

/** A command that runs in this Node and can be asked to collect its garbage. */
function node(...args: string[]): string[] {
  const collect = fileURLToPath(new URL('bridge-collect.js', import.meta.url));
  return [process.execPath, '--expose-gc', '--import', collect, ...args];
}

function kind(
  name: string,
  {
    missing,
    isWebSocket = true,
    isSecure = false,
    isForking = false,
    isHttp2 = false,
    ready,
  }: {
    missing?: string | undefined;
    isWebSocket?: boolean;
    isSecure?: boolean;
    isForking?: boolean;
    isHttp2?: boolean;
    /** What it prints when it is serving; without this, its port is polled. */
    ready?: RegExp;
  },
  command: (port: number, target: number, directory: string, pagePort: number) => string[],
): PeerKind {
  return {
    name,
    missing,
    async start(target, processor, pagePort) {
      const directory = mkdtempSync(join(tmpdir(), 'bench-'));
      const port = await freePort();
      const [program = '', ...args] = pinned(processor, command(port, target, directory, pagePort));
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
      await (ready ? printed(child, ready, name) : listening(child, port, name));
      child.stdout?.resume();
      return {
        name,
        port,
        pid: child.pid ?? 0,
        isWebSocket,
        isSecure,
        isForking,
        isHttp2,
        logged: () => readFileSync(logIn(directory), 'utf8'),
        async collect() {
          if (!args.includes('--expose-gc')) return NaN;
          const answer = once(child, 'message') as Promise<[number]>;
          child.send('collect');
          return (await answer)[0];
        },
        async stop() {
          const ended = once(child, 'exit');
          child.kill('SIGKILL');
          await ended;
          rmSync(directory, { recursive: true });
        },
      };
    },
  };
}

/** Pins the command to processors if taskset is installed; taskset execs it, so the process id stays the same. */
function pinned(processor: Processors, command: string[]): string[] {
  return find('taskset') ? ['taskset', '-c', String(processor), ...command] : command;
}

async function printed(child: ChildProcess, what: RegExp, name: string): Promise<void> {
  let text = '';
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (what.test(text)) return;
  }
  throw new Error(`Cannot start ${name}: it ended`);
}

async function listening(child: ChildProcess, port: number, name: string): Promise<void> {
  // No event says when a third-party program is listening.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) break;
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await setTimeout(50);
  }
  throw new Error(`Cannot start ${name}: nothing listens on port ${port}`);
}
