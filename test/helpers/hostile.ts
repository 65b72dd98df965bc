/**
 * Random first bytes of connections: PROXY headers, TLS, HTTP and HTTP/2, valid or mutated, and plain noise.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Random } from '../fuzz/random.js';
import { handshake } from './bridge.js';
import { bytesOf, makeHeader } from './proxy-headers.js';

/** Captures the ClientHello of a TLS client. */
export async function captureHello(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ port, host: '127.0.0.1', servername: 'localhost' });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [import('node:net').Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** A header block (RFC 7541): `GET`, `http`, `/`, and `localhost` as the authority. */
const HEADERS = Buffer.concat([Buffer.from([0x82, 0x86, 0x84, 0x41, 9]), Buffer.from('localhost')]);

/** A random HTTP/2 frame of any type, flags and stream; its length field may lie. */
function h2Frame(random: Random): Buffer {
  const type = random.below(12);
  const sizes: Readonly<Record<number, number>> = {
    2: 5,
    3: 4,
    4: 6 * random.below(4),
    6: 8,
    8: 4,
  };
  const body =
    type === 1 && random.below(2) === 0
      ? HEADERS
      : bytesOf(random, random.oneIn(4) ? random.below(300) : (sizes[type] ?? random.below(100)));
  const head = Buffer.alloc(9);
  head.writeUIntBE(random.oneIn(20) ? random.below(2 ** 24) : body.length, 0, 3);
  head[3] = type;
  head[4] = random.oneIn(3) ? random.below(256) : random.pick([0, 1, 4, 5]);
  // Mostly 0, or the number of a stream that a client opens.
  const stream = random.oneIn(10)
    ? random.next()
    : random.pick([0, 1, 1, 3, 5, 2 * random.below(50) + 1]);
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, body]);
}

const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

/** Changes some bytes, and sometimes cuts off the end. */
function mutate(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = random.below(6); count > 0; count -= 1) {
    copy[random.below(copy.length)] = random.below(256);
  }
  return random.oneIn(3) ? copy.subarray(0, random.below(copy.length + 1)) : copy;
}

/** Makes the first bytes of a client; `hello` is a valid TLS ClientHello. */
export function firstBytes(random: Random, hello: Buffer): Buffer {
  const request = () => Buffer.from(handshake({ Host: 'localhost' }));
  const kinds = [
    () => bytesOf(random, random.below(200)),
    () => Buffer.concat([makeHeader(random), random.pick([request, () => hello])()]),
    () => mutate(hello, random),
    () => mutate(request(), random),
    () => Buffer.concat([request(), bytesOf(random, random.below(200))]),
    () => mutate(Buffer.concat([Buffer.from(PREFACE), emptySettings]), random),
    () =>
      Buffer.concat([
        Buffer.from(PREFACE),
        emptySettings,
        ...Array.from({ length: random.below(20) }, () => h2Frame(random)),
      ]),
  ];
  return random.pick(kinds)();
}

/** Sends the bytes to a port, in up to three pieces, and leaves with an end or a reset, unless it is thrown out first. */
export async function say(port: number, bytes: Buffer, random: Random): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {}).resume();
  await Promise.race([once(socket, 'connect'), closed]);
  const cuts = [random.below(bytes.length + 1), random.below(bytes.length + 1)].toSorted(
    (a, b) => a - b,
  );
  const [one = 0, two = 0] = cuts;
  const pieces = [bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)];
  for (const piece of random.oneIn(4) ? pieces : [bytes]) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ends = random.oneIn(3);
  if (ends) socket.end();
  // A client that is not thrown out leaves by itself. After an end, Node never reports a reset.
  const timer = setTimeout(() => {
    if (!ends && random.oneIn(2)) socket.resetAndDestroy();
    else socket.destroy();
  }, 30);
  await closed;
  clearTimeout(timer);
}
