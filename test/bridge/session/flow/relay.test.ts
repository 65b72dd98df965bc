/**
 * corp-relay-v4, packet by packet: sessions begin, confirm, resume and end as specified, and whatever a client or a stranger
 * gets wrong is refused, on its own WebSocket if possible.
 */
import { once } from 'node:events';
import type { ClientOptions } from 'ws';
import { expect, test } from 'vitest';
import {
  handshake,
  request,
  startBridge,
  startEcho,
  startTarget,
} from '../../../helpers/bridge.js';
import { beginBare, resumeBare } from '../../../helpers/flow/bridged.js';
import { arrayPacket, BareRelay, positionPacket } from '../../../helpers/relay.js';

const EXTENSION = `chrome-extension://${'abcdefghijklmnop'.repeat(2)}`;
const MIB = 1024 * 1024;

const relayTo = (target: number, options: Parameters<typeof startBridge>[1] = {}) =>
  startBridge(1, { relayV4: { allowNetworks: ['127.0.0.1'], allowPorts: [target] }, ...options });

const connect = (port: number, target: number, options: ClientOptions = {}) =>
  new BareRelay(port, `/v4/connect?host=127.0.0.1&port=${target}&dstUsername=me`, options);

const reconnect = (port: number, sid: string, ack: number | string, options: ClientOptions = {}) =>
  new BareRelay(port, `/v4/reconnect?sid=${sid}&ack=${ack}`, options);

const data = (text: string) => arrayPacket(4, Buffer.from(text));
const positionOf = (packet: Buffer) => Number(packet.readBigUInt64BE(0));

test('a session: its name, data both ways in arrays, and an ACK for what came', async () => {
  const echo = await startEcho();
  const { port } = await relayTo(echo.port);
  const client = connect(port, echo.port);
  // Secure Shell does not wait for the bridge's first packet.
  await once(client.ws, 'open');
  client.send(data('SSH-2.0-x\r\n'));
  expect(await client.begins()).toMatch(/^[\w-]{22,}$/);
  expect(String((await client.hears(4)).subarray(4))).toBe('SSH-2.0-x\r\n');
  expect(positionOf(await client.hears(7))).toBe(11);
  // The bridge ignores a tag of another version, and an empty array.
  client.send(Buffer.from([0, 99, 1, 2, 3]));
  client.send(data(''));
  for (let at = 0; at < 3; at += 1) client.send(arrayPacket(4, Buffer.alloc(16_384, at)));
  const arrays = [];
  for (let bytes = 0; bytes < 3 * 16_384; bytes += arrays.at(-1)!.length - 4) {
    arrays.push(await client.hears(4));
  }
  expect(arrays.every((array) => array.length - 4 <= 16_384)).toBe(true);
});

test('a reconnect: where it goes on, then the rest, each byte once', async () => {
  const target = await startTarget((socket) => socket.write('0123456789'));
  const { port, logged, lines } = await relayTo(target.port);
  const first = connect(port, target.port);
  const sid = await first.begins();
  await first.hears(4);
  first.send(positionPacket(7, 4));
  first.send(data('abc'));
  const socket = await target.accept();
  await once(socket, 'data');
  first.ws.terminate();
  await logged(/suspended/);
  socket.write('later');

  const second = reconnect(port, sid, 6);
  expect(positionOf(await second.hears(2))).toBe(3);
  let text = '';
  while (text.length < 9) text += String((await second.hears(4)).subarray(4));
  expect(text).toBe('6789later');
  second.send(data('def'));
  expect(String((await once(socket, 'data'))[0])).toBe('def');
  // A WebSocket that is not dead yet makes way for the next.
  const third = reconnect(port, sid, 15);
  await third.hears(2);
  expect(await second.closed).toEqual({ code: 4409, reason: 'The session continues elsewhere.' });
  third.send(data('ghi'));
  third.ws.close();
  let rest = '';
  for await (const bytes of socket) rest += String(bytes);
  expect(rest).toBe('ghi');
  await logged(/closed: 1000/);
  expect(lines.join('\n')).not.toContain(sid);
});

