/**
 * PROXY headers: read off the wire, believed only from trusted proxies, and sent to targets.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { encodeProxyHeader } from '../../../src/bridge/access/proxy-header.js';
import { readProxyHeader } from '../../../src/bridge/port/proxy-protocol/header.js';
import { Random } from '../../fuzz/random.js';
import {
  handshake,
  openClient,
  openSocket,
  readAll,
  request,
  startBridge,
  startTarget,
} from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';
import { openH2, openH2WebSocket } from '../../helpers/h2.js';
import { lacking } from '../../helpers/need.js';
import { firstSeed } from '../../helpers/first-seed.js';
import { checkHeader, headerV2 } from '../../helpers/proxy-headers.js';

const CLIENT = 'PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\r\n';
const TRUSTED = { trustProxies: ['127.0.0.1'], proxyProtocol: true };
const v4 = Buffer.from([192, 0, 2, 1, 198, 51, 100, 2, 0x10, 0x92, 0x01, 0xbb]);
const ssl = (bits: number) => Buffer.from([0x20, 0, 5, bits, 0, 0, 0, 0]);

const source = { host: '192.0.2.1', port: 4242 };
const destination = { host: '198.51.100.2', port: 443 };

test.each([
  ['version 1', CLIENT, { source, destination, isTls: false }],
  [
    'version 1, IPv6',
    'PROXY TCP6 2001:db8::1 ::1 1 2\r\n',
    { source: { host: '2001:db8::1', port: 1 }, destination: { host: '::1', port: 2 } },
  ],
  ['version 1, unknown', 'PROXY UNKNOWN\r\n', { isTls: false }],
  ['version 1, unknown and more', 'PROXY UNKNOWN ffff::1 x\r\n', { isTls: false }],
  ['version 2', headerV2(1, 0x11, v4), { source, destination, isTls: false }],
  ['version 2 over TLS', headerV2(1, 0x11, Buffer.concat([v4, ssl(1)])), { source, isTls: true }],
  [
    'version 2, TLS fields without TLS',
    headerV2(1, 0x11, Buffer.concat([v4, ssl(0)])),
    { isTls: false },
  ],
  ['a health check', headerV2(0, 0, Buffer.alloc(0)), { isTls: false }],
  ['a unix socket', headerV2(1, 0x31, Buffer.alloc(216)), { isTls: false }],
])('%s is read', (_, text, said) => {
  const bytes = Buffer.from(text);
  const header = readProxyHeader(Buffer.concat([bytes, Buffer.from('GET /')]));
  expect(header).toMatchObject({ ...said, length: bytes.length });
  expect(readProxyHeader(bytes.subarray(0, -1))).toBe('incomplete');
});

test.each([
  ['no header', 'GET / HTTP/1.1\r\n', 'absent'],
  ['a family that is none', 'PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n', 'invalid'],
  ['a name', 'PROXY TCP4 localhost 192.0.2.2 1 2\r\n', 'invalid'],
  ['a zone', 'PROXY TCP6 fe80::1%1 ::1 1 2\r\n', 'invalid'],
  ['a port over 65535', 'PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n', 'invalid'],
  ['a port with a zero in front', 'PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n', 'invalid'],
  ['more words', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n', 'invalid'],
  ['a line without end', `PROXY ${'x'.repeat(101)}`, 'invalid'],
  ['a bare CR', 'PROXY TCP4\r192.0.2.1', 'invalid'],
  ['another version', headerV2(0x10, 0x11, v4), 'invalid'],
  ['a command that is none', headerV2(2, 0x11, v4), 'invalid'],
  ['a length under the addresses', headerV2(1, 0x11, v4.subarray(1)), 'invalid'],
  [
    'a field over the end',
    headerV2(1, 0x11, Buffer.concat([v4, ssl(1).subarray(0, 7)])),
    'invalid',
  ],
  ['a field cut short', headerV2(1, 0x11, Buffer.concat([v4, Buffer.from([4])])), 'invalid'],
])('%s is none', (_, bytes, answer) => {
  expect(readProxyHeader(Buffer.from(bytes))).toBe(answer);
});

const HEADERS = 5_000;

test(`${HEADERS} random and mutated headers read alike whole and cut`, () => {
  for (let seed = firstSeed; seed < firstSeed + HEADERS; seed += 1) {
    expect(checkHeader(new Random(seed)), `seed ${seed}`).toBeUndefined();
  }
});

/** Sends bytes piece by piece and resolves with all that comes back. */
async function say(port: number, ...pieces: (string | Buffer)[]): Promise<string> {
  const socket = await openSocket(port);
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return String(await readAll(socket));
}

