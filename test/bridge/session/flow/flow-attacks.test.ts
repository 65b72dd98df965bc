/**
 * What strangers and lying clients try with sessions of the flow protocol: all of it is refused and bounded, and a
 * refused resume never hurts the session.
 */
import { once } from 'node:events';
import type { ClientOptions } from 'ws';
import { expect, test } from 'vitest';
import { frame, openRaw, startBridge, startEcho, startTarget } from '../../../helpers/bridge.js';
import { BareClient, beginBare, resumeBare } from '../../../helpers/flow/bridged.js';

const MIB = 1024 * 1024;

const asUser = (name: string): ClientOptions => ({
  headers: { Authorization: `Basic ${Buffer.from(`${name}:secret`).toString('base64')}` },
});

/** Checks that the session still echoes. */
async function expectAlive(client: BareClient): Promise<void> {
  const before = client.bytes;
  client.ws.send(Buffer.from('alive'));
  while (client.bytes < before + 5) await once(client.ws, 'message');
}

test('guessed and misspelt names: 4404 and 4400, and none counts as a failure', async () => {
  const { port, lines } = await startBridge((await startEcho()).port);
  for (let guess = 0; guess < 30; guess += 1) {
    const name = String(guess).padStart(22, 'A');
    expect(await (await resumeBare(port, { resume: name })).closed).toBe(4404);
  }
  expect(await (await resumeBare(port, { resume: 'short' })).closed).toBe(4400);
  expect(await (await resumeBare(port, { ping: 1 })).closed).toBe(4400);
  expect(lines).toEqual([]);
});

test.each<[string, ClientOptions, ClientOptions]>([
  [
    'another origin',
    { headers: { Origin: 'http://a.example' } },
    { headers: { Origin: 'http://b.example' } },
  ],
  ['no origin', { headers: { Origin: 'http://a.example' } }, {}],
  ['another user', asUser('ann'), asUser('bob')],
  ['no user', asUser('ann'), {}],
  [
    'another host of the port',
    { headers: { Host: 'a.example' } },
    { headers: { Host: 'b.example' } },
  ],
])('somebody with the name, but %s: 4403', async (_, owner, thief) => {
  const allowOrigins = ['http://a.example', 'http://b.example'];
  const hosts = { allowHosts: ['a.example'], vhosts: [{ names: ['b.example'] }] };
  const { port } = await startBridge((await startEcho()).port, { allowOrigins, ...hosts });
  const { client, session } = await beginBare(port, owner);
  expect(await (await resumeBare(port, { resume: session }, thief)).closed).toBe(4403);
  await expectAlive(client);
  const back = await resumeBare(port, { resume: session }, owner);
  await back.hears('received');
  expect(await client.closed).toBe(4409);
});

test('a client that may not begin a session may not resume one', async () => {
  let isAllowed = true;
  const refusal = { status: 401, message: 'Who?' };
  const { port, logged } = await startBridge((await startEcho()).port, {
    authenticate: () => isAllowed || refusal,
  });
  const { client, session } = await beginBare(port);
  isAllowed = false;
  const thief = new BareClient(port, 'v1.resume.flow.websock');
  expect(await thief.closed).toBe(1006);
  await logged(/401, Who\?/);
  await expectAlive(client);
  isAllowed = true;
  await (await resumeBare(port, { resume: session })).hears('received');
});

test.each<[string, object, number]>([
  ['received beyond what was sent', { received: 6 }, 4400],
  ['received below what was confirmed', { received: 2 }, 4400],
  ['an end that never was', { received: 5, ended: true }, 4400],
  ['a try that was before', { try: 1 }, 4409],
  ['another object', { try: 9, by: 'copy' }, 4409],
])('a resume with %s: refused, and the session goes on', async (_, lie, code) => {
  const target = await startTarget((socket) => socket.write('12345'));
  const { port } = await startBridge(target.port);
  const { client: first, session } = await beginBare(port);
  while (first.bytes < 5) await once(first.ws, 'message');
  first.say({ received: 3, limit: 65_536 });
  const client = await resumeBare(port, { resume: session, try: 2, received: 4 });
  await client.hears('received');
  const answer = { resume: session, try: 3, received: 4, ...lie };
  expect(await (await resumeBare(port, answer)).closed).toBe(code);
  client.say({ ping: 1 });
  await client.hears('pong');
});