test('the end of the target ends the session, once the client has everything', async () => {
  const target = await startTarget((socket) => socket.resume().end('bye'));
  const { port, logged } = await relayTo(target.port);
  const client = connect(port, target.port);
  const sid = await client.begins();
  await client.hears(4);
  client.ws.terminate();
  await logged(/suspended/);
  const again = reconnect(port, sid, 1);
  expect(String((await again.hears(4)).subarray(4))).toBe('ye');
  again.send(positionPacket(7, 3));
  expect((await again.closed).code).toBe(1000);
  await logged(/closed: 1000/);
  const late = reconnect(port, sid, 3);
  expect((await late.closed).code).toBe(1000);
});

test('a target that fails: its bytes, then 1011 and why', async () => {
  const target = await startTarget((socket) => socket.write('last'));
  const { port } = await relayTo(target.port);
  const client = connect(port, target.port);
  await client.hears(4);
  (await target.accept()).resetAndDestroy();
  client.send(positionPacket(7, 4));
  const { code, reason } = await client.closed;
  expect([code, reason]).toEqual([1011, expect.stringContaining('the target failed')]);
});

test('a clean close is final: the target gets what came, and FIN', async () => {
  const target = await startTarget();
  const { port, logged } = await relayTo(target.port);
  const client = connect(port, target.port);
  const sid = await client.begins();
  client.send(data('quit'));
  client.ws.close();
  const socket = await target.accept();
  let text = '';
  for await (const bytes of socket) text += String(bytes);
  expect(text).toBe('quit');
  socket.end();
  await logged(/closed: 1000/);
  expect((await reconnect(port, sid, 0).closed).code).toBe(1000);
});

test('a client that does not confirm costs the window, and the rest waits at the target', async () => {
  const target = await startTarget((socket) => {
    const write = (): void => {
      while (socket.write(Buffer.alloc(65_536)));
    };
    socket.on('drain', write);
    write();
  });
  const { port, bridge } = await relayTo(target.port);
  const client = connect(port, target.port);
  await client.begins();
  let bytes = 0;
  // A client gets 65,536 bytes at first; its first ACK opens the window.
  while (bytes < 65_536) bytes += (await client.hears(4)).length - 4;
  client.send(positionPacket(7, bytes));
  while (bytes < 65_536 + MIB) bytes += (await client.hears(4)).length - 4;
  const { down } = bridge.carried;
  expect(down).toBeLessThan(2 * MIB);
  client.send(positionPacket(7, bytes));
  await client.hears(4);
});

test('a target that takes nothing stops the client, and all arrives when it does', async () => {
  const target = await startTarget((socket) => socket.pause());
  const { port } = await relayTo(target.port, { flowWindow: 65_536 });
  const client = connect(port, target.port);
  await client.begins();
  const size = 32 * MIB;
  for (let at = 0; at < size; at += 16_384) client.send(arrayPacket(4, Buffer.alloc(16_384, 1)));
  const socket = await target.accept();
  // Waits until nothing moves any more.
  for (let before = -1; before !== client.ws.bufferedAmount;) {
    before = client.ws.bufferedAmount;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect(client.ws.bufferedAmount).toBeGreaterThan(8 * MIB);
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += (chunk as Buffer).length;
    if (bytes === size) break;
  }
  expect(bytes).toBe(size);
});

test('a drain: the session goes on and comes back, others get 503; at its end 1001 and why', async () => {
  const echo = await startEcho();
  const { port, bridge, logged } = await relayTo(echo.port);
  const client = connect(port, echo.port);
  const sid = await client.begins();
  client.ws.terminate();
  await logged(/suspended/);
  const ended = bridge.close({ drain: 60_000 });
  expect((await connect(port, echo.port).closed).code).toBe(1006);
  const back = reconnect(port, sid, 0);
  await back.hears(2);
  void bridge.close();
  expect(await back.closed).toEqual({ code: 1001, reason: 'The bridge is shutting down.' });
  await ended;
});

