/**
 * Sessions of the flow protocol, end to end: the SDK, a network that cuts, the bridge, a real target.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { signedTargets, signTarget } from '../../../../src/bridge/index.js';
import { flow } from '../../../../src/flow/index.js';
import { Websock } from '../../../../src/index.js';
import {
  openSocket,
  request,
  startBridge,
  startEcho,
  startTarget,
} from '../../../helpers/bridge.js';
import { ask } from '../../../helpers/access.js';
import { cuttable } from '../../../helpers/flow/cuttable.js';
import {
  BareClient,
  beginBare,
  hash,
  openFlow,
  resumeBare,
} from '../../../helpers/flow/bridged.js';

const MIB = 1024 * 1024;
const HEALTH = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** A network in front of the bridge, which can be cut. */
async function network(port: number) {
  const cutter = await cuttable(port);
  onTestFinished(() => cutter.close());
  return cutter;
}

test('the flow protocol is preferred, and without --linger it is not offered', async () => {
  const target = await startEcho();
  const on = await startBridge(target.port);
  expect((await openFlow(on.port)).protocol).toBe('v1.flow.websock');
  const off = await startBridge(target.port, { linger: 0 });
  const plain = await openFlow(off.port);
  expect(plain.protocol).toBe('binary');
  plain.send('plain');
  expect(String(new TextDecoder().decode(await plain.read(5)))).toBe('plain');
  const refused = new BareClient(off.port, 'v1.resume.flow.websock');
  expect(await refused.closed).toBe(1006);
});

test('cuts at any place cost no byte, either way', { timeout: 60_000 }, async () => {
  const target = await startEcho();
  const { port, lines } = await startBridge(target.port);
  const cutter = await network(port);
  const sock = await openFlow(cutter.port);
  const sent = randomBytes(12 * MIB);
  let suspensions = 0;
  sock.on('suspended', () => (suspensions += 1));
  const write = async () => {
    for (let at = 0; at < sent.length; at += 100_000) {
      await sock.write(sent.subarray(at, at + 100_000));
      // The cuts depend on the position, not on time: a fast machine must not finish between two of them.
      if (at % 1_000_000 === 0) {
        cutter.cut();
        await sock.once('resumed');
      }
    }
  };
  const [received] = await Promise.all([sock.read(sent.length), write()]);
  expect(hash(received)).toBe(hash(sent));
  expect(suspensions).toBeGreaterThan(5);
  expect(target.sockets).toHaveLength(1);
  const events = lines.map((line) => line.split(/[ :]/)[1]);
  expect(events).toContain('suspended');
  expect(events).toContain('resumed');
  sock.close();
  expect((await sock.closed).code).toBe(1000);
});

test('after end() the target still answers, for as long as it takes', async () => {
  const answer = randomBytes(10 * MIB);
  const target = await startTarget((socket) => {
    socket.resume().once('end', () => socket.end(answer));
  });
  const { port, logged } = await startBridge(target.port);
  const sock = await openFlow(port, { halfOpen: true });
  sock.send('question');
  await sock.end();
  expect(hash(await sock.read(answer.length))).toBe(hash(answer));
  expect(await sock.readSome()).toBeNull();
  expect(await logged(/closed/)).toMatch(
    /closed: 1000, both sides closed, 8 bytes up, 10485760 down/,
  );
});

test('what the target sends while the client is away waits for it', async () => {
  const target = await startTarget();
  const { port, logged } = await startBridge(target.port);
  const cutter = await network(port);
  const sock = await openFlow(cutter.port);
  const socket = await target.accept();
  cutter.refuse(true);
  cutter.cut();
  await logged(/suspended/);
  const bytes = randomBytes(100_000);
  socket.write(bytes);
  cutter.refuse(false);
  expect(hash(await sock.read(bytes.length))).toBe(hash(bytes));
});

test('a target that fails: its bytes, then the error, and the log says 1011', async () => {
  const target = await startTarget((socket) => {
    socket.once('data', () => socket.write('last', () => socket.resetAndDestroy()));
  });
  const { port, logged } = await startBridge(target.port);
  const sock = await openFlow(port);
  const failed = sock.once('error');
  sock.send('go');
  expect(new TextDecoder().decode(await sock.read(4))).toBe('last');
  expect((await failed).message).toContain('the target failed: ECONNRESET');
  expect(await logged(/closed/)).toMatch(/closed: 1011, the target failed: ECONNRESET/);
});

