/**
 * The target and the clients of the bridge's benchmark, as bare as can be: frames are made before the clock runs,
 * and nobody parses what only has to be counted.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What the target does with a connection. */
export type Mode = 'send' | 'count' | 'echo' | 'hold';

/** A target on a port of loopback. */
export interface BenchTarget {
  readonly port: number;
  mode: Mode;
  /** Bytes received so far. */
  received: number;
  stop(): void;
}

const CHUNK = Buffer.alloc(65_536, 7);

export async function startBenchTarget(): Promise<BenchTarget> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    if (target.mode === 'echo') socket.pipe(socket);
    else socket.on('data', (chunk) => (target.received += chunk.length));
    if (target.mode !== 'send') return;
    const write = () => {
      while (socket.write(CHUNK));
    };
    socket.on('drain', write);
    write();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target: BenchTarget = {
    port: (server.address() as AddressInfo).port,
    mode: 'hold',
    received: 0,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return target;
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

/** A connection that is ready to carry bytes. What the handshake's packet held besides is dropped. */
export async function openBench(port: number, isWebSocket: boolean): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  if (!isWebSocket) return socket;
  socket.write(HANDSHAKE);
  let answer = '';
  while (!answer.includes('\r\n\r\n')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    answer += chunk.toString('latin1');
  }
  if (!answer.startsWith('HTTP/1.1 101')) throw new Error(`Cannot open: ${answer.slice(0, 80)}`);
  return socket;
}

/** A frame of a client with so many bytes, masked, or the bytes alone. */
export function makeMessage(size: number, isWebSocket: boolean): Buffer {
  const payload = Buffer.alloc(size, 5);
  if (!isWebSocket) return payload;
  const mask = Buffer.from([1, 2, 3, 4]);
  const length =
    size < 126
      ? Buffer.from([0x80 | size])
      : size < 65_536
        ? Buffer.from([0xfe, size >> 8, size & 255])
        : Buffer.from([
            0xff,
            0,
            0,
            0,
            0,
            size >>> 24,
            (size >> 16) & 255,
            (size >> 8) & 255,
            size & 255,
          ]);
  for (let i = 0; i < size; i += 1) payload[i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return Buffer.concat([Buffer.from([0x82]), length, mask, payload]);
}
