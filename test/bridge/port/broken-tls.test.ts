/**
 * Records that are not TLS, on connections that are open: Node reports an error and leaves the socket as it is.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import {
  closeCode,
  handshake,
  openClient,
  startBridge,
  startTarget,
} from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';

/** A record of application data that is not encrypted. */
const BROKEN = Buffer.concat([Buffer.from([0x17, 3, 3, 0, 32]), Buffer.alloc(32)]);

/** Starts a target that speaks TLS, behind a relay that may add to what the target sends. */
async function startTlsTarget(onChunk: (chunk: Buffer) => Buffer) {
  const { cert, key } = makeCertificate(makeDirectory(), 'one');
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
    socket.on('error', () => {}).resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const relay = await startTarget((client) => {
    const inner = connect(port, '127.0.0.1').on('error', () => {});
    client.pipe(inner).on('data', (chunk: Buffer) => client.write(onChunk(chunk)));
    client.once('close', () => inner.destroy());
  });
  return { relay, targetTls: { ca: cert, serverName: 'localhost' } };
}

test('a target whose TLS breaks right after its handshake: 1011', async () => {
  const { relay, targetTls } = await startTlsTarget((chunk) => Buffer.concat([chunk, BROKEN]));
  const { port } = await startBridge(relay.port, { targetTls });
  for (let round = 0; round < 3; round += 1) {
    expect(await closeCode(await openClient(port))).toBe(1011);
  }
});

test('a target that breaks off in the middle: 1011', async () => {
  const { relay, targetTls } = await startTlsTarget((chunk) => chunk);
  const { port } = await startBridge(relay.port, { targetTls });
  const ws = await openClient(port);
  const [socket] = relay.sockets;
  socket?.write(BROKEN);
  expect(await closeCode(ws)).toBe(1011);
});

test('a client that breaks off in the middle: its session ends', async () => {
  const { cert, key } = makeCertificate(makeDirectory(), 'one');
  const target = await startTarget((socket) => socket.resume().on('end', () => socket.end()));
  const { port, logged } = await startBridge(target.port, { tls: { cert, key }, heartbeat: 0 });
  const raw = connect(port, '127.0.0.1').on('error', () => {});
  const client = connectTls({ socket: raw, ca: readFileSync(cert), servername: 'localhost' });
  onTestFinished(() => {
    raw.destroy();
  });
  client.on('error', () => {}).write(handshake());
  await once(client, 'data');
  // This bypasses the TLS of this end.
  raw.write(BROKEN);
  expect(await logged(/closed/)).toContain('the client vanished');
});