const CLOSING = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

test('the log, the limits and plug-ins see the client that the header names', async () => {
  const target = await startTarget();
  const seen: (string | undefined)[] = [];
  const { port, logged, lines } = await startBridge(target.port, {
    ...TRUSTED,
    maxConnectionsPerAddress: 1,
    authenticate: ({ remoteAddress, url }) => {
      seen.push(remoteAddress, new URL(url).protocol);
      return true;
    },
  });
  const cut = Buffer.from(CLIENT + handshake());
  const first = await openSocket(port);
  for (const byte of [cut.subarray(0, 3), cut.subarray(3, 20), cut.subarray(20)]) {
    first.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await logged(/#1 opened: 192\.0\.2\.1:4242 to /);
  expect(seen).toEqual(['192.0.2.1', 'http:']);
  // The same address again, while its first session holds its place; then others.
  expect(await say(port, CLIENT, handshake())).toContain('429');
  expect(lines.find((line) => line.includes('429'))).toContain('192.0.2.1');
  expect(await say(port, CLIENT.replace('2.1 ', '2.7 '), CLOSING)).toContain('200 OK');
  const other = await openSocket(port);
  other.write(headerV2(1, 0x11, Buffer.concat([Buffer.from(v4).fill(9, 3, 4), ssl(1)])));
  other.write(handshake());
  await logged(/opened: 192\.0\.2\.9:4242 to /);
  expect(seen.slice(2)).toEqual(['192.0.2.9', 'https:']);
});

test.skipIf(lacking('openssl'))('over TLS too, after the header', async () => {
  const { cert, key } = makeCertificate(makeDirectory(), 'one');
  const target = await startTarget();
  const { port, logged } = await startBridge(target.port, { ...TRUSTED, tls: { cert, key } });
  const raw = connect(port, '127.0.0.1');
  raw.write(CLIENT);
  const client = connectTls({ socket: raw, rejectUnauthorized: false });
  onTestFinished(() => void client.destroy());
  client.write(handshake());
  await logged(/#1 opened: 192\.0\.2\.1:4242 to /);
});

test('over HTTP/2 with prior knowledge too, after a header in pieces', async () => {
  const target = await startTarget();
  const { port, logged } = await startBridge(target.port, { ...TRUSTED, http2: true });
  const raw = connect(port, '127.0.0.1');
  raw.write(CLIENT.slice(0, 9));
  await once(raw, 'connect');
  raw.write(CLIENT.slice(9));
  await openH2WebSocket(await openH2(port, 'http', raw));
  await logged(/#1 opened: 192\.0\.2\.1:4242 to /);
});

test('the silence of a client counts only after the header', async () => {
  const mail = await startTarget((socket) => socket.end('220 ready\r\n'));
  const { port } = await startBridge(1, {
    ...TRUSTED,
    fallback: { host: '127.0.0.1', port: mail.port },
    silenceTimeout: 300,
  });
  const slow = await openSocket(port);
  const silent = await openSocket(port);
  const answer = readAll(silent);
  await new Promise((resolve) => setTimeout(resolve, 600));
  slow.write(`${CLIENT}GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  silent.write(CLIENT);
  expect(String(await readAll(slow))).toMatch(/^HTTP\/1\.1 200 /);
  expect(String(await answer)).toBe('220 ready\r\n');
});

test('a health check counts as the proxy, and need not say more', async () => {
  const { port, lines } = await startBridge(1, TRUSTED);
  expect(await say(port, headerV2(0, 0, Buffer.alloc(0)), CLOSING)).toContain('200 OK');
  const silent = await openSocket(port);
  silent.end(headerV2(0, 0, Buffer.alloc(0)));
  await once(silent.resume(), 'close');
  const wordless = await openSocket(port);
  wordless.end();
  await once(wordless.resume(), 'close');
  expect(lines.filter((line) => !line.startsWith('answered'))).toEqual([]);
});

test.each([
  ['none', CLOSING],
  ['a broken one', 'PROXY TCP4 x\r\n'],
])('a trusted proxy without a header is cut off: %s', async (_, bytes) => {
  const { port, logged } = await startBridge(1, TRUSTED);
  expect(await say(port, bytes)).toBe('');
  await logged(/#0 refused: 127\.0\.0\.1:\d+, .* 400, Expected a valid PROXY header/);
});

test.each([
  ['1', CLIENT],
  ['2', headerV2(1, 0x11, v4)],
])(
  'a header from elsewhere closes the connection, others are served: version %s',
  async (_, header) => {
    const { port, logged } = await startBridge(1, { ...TRUSTED, trustProxies: ['192.0.2.0/24'] });
    expect(await say(port, header, CLOSING)).toBe('');
    await logged(/#0 refused: 127\.0\.0\.1:\d+, .* 403, .*--trust-proxy/);
    expect((await request(port, CLOSING)).status).toBe(200);
  },
);

test('connections whose header is incomplete count towards the maximum', async () => {
  const { port } = await startBridge(1, { ...TRUSTED, maxConnections: 1 });
  await openSocket(port);
  await vi.waitFor(async () => expect(await say(port, CLIENT, CLOSING)).toContain('503'));
});

test.each(['v1', 'v2'] as const)('a target is told of the client first: %s', async (version) => {
  const received: Buffer[] = [];
  const target = await startTarget((socket) => {
    socket.on('data', (bytes: Buffer) => received.push(bytes));
  });
  const { port } = await startBridge(target.port, { ...TRUSTED, sendProxy: version });
  const client = await openSocket(port);
  client.write(CLIENT + handshake());
  const header =
    version === 'v1' ? Buffer.from(CLIENT) : headerV2(1, 0x11, Buffer.from(v4).fill(1, 3, 4));
  await vi.waitFor(() => expect(Buffer.concat(received).equals(header)).toBe(true));
});

test('without an address, the header says so; over IPv6, both addresses are IPv6', async () => {
  const peer = {
    address: undefined,
    port: 0,
    name: '',
    local: undefined,
    isTls: false,
    serverName: undefined,
    certificate: undefined,
  };
  const local = { host: '::ffff:198.51.100.2', port: 443 };
  const encode = (more: object, version: 'v1' | 'v2' = 'v1') =>
    String(encodeProxyHeader(version, { ...peer, ...more }));
  expect(encode({})).toBe('PROXY UNKNOWN\r\n');
  expect(encode({ address: '::ffff:192.0.2.1', port: 4242, local })).toBe(CLIENT);
  expect(encode({ address: 'fe80::1%eth0', port: 1, local })).toBe(
    'PROXY TCP6 fe80::1 ::ffff:198.51.100.2 1 443\r\n',
  );
  expect(
    readProxyHeader(encodeProxyHeader('v2', { ...peer, address: '2001:db8::1', port: 1, local })),
  ).toMatchObject({
    source: { host: '2001:db8::1', port: 1 },
    destination: local,
  });
  // LOCAL: HAProxy and Apache refuse the command PROXY without addresses.
  expect(encodeProxyHeader('v2', peer).subarray(12)).toEqual(Buffer.from([0x20, 0, 0, 0]));
});

test('direct clients are served as before where no header is expected', async () => {
  const target = await startTarget();
  const { port, logged } = await startBridge(target.port);
  await openClient(port);
  await logged(/#1 opened: 127\.0\.0\.1/);
  expect(await say(port, CLIENT, CLOSING)).toContain('400');
});
