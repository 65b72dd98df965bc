/** A TCP server that sends blocks to whoever connects, and hashes those that it receives. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { BLOCK, fill, hash } from './blocks.js';

export interface BlockTarget {
  readonly port: number;
  /** How many bytes have left it. */
  left(): number;
  /** Resolves when the stream ends, with the number of bytes received and their hash. */
  readonly received: Promise<{ readonly size: number; readonly value: number }>;
  close(): void;
}

/** Starts a server for a single connection, to which it sends `count` blocks. */
export async function startBlockTarget(count: number): Promise<BlockTarget> {
  let socket: Socket | undefined;
  const server = createServer({ allowHalfOpen: true });
  const received = (async () => {
    const [accepted] = (await once(server, 'connection')) as [Socket];
    socket = accepted;
    void send(accepted, count).catch(() => {});
    return receive(accepted);
  })();
  received.catch(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    left: () => (socket ? socket.bytesWritten - socket.writableLength : 0),
    received,
    close() {
      socket?.destroy();
      server.close();
    },
  };
}

async function send(socket: Socket, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const block = new Uint8Array(BLOCK);
    fill(block, index);
    if (!socket.write(block)) await once(socket, 'drain');
  }
  socket.end();
}

async function receive(socket: Socket) {
  const block = new Uint8Array(BLOCK);
  let size = 0;
  let value = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length;) {
      const start = size % BLOCK;
      const piece = chunk.subarray(at, at + BLOCK - start);
      block.set(piece, start);
      at += piece.length;
      size += piece.length;
      if (size % BLOCK === 0) value = hash(value, block);
    }
  }
  return { size, value };
}