test.each<[string, Buffer | string, number]>([
  ['a packet of a byte', Buffer.alloc(1), 1002],
  ['an empty packet', Buffer.alloc(0), 1002],
  ['an ACK that is cut off', positionPacket(7, 0).subarray(0, 9), 1002],
  ['an ACK with more behind it', Buffer.concat([positionPacket(7, 0), Buffer.alloc(1)]), 1002],
  ['an ACK of what was not sent', positionPacket(7, 100), 4400],
  ['an ACK of 2^53', positionPacket(7, 2n ** 53n), 1002],
  ['an ACK of 2^64 - 1', positionPacket(7, 2n ** 64n - 1n), 1002],
  ['an array without its length', Buffer.from([0, 4, 0, 0]), 1002],
  ['an array shorter than it says', arrayPacket(4, Buffer.alloc(9), 10), 1002],
  ['an array longer than it says', arrayPacket(4, Buffer.alloc(11), 10), 1002],
  ['an array of 4 GiB', arrayPacket(4, Buffer.alloc(10), 2 ** 32 - 1), 1002],
  ['an array over 16 KiB', arrayPacket(4, Buffer.alloc(16_385)), 1009],
  ['text', 'hello', 1003],
])('a client that sends %s ends its session', async (_, message, code) => {
  const target = await startTarget();
  const { port, logged } = await relayTo(target.port);
  const client = connect(port, target.port);
  const sid = await client.begins();
  client.ws.send(message);
  expect((await client.closed).code).toBe(code);
  (await target.accept()).destroy();
  await logged(new RegExp(`closed: ${code}`));
  expect((await reconnect(port, sid, 0).closed).code).toBeGreaterThan(1000);
});

test('an ACK that decreases is a violation, too', async () => {
  const target = await startTarget((socket) => socket.write('12345'));
  const { port } = await relayTo(target.port);
  const client = connect(port, target.port);
  await client.hears(4);
  client.send(positionPacket(7, 5));
  client.send(positionPacket(7, 4));
  expect((await client.closed).code).toBe(4400);
});

test('packets in pieces, or many in one read, are decoded alike', async () => {
  const target = await startTarget();
  const { port } = await relayTo(target.port);
  const client = connect(port, target.port);
  await client.begins();
  const packet = data('fragmented');
  client.ws.send(packet.subarray(0, 3), { fin: false });
  client.ws.send(packet.subarray(3, 8), { fin: false });
  client.ws.send(packet.subarray(8), { fin: true });
  for (let count = 0; count < 1000; count += 1) client.send(data('+'));
  client.ws.send(data('!'), { fin: false });
  client.ws.send(Buffer.alloc(0), { fin: true });
  const accepted = await target.accept();
  let text = '';
  for await (const bytes of accepted) {
    text += String(bytes);
    if (text.endsWith('!')) break;
  }
  expect(text).toBe(`fragmented${'+'.repeat(1000)}!`);
});

test.each<[string, (sid: string) => [sid: string, ack: number | string], number]>([
  ['a guess', () => ['A'.repeat(22), 0], 4404],
  ['bytes that were not sent', (sid) => [sid, 6], 4400],
  ['bytes that were confirmed', (sid) => [sid, 2], 4400],
  ['no offset', (sid) => [sid, ''], 1006],
  ['a negative offset', (sid) => [sid, -1], 1006],
  ['a fraction', (sid) => [sid, '1.5'], 1006],
  ['2^53', (sid) => [sid, String(2 ** 53)], 1006],
  ['a name that is none', () => ['%0d%0a', 0], 1006],
  ['a name without end', () => ['A'.repeat(5000), 0], 1006],
  ['two names', (sid) => [`${sid}&sid=${sid}`, 5], 1006],
])('a reconnect with %s is refused, and the session goes on', async (_, lie, code) => {
  const target = await startTarget((socket) => socket.write('12345'));
  const { port } = await relayTo(target.port);
  const client = connect(port, target.port);
  const sid = await client.begins();
  await client.hears(4);
  client.send(positionPacket(7, 3));
  client.send(data('?'));
  await client.hears(7);
  expect((await reconnect(port, ...lie(sid)).closed).code).toBe(code);
  client.send(data('!'));
  expect(positionOf(await client.hears(7))).toBe(2);
});

