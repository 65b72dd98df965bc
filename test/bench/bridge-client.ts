/**
 * The target and the clients of the bridge's benchmark, as simple as possible: frames are built before the clock starts,
 * and bytes that only need counting are not parsed.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PACE } from './flow-rows.js';

/** What the target does with a connection. */
export type Mode = 'send' | 'pace' | 'count' | 'echo' | 'greet';

/** A connection that the target accepted. */
export interface Taken {
  readonly socket: Socket;
  /** Bytes received over it so far. */
  received: number;
}

/** A target on a loopback port. */
export interface BenchTarget {
  readonly port: number;
  /** What it does with the next connections. */
  mode: Mode;
  /** The open connections, oldest first. */
  readonly taken: Set<Taken>;
  stop(): void;
}

const CHUNK = Buffer.alloc(262_144, 7);
const GREETING = Buffer.from('hello');

export async function startBenchTarget(): Promise<BenchTarget> {
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = { socket, received: 0 };
    target.taken.add(connection);
    socket.on('error', () => {}).once('close', () => target.taken.delete(connection));
    if (target.mode === 'echo') {
      socket.on('data', (chunk) => socket.write(chunk));
      return;
    }
    socket.on('data', (chunk) => (connection.received += chunk.length));
    if (target.mode === 'greet') socket.write(GREETING);
    if (target.mode === 'send') sendOn(socket, CHUNK);
    if (target.mode === 'pace') sendAtPace(socket);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(server, 'listening');
  const target: BenchTarget = {
    port: (server.address() as AddressInfo).port,
    mode: 'count',
    taken: new Set(),
    stop() {
      server.close();
      for (const { socket } of target.taken) socket.destroy();
    },
  };
  return target;
}

/** Keeps writing a block as fast as the socket accepts it. Returns a function that stops and returns the number of writes. */
export function sendOn(socket: Socket, block: Buffer): () => number {
  let writes = 0;
  const write = () => {
    do writes += 1;
    while (socket.write(block));
  };
  socket.on('drain', write);
  write();
  return () => {
    socket.off('drain', write);
    return writes;
  };
}

/** Writes at the rate of a gigabit line. */
function sendAtPace(socket: Socket): void {
  const started = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = (performance.now() - started) * PACE;
    while (sent < due && !socket.writableNeedDrain) {
      socket.write(CHUNK);
      sent += CHUNK.length;
    }
  }, 1);
  socket.once('close', () => clearInterval(timer));
}

const HANDSHAKE = `GET / HTTP/1.1\r
Host: 127.0.0.1\r
Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Protocol: binary\r
\r
`;

/** One connection through a bridge. */
export interface BenchClient {
  readonly socket: Socket;
  /** Bytes received so far after the handshake, including frame headers. */
  received: number;
  /** Resolves once `length` bytes have been received. */
  receive(length: number): Promise<void>;
  /** Whether it reads. Clearing it takes effect at the next chunk, which is still read. */
  reads: boolean;
}

/** Every client reads into this buffer: bytes are counted, not kept. */
const readBuffer = Buffer.alloc(262_144);

/**
 * Opens a connection. A WebSocket is open once its 101 has arrived, a plain connection once the system has connected it.
 * To know that the target has accepted it, wait for the target's greeting.
 */
export function openBench(port: number, isWebSocket: boolean, reads = true): Promise<BenchClient> {
  return new Promise((resolve, reject) => {
    let head = isWebSocket ? '' : undefined;
    let wanted = Infinity;
    let onWanted = () => {};
    const take = (length: number, bytes: Uint8Array) => {
      if (head === undefined) {
        client.received += length;
        if (client.received >= wanted) onWanted();
        return client.reads;
      }
      head += Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
      const end = head.indexOf('\r\n\r\n') + 4;
      if (end < 4) return true;
      if (!head.startsWith('HTTP/1.1 101')) fail(new Error(`Cannot open: ${head.slice(0, 80)}`));
      client.received += head.length - end;
      head = undefined;
      resolve(client);
      return client.reads;
    };
    const onread = { buffer: readBuffer, callback: take };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const client: BenchClient = {
      socket,
      received: 0,
      reads,
      receive: (length) =>
        new Promise((enough) => {
          wanted = length;
          onWanted = enough;
          if (client.received >= length) enough();
        }),
    };
    socket.on('error', fail).once('close', () => fail(new Error('Cannot open: it was closed')));
    socket.once('connect', () => {
      if (isWebSocket) socket.write(HANDSHAKE);
      else resolve(client);
    });
  });
}

/** `size` bytes as a client's masked frame, or the bytes alone. */
export function makeMessage(size: number, isWebSocket: boolean): Buffer {
  const payload = Buffer.alloc(size, 5);
  if (!isWebSocket) return payload;
  const mask = Buffer.from([1, 2, 3, 4]);
  const masked = payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0));
  return Buffer.concat([Buffer.from([0x82]), lengthOf(size), mask, masked]);
}

/** A frame's payload length with the MASK bit set (RFC 6455 section 5.2). */
function lengthOf(size: number): Buffer {
  if (size < 126) return Buffer.from([0x80 | size]);
  const bytes = Buffer.alloc(size < 65_536 ? 3 : 9);
  bytes[0] = size < 65_536 ? 0xfe : 0xff;
  if (size < 65_536) bytes.writeUInt16BE(size, 1);
  else bytes.writeUIntBE(size, 3, 6);
  return bytes;
}
