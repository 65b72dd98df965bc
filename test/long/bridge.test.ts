/**
 * Tests that take a minute: many slow clients, random bytes, stalled readers. Part of `npm run test:long`.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type WebSocket from 'ws';
import {
  closeCode,
  flood,
  frame,
  handshake,
  newClient,
  openClient,
  openRaw,
  openSocket,
  readAll,
  startEcho,
  startTarget,
} from '../helpers/bridge.js';
import { listenCommand } from '../helpers/command.js';
import { skip } from '../helpers/need.js';

/** A process's resident memory, in MB. */
function residentMemory(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1000;
}

/** Pseudorandom numbers from 0 to 1, the same in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The reason to skip if a process may not open enough files: each client takes two in the bridge and two in the test. */
function tooFewFiles(needed: number): string | undefined {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const limit = Number(/^Max open files +(\d+)/m.exec(limits)?.[1]);
  return limit < needed ? skip(`${limit} open files are too few, ${needed} are wanted`) : undefined;
}

const reason = process.platform === 'linux' ? undefined : skip('/proc is missing');
const tooFew = reason ?? tooFewFiles(10_500);

describe.skipIf(reason)('a built bridge', () => {
  test('1,000 slow handshakes do not delay a good client, and are dropped in time', async () => {
    const target = await startEcho();
    const { port } = await listenCommand('0', `127.0.0.1:${target.port}`);
    const slow: Socket[] = [];
    for (let i = 0; i < 1_000; i += 1) slow.push(await openSocket(port));
    const gone = Promise.all(slow.map((socket) => readAll(socket)));
    const started = performance.now();
    const headers = [...handshake()];
    const drip = setInterval(() => {
      const next = headers.shift() ?? '';
      for (const socket of slow) socket.write(next);
    }, 500);
    const times: number[] = [];
    while (performance.now() - started < 8_000) {
      const before = performance.now();
      const ws = newClient(port);
      await once(ws, 'open');
      times.push(performance.now() - before);
      ws.terminate();
      await setTimeout(50);
    }
    times.sort((a, b) => a - b);
    const median = times[times.length >> 1] ?? Infinity;
    await gone;
    clearInterval(drip);
    console.log(`slow handshakes: ${times.length} good clients, median ${median.toFixed(1)} ms`);
    expect(median).toBeLessThan(100);
    console.log(
      `slow handshakes: all gone after ${((performance.now() - started) / 1e3).toFixed(1)} s`,
    );
    expect(performance.now() - started).toBeLessThan(20_000);
  }, 120_000);

  test('100,000 random and mutated byte strings: no crash, no leak, the next good client works', async () => {
    const target = await startTarget((socket) => socket.pipe(socket));
    const { port, child } = await listenCommand('0', `127.0.0.1:${target.port}`);
    const random = randomNumbers(7);
    const whole = Buffer.concat([
      Buffer.from(handshake()),
      ...[1, 100, 1_000].map((length) => frame(0x82, Buffer.alloc(length))),
      frame(0x89, 'ping'),
      frame(0x88),
    ]);
    const make = (): Buffer => {
      if (random() < 0.3) {
        return Buffer.from(Array.from({ length: random() * 200 }, () => random() * 256));
      }
      const bytes = Buffer.from(whole);
      // Most changes come after the handshake, so that many connections get past it.
      const from = random() < 0.7 ? bytes.indexOf('\r\n\r\n') + 4 : 0;
      for (let i = 0; i < 1 + random() * 4; i += 1) {
        bytes[from + Math.floor(random() * (bytes.length - from))] = random() * 256;
      }
      return bytes.subarray(0, random() < 0.5 ? bytes.length : random() * bytes.length);
    };
    const send = async (count: number) => {
      for (let sent = 0; sent < count; sent += 1) {
        const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
        socket.end(make());
        await new Promise((resolve) => socket.resume().once('close', resolve));
      }
    };
    const rounds = async (count: number) => {
      await Promise.all(Array.from({ length: 20 }, () => send(count / 20)));
    };
    await rounds(20_000);
    const before = residentMemory(child.pid);
    await rounds(80_000);
    const after = residentMemory(child.pid);
    console.log(`random bytes: 100000 sent, ${before.toFixed(0)} MB, then ${after.toFixed(0)} MB`);
    expect(after - before).toBeLessThan(100);
    const ws = await openClient(port);
    ws.send(Buffer.from('good'));
    expect(String((await once(ws, 'message'))[0])).toBe('good');
  }, 300_000);

  test('100 stalled readers for 60 s cost less than 200 MB', async () => {
    const target = await startTarget(flood);
    const { port, child } = await listenCommand('0', `127.0.0.1:${target.port}`);
    const before = residentMemory(child.pid);
    const clients = await Promise.all(Array.from({ length: 100 }, () => openRaw(port)));
    for (const { socket } of clients) socket.pause();
    let most = 0;
    const started = performance.now();
    while (performance.now() - started < 60_000) {
      await setTimeout(500);
      most = Math.max(most, residentMemory(child.pid) - before);
    }
    console.log(`stalled readers: 100, ${most.toFixed(0)} MB more`);
    expect(most).toBeLessThan(200);
  }, 120_000);

  test('1,000 clients at once each get their own stream back', async () => {
    const target = await startEcho();
    const { port } = await listenCommand('0', `127.0.0.1:${target.port}`);
    const clients: WebSocket[] = [];
    for (let i = 0; i < 1_000; i += 1) clients.push(newClient(port));
    await Promise.all(clients.map((ws) => once(ws, 'open')));
    const started = performance.now();
    const right = await Promise.all(
      clients.map(async (ws, index) => {
        const bytes = Buffer.alloc(50_000, `${index} `);
        const received: Buffer[] = [];
        ws.on('message', (data: Buffer) => received.push(data));
        for (let at = 0; at < bytes.length; at += 10_000) ws.send(bytes.subarray(at, at + 10_000));
        while (received.reduce((sum, { length }) => sum + length, 0) < bytes.length) {
          await once(ws, 'message');
        }
        const closed = closeCode(ws);
        ws.close();
        await closed;
        return Buffer.concat(received).equals(bytes);
      }),
    );
    const whole = right.filter(Boolean).length;
    const seconds = ((performance.now() - started) / 1e3).toFixed(1);
    console.log(`clients at once: 1000, ${whole} got back all that they sent, in ${seconds} s`);
    expect(whole).toBe(1_000);
  }, 120_000);

  test.skipIf(tooFew)(
    '5,000 silent clients are all still served',
    async () => {
      const target = await startEcho();
      const everyone = ['--max-connections-per-address', '0'];
      const { port, child } = await listenCommand(...everyone, '0', `127.0.0.1:${target.port}`);
      const files = () => readdirSync(`/proc/${child.pid}/fd`).length;
      const clients = [await openRaw(port)];
      const [before, filesBefore] = [residentMemory(child.pid), files()];
      while (clients.length < 5_000) {
        clients.push(...(await Promise.all(Array.from({ length: 50 }, () => openRaw(port)))));
      }
      const each = ((residentMemory(child.pid) - before) / clients.length) * 1e3;
      console.log(`silent clients: ${clients.length}, ${each.toFixed(0)} KB each`);
      expect(each).toBeLessThan(60);

      const answers = clients.map(async ({ socket, frames }, index) => {
        socket.write(frame(0x82, `${index}`));
        const [answer] = await frames((all) => all.length > 0);
        return String(answer.payload) === `${index}`;
      });
      expect((await Promise.all(answers)).every(Boolean)).toBe(true);

      for (const { socket } of clients.slice(1)) socket.destroy();
      while (files() > filesBefore) await setTimeout(20);
    },
    120_000,
  );
});