test("another user with the session's name gets 4403, and no other protocol can resume it", async () => {
  const echo = await startEcho();
  const { port } = await relayTo(echo.port, {
    target: { host: '127.0.0.1', port: echo.port },
    allowOrigins: [EXTENSION, 'https://other.example'],
  });
  const owner = { headers: { Origin: EXTENSION } };
  const client = connect(port, echo.port, owner);
  const sid = await client.begins();
  expect((await reconnect(port, sid, 0).closed).code).toBe(4403);
  const other = { headers: { Origin: 'https://other.example' } };
  expect((await reconnect(port, sid, 0, other).closed).code).toBe(4403);
  expect(await (await resumeBare(port, { resume: sid }, owner)).closed).toBe(4404);
  const { session } = await beginBare(port);
  expect((await reconnect(port, session, 0).closed).code).toBe(4404);
  client.send(data('alive'));
  await client.hears(4);
});

test.each<[string, string, number]>([
  ['a port that is not allowed', 'host=127.0.0.1&port=9', 403],
  ['a network that is not allowed', 'host=127.0.0.2&port=PORT', 403],
  ['this machine in decimal', 'host=2130706434&port=PORT', 403],
  ['a metadata address', 'host=169.254.169.254&port=PORT', 403],
  ['an IPv6 form of one', 'host=::ffff:169.254.169.254&port=PORT', 403],
  ['no port', 'host=127.0.0.1', 400],
  ['a port over 65535', 'host=127.0.0.1&port=65536', 400],
  ['no host', 'port=PORT', 400],
  ['two hosts', 'host=127.0.0.1&host=127.0.0.2&port=PORT', 400],
  ['a host with a port', 'host=127.0.0.1:9&port=PORT', 400],
  ['a host with a NUL', 'host=127.0.0.1%00.example&port=PORT', 400],
  ['a unix socket', 'host=unix:/tmp/x&port=PORT', 400],
])('%s is refused before anything is dialled', async (_, query, status) => {
  const target = await startTarget();
  const { port } = await relayTo(target.port);
  const path = `/v4/connect?${query.replace('PORT', String(target.port))}`;
  const text = handshake({ 'Sec-WebSocket-Protocol': 'ssh' }).replace('GET / ', `GET ${path} `);
  expect((await request(port, text)).status).toBe(status);
  expect(target.sockets).toHaveLength(0);
});

test('other origins, other subprotocols and a bridge without the option', async () => {
  const echo = await startEcho();
  const relay = await relayTo(echo.port, { allowOrigins: [EXTENSION] });
  const path = `/v4/connect?host=127.0.0.1&port=${echo.port}`;
  const ask = async (port: number, headers: Record<string, string>) =>
    (await request(port, handshake(headers).replace('GET / ', `GET ${path} `))).status;
  const ssh = { 'Sec-WebSocket-Protocol': 'ssh' };
  const stranger = `chrome-extension://${'p'.repeat(32)}`;
  expect(await ask(relay.port, { ...ssh, Origin: stranger })).toBe(403);
  expect(await ask(relay.port, {})).toBe(400);
  expect(await ask(relay.port, { 'Sec-WebSocket-Protocol': 'binary' })).toBe(400);
  await connect(relay.port, echo.port, { headers: { Origin: EXTENSION } }).begins();
  const plain = await startBridge(echo.port);
  expect(await ask(plain.port, ssh)).toBe(400);
});

test('200,000 ACKs in a row cost no memory', async () => {
  const target = await startTarget((socket) => socket.pause());
  const { port } = await relayTo(target.port);
  const client = connect(port, target.port);
  await client.begins();
  const before = process.memoryUsage().rss;
  for (let count = 0; count < 200_000; count += 1) client.send(positionPacket(7, 0));
  client.send(data('?'));
  await client.hears(7);
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * MIB);
});
