/**
 * Real sockets for the bridge's tests: a target, a bridge, and clients, both well-behaved and raw. Each is closed
 * when the test that made it ends.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { type Bridge, type BridgeOptions, createBridge } from '../../src/bridge/index.js';

export interface Target {
  readonly port: number;
  /** Every connection accepted so far. */
  readonly sockets: readonly Socket[];
  /** Resolves with the first connection, once there is one. */
  accept(): Promise<Socket>;
}

/** The connections of every target of the running test. */
const targets = new Set<Socket[]>();

/** For `startTarget`: sends without end, and discards what it receives. */
export function flood(socket: Socket): void {
  socket.resume();
  const write = () => {
    while (socket.write(Buffer.alloc(65_536)));
  };
  socket.on('drain', write);
  write();
}

/** Starts a TCP server on a free loopback port; its connections may be half-open. */
export async function startTarget(
  onConnection: (socket: Socket) => void = () => {},
  host = '127.0.0.1',
): Promise<Target> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  const port = await listen(server, host);
  targets.add(sockets);
  onTestFinished(() => {
    server.close();
  });
  return {
    port,
    sockets,
    accept: async () => sockets[0] ?? ((await once(server, 'connection')) as [Socket])[0],
  };
}

/** Starts a target that sends everything back, and ends a connection when the other side ends it. */
export function startEcho(): Promise<Target> {
  return startTarget((socket) => socket.pipe(socket));
}

/**
 * Opens a port that never answers a connection attempt: the server's thread sleeps and its backlog is full, so
 * the system drops every further attempt.
 */
export async function startSilentPort(): Promise<number> {
  const code = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });`;
  const worker = new Worker(code, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  const fillers: Socket[] = [];
  onTestFinished(async () => {
    for (const filler of fillers) filler.destroy();
    await worker.terminate();
  });
  for (;;) {
    const filler = connect(port, '127.0.0.1').on('error', () => {});
    fillers.push(filler);
    // No event says that a connection attempt hangs. On loopback, one that succeeds does so at once.
    const connected = await Promise.race([
      once(filler, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300)),
    ]);
    if (!connected) return port;
  }
}

export interface RunningBridge {
  readonly bridge: Bridge;
  readonly port: number;
  /** The log so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line that matches, once there is one. */
  logged(pattern: RegExp): Promise<string>;
}

/** Starts a bridge to `targetPort` on a free port of 127.0.0.1. */
export async function startBridge(
  targetPort: number,
  options: Partial<BridgeOptions> = {},
): Promise<RunningBridge> {
  const lines: string[] = [];
  let onLine = () => {};
  const log = (line: string) => {
    lines.push(line);
    onLine();
  };
  const bridge = createBridge({ target: { host: '127.0.0.1', port: targetPort }, log, ...options });
  const { port } = await bridge.listen(0);
  onTestFinished(async () => {
    // A connection that its target does not end would hold up the close.
    for (const socket of [...targets].flat()) socket.destroy();
    targets.clear();
    await bridge.close();
  });
  const logged = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      onLine = () => {
        const line = lines.find((text) => pattern.test(text));
        if (line !== undefined) resolve(line);
      };
      onLine();
    });
  return { bridge, port, lines, logged };
}

/** Makes a WebSocket client, which is still connecting. */
export function newClient(
  port: number,
  protocols: string[] = [],
  options: ClientOptions = {},
): WebSocket {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, options);
  ws.on('error', () => {});
  onTestFinished(() => ws.terminate());
  return ws;
}

/** Resolves with a WebSocket client that is open. */
export async function openClient(port: number, protocols: string[] = []): Promise<WebSocket> {
  const ws = newClient(port, protocols);
  await once(ws, 'open');
  return ws;
}

/** Resolves with the close code that a client sees. */
export async function closeCode(ws: WebSocket): Promise<number> {
  const [code] = (await once(ws, 'close')) as [number];
  return code;
}

/** Connects a plain socket to a port of 127.0.0.1. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** The text of a client's opening handshake. A header set to `undefined` is left out. */
export function handshake(
  headers: Record<string, string | undefined> = {},
  method = 'GET',
): string {
  const all = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined);
  return `${method} / HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A client's frame, masked. `first` is its first byte: FIN and the opcode. */