test.each<[string, (client: BareClient) => void, number]>([
  ['received beyond what was sent', (c) => c.say({ received: 1, limit: 65_536 }), 4400],
  [
    'a second "session" or "resume"',
    (c) => c.say({ session: 'A'.repeat(22), linger: 1, limit: 1 }),
    4400,
  ],
  ['text that is no control', (c) => c.ws.send('hello'), 4400],
  ['control over 1,024 bytes', (c) => c.ws.send(`{"ping":1${' '.repeat(1024)}}`), 4400],
  ['a billion', (c) => c.ws.send('{"ping":1e999}'), 4400],
  ['digits without end', (c) => c.ws.send(`{"ping":${'9'.repeat(60_000)}}`), 4400],
  ['control of 1 MiB', (c) => c.ws.send(' '.repeat(MIB)), 1009],
  ['a message over 65,536 bytes', (c) => c.ws.send(Buffer.alloc(65_537)), 1009],
  ['an empty message', (c) => c.ws.send(Buffer.alloc(0)), 4400],
  ['an end before its bytes', (c) => c.say({ end: 5 }), 4400],
  [
    'bytes beyond the limit',
    (c) => Array.from({ length: 200 }, () => c.ws.send(Buffer.alloc(65_536))),
    4400,
  ],
])('a client that sends %s ends its session', async (_, act, code) => {
  // It reads nothing, and the system buffers only a limited amount for it.
  const target = await startTarget((socket) => socket.pause());
  const { port, logged } = await startBridge(target.port);
  const { client } = await beginBare(port);
  act(client);
  expect(await client.closed).toBe(code);
  (await target.accept()).destroy();
  await logged(new RegExp(`closed: ${code}`));
});

test('200,000 pings from a client that does not read: only one pong waits', async () => {
  const { port } = await startBridge((await startEcho()).port);
  const { socket, frames } = await openRaw(port, Buffer.alloc(0), 'v1.flow.websock');
  socket.pause();
  const before = process.memoryUsage().rss;
  const some = Buffer.concat(Array<Buffer>(10_000).fill(frame(0x81, '{"ping":1}')));
  for (let count = 0; count < 20; count += 1) {
    await new Promise((resolve) => socket.write(some, resolve));
  }
  socket.write(frame(0x81, '{"ping":2}'));
  socket.resume();
  const pongs = (await frames((all) => all.some(({ payload }) => payload.includes('"pong":2'))))
    .map(({ payload }) => String(payload))
    .filter((text) => text.includes('pong'));
  expect(pongs.length).toBeLessThan(20_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB);
});

test('a limit that falls is ignored', async () => {
  const target = await startTarget();
  const { port } = await startBridge(target.port);
  const { client } = await beginBare(port);
  client.say({ received: 0, limit: 10 });
  client.say({ ping: 1 });
  await client.hears('pong');
  (await target.accept()).write(Buffer.alloc(100_000));
  while (client.bytes < 100_000) await once(client.ws, 'message');
});

test('a storm of resumes: 64 silent ones are kept, and the others refused', async () => {
  const { port, logged } = await startBridge((await startEcho()).port);
  const { client, session } = await beginBare(port);
  const silent = Array.from({ length: 64 }, () => new BareClient(port, 'v1.resume.flow.websock'));
  await Promise.all(silent.map(({ ws }) => once(ws, 'open')));
  expect(await new BareClient(port, 'v1.resume.flow.websock').closed).toBe(1006);
  await logged(/503, Too many clients are reconnecting at once/);
  await expectAlive(client);
  silent[0]?.say({ resume: session, try: 1, by: 'me', received: 5, limit: 65_536 });
  await silent[0]?.hears('received');
  const next = await resumeBare(port, { resume: session, try: 2, received: 5 });
  await next.hears('received');
});

test('a session that is taken over again and again keeps only one former WebSocket', async () => {
  const { port } = await startBridge((await startEcho()).port);
  const { client, session } = await beginBare(port);
  // It never answers a close frame, so only the bridge can end it.
  client.ws.pause();
  const second = await resumeBare(port, { resume: session, try: 1 });
  await second.hears('received');
  await (await resumeBare(port, { resume: session, try: 2 })).hears('received');
  client.ws.resume();
  expect([1006, 4409]).toContain(await client.closed);
});

test('no name of a session gets into the log', async () => {
  const { port, lines, logged } = await startBridge((await startEcho()).port);
  const { client, session } = await beginBare(port);
  client.ws.terminate();
  await logged(/suspended/);
  const back = await resumeBare(port, { resume: session });
  await back.hears('received');
  await logged(/resumed/);
  back.ws.close(4400);
  await logged(/closed/);
  expect(lines.join('\n')).not.toContain(session);
});
