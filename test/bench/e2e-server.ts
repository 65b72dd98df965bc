/**
 * The sender, a separate process: `?size=N&blocks=N` determines what a connection gets once it has sent a message. The
 * frames are built beforehand and written to the socket underneath `ws`, many at once: sending small messages one by
 * one would measure the sender.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { makeBlock } from './e2e-stream.js';

const WRITE = 256 * 1024;

const wires = new Map<number, Buffer>();

const server = createServer();
const upgrade = new WebSocketServer({ noServer: true, perMessageDeflate: false });
server.on('upgrade', (request, socket, head) => {
  const { searchParams } = new URL(request.url!, 'ws://127.0.0.1');
  const size = Number(searchParams.get('size'));
  const wire = wires.get(size) ?? makeWire(size);
  wires.set(size, wire);
  upgrade.handleUpgrade(request, socket, head, (ws) => {
    ws.once('message', async () => {
      await send(socket, wire, Number(searchParams.get('blocks')));
      ws.close();
    });
  });
});

/** Sends the blocks with at most one write queued. */
async function send(socket: Duplex, wire: Buffer, blocks: number): Promise<void> {
  for (let block = 0; block < blocks; block++) {
    for (let at = 0; at < wire.length; at += WRITE) {
      if (!socket.write(wire.subarray(at, at + WRITE))) await once(socket, 'drain');
    }
  }
}

/** A block in WebSocket frames of `size` bytes: binary, unfragmented, unmasked (RFC 6455 section 5.2). */
function makeWire(size: number): Buffer {
  const block = makeBlock(size);
  const isShort = size < 0x10000;
  const head = Buffer.alloc(isShort ? 4 : 10);
  head[0] = 0x82;
  head[1] = isShort ? 126 : 127;
  if (isShort) head.writeUInt16BE(size, 2);
  else head.writeUInt32BE(size, 6);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < block.length; at += size) parts.push(head, block.subarray(at, at + size));
  return Buffer.concat(parts);
}

process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send!(server.address()));
