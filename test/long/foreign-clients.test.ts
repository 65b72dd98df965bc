/**
 * Third-party WebSocket clients with our bridge: bytes both ways, the subprotocol, and close codes from either side. Real
 * programs on loopback, from these Debian packages; undici comes with Node:
 *
 *     python3-websockets python3-websocket python3-pyqt5.qtwebsockets ruby ruby-websocket-driver
 *     golang-go golang-github-gorilla-websocket-dev
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { startBridge, startTarget } from '../helpers/bridge.js';
import { same } from '../helpers/bytes.js';
import { skip } from '../helpers/need.js';

const run = promisify(execFile);
const SIZE = 1_000_000;

const goCache = mkdtempSync(join(tmpdir(), 'websock-go-'));
afterAll(() => rmSync(goCache, { recursive: true, force: true }));
const env = {
  ...process.env,
  SIZE: `${SIZE}`,
  // Debian's Go libraries form a GOPATH; nothing is downloaded.
  GO111MODULE: 'off',
  GOPATH: '/usr/share/gocode',
  GOCACHE: goCache,
  GOFLAGS: '',
};

interface Client {
  readonly name: string;
  /** A command that fails if the client is missing. */
  readonly probe: string[];
  /**
   * A command that offers `binary`, sends `SIZE` bytes that count from 0 to 250 again and again, and reads as many. It prints the
   * subprotocol, whether the bytes came back unchanged, and the close code. If `END` is `remote`, it sends the target `bye` and the
   * bridge closes; otherwise the client closes first.
   */
  readonly command: string[];
  /** What it prints as the subprotocol, if not `binary`. */
  readonly protocol?: string;
}

const script = (name: string): string =>
  fileURLToPath(new URL(`./foreign/${name}`, import.meta.url));
// The system's Python: a virtual environment lacks Debian's modules.
const PYTHON = '/usr/bin/python3';
const NODE = [process.execPath, '--experimental-websocket', '--no-warnings'];

const clients: Client[] = [
  {
    name: 'python3-websockets',
    probe: [PYTHON, '-c', 'import websockets'],
    command: [PYTHON, script('python-websockets.py')],
  },
  {
    name: 'python3-websocket',
    probe: [PYTHON, '-c', 'import websocket'],
    command: [PYTHON, script('python-websocket.py')],
  },
  {
    name: 'python3-pyqt5.qtwebsockets',
    probe: [PYTHON, '-c', 'import PyQt5.QtWebSockets'],
    command: [PYTHON, script('qt.py')],
    protocol: 'unknown',
  },
  {
    name: 'ruby-websocket-driver',
    probe: ['ruby', '-e', "require 'websocket/driver'"],
    command: ['ruby', script('driver.rb')],
  },
  {
    name: 'golang-github-gorilla-websocket-dev',
    probe: ['go', 'list', 'github.com/gorilla/websocket'],
    command: ['go', 'run', script('gorilla/main.go')],
  },
  {
    name: "undici, Node's WebSocket",
    probe: [...NODE, '-e', 'new WebSocket("ws://127.0.0.1:1").onerror = () => {}'],
    command: [...NODE, script('undici.mjs')],
  },
];

async function lacking({ name, probe: [program, ...args] }: Client): Promise<string | undefined> {
  try {
    await run(program, args, { env });
    return undefined;
  } catch {
    return skip(`${name} is not installed`);
  }
}

for (const client of clients) {
  const reason = await lacking(client);
  for (const end of ['local', 'remote']) {
    test.skipIf(reason)(`${client.name}, closed by the ${end} end`, async () => {
      const received: Buffer[] = [];
      const target = await startTarget((socket) => {
        socket.on('data', (data: Buffer) => {
          received.push(data);
          if (data.subarray(-3).equals(Buffer.from('bye'))) socket.end();
          else socket.write(data);
        });
        socket.on('end', () => socket.end());
      });
      const { port } = await startBridge(target.port);
      const [program, ...args] = client.command;
      const more = { URL: `ws://127.0.0.1:${port}/`, END: end };
      const { stdout } = await run(program, args, { env: { ...env, ...more }, timeout: 50_000 });
      expect(stdout.trim()).toBe(`${client.protocol ?? 'binary'} true 1000`);

      const [socket] = target.sockets;
      if (!socket.destroyed) await once(socket, 'close');
      const sent = Uint8Array.from({ length: SIZE }, (_, i) => i % 251);
      expect(same(Buffer.concat(received).subarray(0, SIZE), sent)).toBe(true);
    });
  }
}