test('close() gives the target its FIN', async () => {
  const target = await startTarget((socket) => socket.resume().on('end', () => socket.end()));
  const { port, logged } = await startBridge(target.port);
  const sock = await openFlow(port);
  const socket = await target.accept();
  sock.send('bye');
  sock.close();
  await once(socket, 'end');
  expect((await sock.closed).code).toBe(1000);
  await logged(/closed: 1000/);
});

test('a client that stays away: the session expires, the target gets what came and FIN', async () => {
  let received = '';
  const target = await startTarget((socket) => {
    socket.on('data', (chunk) => (received += String(chunk))).on('end', () => socket.end());
  });
  const { port, logged } = await startBridge(target.port, { linger: 300 });
  const cutter = await network(port);
  const sock = await openFlow(cutter.port);
  sock.send('some');
  await sock.drained({ below: 1 });
  cutter.refuse(true);
  cutter.cut();
  await logged(/expired: The client did not come back in time/);
  await logged(/closed: 1006/);
  expect(received).toBe('some');
  expect((await sock.closed).code).toBe(1006);
});

test('too many suspended sessions: the one suspended longest is dropped', async () => {
  const target = await startEcho();
  const { port, logged, lines } = await startBridge(target.port, { maxSuspended: 2 });
  for (let count = 0; count < 3; count += 1) {
    const client = new BareClient(port, 'v1.flow.websock');
    await client.hears('session');
    client.say({ received: 0, limit: 65_536 });
    client.ws.terminate();
    await logged(new RegExp(`#${count + 1} suspended`));
  }
  await logged(/#1 expired: too many sessions/);
  expect(lines.filter((line) => line.includes('expired'))).toHaveLength(1);
});

test('a suspended session keeps its place among the connections', async () => {
  const target = await startEcho();
  const { port, logged } = await startBridge(target.port, { maxConnections: 1 });
  const cutter = await network(port);
  const sock = await openFlow(cutter.port);
  cutter.refuse(true);
  cutter.cut();
  await logged(/suspended/);
  expect(await ask(port, '/')).toBe(503);
  cutter.refuse(false);
  await sock.once('resumed');
});

test('a client comes back to a full bridge; others are refused', async () => {
  const { port } = await startBridge((await startEcho()).port, { maxConnections: 2 });
  const { client, session } = await beginBare(port);
  await openSocket(port);
  expect(await ask(port, '/')).toBe(503);
  expect((await request(port, HEALTH)).status).toBe(503);
  // A plain request resumes nothing, whatever subprotocol it offers.
  const offer = 'Sec-WebSocket-Protocol: v1.resume.flow.websock\r\n\r\n';
  expect((await request(port, HEALTH.replace(/\r\n$/, offer))).status).toBe(503);
  // The bridge does not know yet that the client's first WebSocket is dead.
  const back = await resumeBare(port, { resume: session });
  await back.hears('received');
  expect(await client.closed).toBe(4409);
});

test('beyond the limits 64 connections wait to come back, and no more', async () => {
  const { port, logged } = await startBridge((await startEcho()).port, { maxConnections: 1 });
  const { client } = await beginBare(port);
  const silent = Array.from({ length: 64 }, () => openSocket(port));
  await Promise.all(silent);
  expect((await request(port, '')).status).toBe(503);
  await logged(/#0 refused: .*, 503, Too many connections/);
  // A place that becomes free is reserved for one of them.
  client.ws.terminate();
  await logged(/#1 suspended/);
  expect((await request(port, HEALTH)).status).toBe(503);
});

test('a drain: the session goes on and resumes, others get 503; at its end reset and 1001', async () => {
  const target = await startEcho();
  const { port, bridge } = await startBridge(target.port);
  const cutter = await network(port);
  const sock = await openFlow(cutter.port);
  const ended = bridge.close({ drain: 1_000 });
  cutter.cut();
  await sock.once('resumed');
  expect(await ask(port, '/')).toBe(503);
  const failed = sock.once('error');
  await ended;
  expect((await failed).message).toBe('The session is lost: The bridge is shutting down.');
});

test('a suspended socket that was disposed does not keep Node running, though bytes are unconfirmed', async () => {
  const { port: target } = await startTarget();
  const cutter = await network((await startBridge(target)).port);
  const program = `
    import { once } from 'node:events';
    import { WebSocket } from 'ws';
    import { Websock } from 'websock-client';
    import { flow } from 'websock-client/flow';
    const sock = new Websock({ WebSocket, flow: flow() });
    sock.open('ws://127.0.0.1:${cutter.port}/');
    await sock.opened;
    console.log('open');
    await once(process.stdin, 'data');
    process.stdin.destroy();
    sock.send('unconfirmed');
    console.log('sent');
    await sock.once('suspended');
    sock.dispose();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  cutter.stall();
  child.stdin.write('now');
  await once(child.stdout, 'data');
  await cutter.close();
  expect(await exited).toEqual([0, null]);
});

test('--run-once: the bridge waits for its one session to be over, suspended or not', async () => {
  const target = await startEcho();
  const { port, bridge } = await startBridge(target.port, { runOnce: true });
  const cutter = await network(port);
  const sock = await openFlow(cutter.port);
  cutter.cut();
  await sock.once('resumed');
  sock.send('still');
  expect(new TextDecoder().decode(await sock.read(5))).toBe('still');
  sock.close();
  await bridge.closed;
});

test('a suspended session is a client to the idle timeout', async () => {
  const target = await startEcho();
  const { port, bridge, logged } = await startBridge(target.port, {
    idleTimeout: 400,
    linger: 1_000,
  });
  const { client } = await beginBare(port);
  client.ws.terminate();
  await logged(/expired: The client did not come back in time/);
  await bridge.closed;
});

test('a signature that works once lets in once; its resume needs none', async () => {
  const target = await startEcho();
  const secret = randomBytes(32);
  const { port } = await startBridge(0, { target: signedTargets(secret, { once: true }) });
  const cutter = await network(port);
  const query = signTarget({ secret, target: `127.0.0.1:${target.port}` });
  const sock = new Websock({ WebSocket: WebSocket as never, flow: flow({ retry: () => 20 }) });
  onTestFinished(() => sock.dispose());
  sock.open(`ws://127.0.0.1:${cutter.port}/?${query}`);
  await sock.opened;
  cutter.cut();
  await sock.once('resumed');
  sock.send('again');
  expect(new TextDecoder().decode(await sock.read(5))).toBe('again');
});

test('a token that has expired meanwhile lets nobody in anew; its session resumes', async () => {
  const target = await startEcho();
  let isValid = true;
  const { port } = await startBridge(0, {
    target: () => (isValid ? { host: '127.0.0.1', port: target.port } : undefined),
  });
  const cutter = await network(port);
  const sock = await openFlow(cutter.port);
  isValid = false;
  cutter.cut();
  await sock.once('resumed');
  expect(await ask(port, '/')).toBe(403);
  sock.send('again');
  expect(new TextDecoder().decode(await sock.read(5))).toBe('again');
});

test('suspended sessions hold 256 MiB in sum: the one that waits longest goes first', async () => {
  const size = 100 * MIB;
  const target = await startTarget();
  const { port, logged, lines } = await startBridge(target.port, { flowWindow: size });
  for (const id of [1, 2, 3]) {
    const { client } = await beginBare(port);
    client.say({ received: 0, limit: 2 * size });
    client.say({ ping: 1 });
    await client.hears('pong');
    client.ws.terminate();
    await logged(new RegExp(`#${id} suspended`));
    target.sockets[id - 1]?.write(Buffer.alloc(size));
  }
  await logged(/#1 expired: suspended sessions hold too much/);
  expect(lines.filter((line) => line.includes('expired'))).toHaveLength(1);
});

test('a client that does not read costs the window, and the rest waits at the target', async () => {
  const target = await startTarget();
  const { port } = await startBridge(target.port, { flowWindow: 65_536 });
  const client = new BareClient(port, 'v1.flow.websock');
  expect(await client.hears('session')).toMatchObject({ limit: 65_536, linger: 120_000 });
  client.say({ received: 0, limit: 100_000 });
  const socket = await target.accept();
  socket.write(Buffer.alloc(200_000));
  while (client.bytes < 100_000) await once(client.ws, 'message');
  client.say({ ping: 1 });
  await client.hears('pong');
  expect(client.bytes).toBe(100_000);
});

test('the bridge announces its route, for a balancer', async () => {
  const target = await startEcho();
  const { port } = await startBridge(target.port, { flowRoute: 'east-1' });
  const client = new BareClient(port, 'v1.flow.websock');
  expect(await client.hears('session')).toMatchObject({ route: 'east-1' });
});