export function frame(first: number, payload: Uint8Array | string = ''): Buffer {
  const data = Buffer.from(payload);
  const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  const length =
    data.length < 126
      ? Buffer.from([0x80 | data.length])
      : Buffer.from([0x80 | 126, data.length >> 8, data.length & 0xff]);
  const masked = data.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([first]), length, mask, masked]);
}

/** Resolves with everything that a socket receives until the connection ends or breaks. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  if (!socket.readableEnded && !socket.destroyed) {
    await Promise.race([
      once(socket, 'end'),
      new Promise((resolve) => socket.once('close', resolve)),
    ]);
  }
  return Buffer.concat(chunks);
}

/** Parses the frames that a server sent after its 101 response: the first byte and the payload of each complete one. */
export function parseFrames(bytes: Buffer): { first: number; payload: Buffer }[] {
  const frames: { first: number; payload: Buffer }[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= bytes.length) {
    const [first = 0, short = 0] = bytes.subarray(at);
    const start = at + (short === 127 ? 10 : short === 126 ? 4 : 2);
    if (start > bytes.length) break;
    const end =
      start +
      (short < 126
        ? short
        : bytes.readUIntBE(start - (short === 126 ? 2 : 6), short === 126 ? 2 : 6));
    if (end > bytes.length) break;
    frames.push({ first, payload: bytes.subarray(start, end) });
    at = end;
  }
  return frames;
}

/** A WebSocket client that does nothing by itself: no pong, no answer to a close. */
export interface RawClient {
  readonly socket: Socket;
  /** Resolves with the frames received so far, once `enough` returns true for them. */
  frames(
    enough: (frames: ReturnType<typeof parseFrames>) => boolean,
  ): Promise<ReturnType<typeof parseFrames>>;
  /** Resolves with the close code of the close frame. */
  closeCode(): Promise<number>;
}

/** Opens a raw client that offers a subprotocol, or none; `trailing` is sent in the same packet as the handshake. */
export async function openRaw(
  port: number,
  trailing: Uint8Array = Buffer.alloc(0),
  protocol?: string,
): Promise<RawClient> {
  const socket = await openSocket(port);
  let received = Buffer.alloc(0);
  let onData = () => {};
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    onData();
  });
  const frames: RawClient['frames'] = (enough) =>
    new Promise((resolve) => {
      onData = () => {
        if (!received.includes('\r\n\r\n')) return;
        const all = parseFrames(received);
        if (enough(all)) resolve(all);
      };
      onData();
    });
  const opened = frames(() => true);
  socket.write(
    Buffer.concat([Buffer.from(handshake({ 'Sec-WebSocket-Protocol': protocol })), trailing]),
  );
  await opened;
  return {
    socket,
    frames,
    closeCode: async () => {
      const isClose = ({ first }: { first: number }) => first === 0x88;
      return (
        (await frames((all) => all.some(isClose))).find(isClose)?.payload.readUInt16BE() ?? 1005
      );
    },
  };
}

/** Sends one request on a connection of its own and reads the whole response. */
export async function request(port: number, text: string | Buffer): Promise<Response> {
  const socket = await openSocket(port);
  socket.write(text);
  const response = parseResponse((await readAll(socket)).toString('latin1'));
  if (!socket.readableEnded) throw new Error('the connection was reset, not ended');
  return response;
}

export interface Response {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

function parseResponse(text: string): Response {
  const end = text.indexOf('\r\n\r\n');
  const [status = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(status.split(' ')[1]), headers, body: text.slice(end + 4) };
}

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
