/**
 * `--workers`: several processes that act as one bridge. Needs `npm run build`, and Linux to find the processes.
 */
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { signTarget } from '../../../src/bridge/index.js';
import { ask, greeting } from '../../helpers/access.js';
import {
  closeCode,
  handshake,
  openClient,
  openSocket,
  request,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { bridgeToEcho, echo, listenCommand, makeDirectory } from '../../helpers/command.js';
import { openFlow } from '../../helpers/flow/bridged.js';
import { cuttable } from '../../helpers/flow/cuttable.js';
import { skip } from '../../helpers/need.js';
import { workersOf } from '../../helpers/workers.js';

const notLinux = process.platform === 'linux' ? undefined : skip('it is not Linux');

/** Opens a WebSocket with a token, and leaves it open. */
async function open(port: number, token: string): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/?token=${token}`);
  onTestFinished(() => ws.terminate());
  await once(ws, 'open');
  return ws;
}

/** Sends a word and resolves with what comes back. */
async function answer(ws: WebSocket): Promise<string> {
  ws.send(Buffer.from('word'));
  return String((await once(ws, 'message'))[0]);
}

describe.skipIf(notLinux)(`two workers${notLinux ? ` (${notLinux})` : ''}`, () => {
  test('limits and failures hold over both', async () => {
    const { port: echoPort } = await startEcho();
    const tokens = join(makeDirectory(), 'tokens');
    writeFileSync(tokens, `one: 127.0.0.1:${echoPort}\n`);
    const limits = ['--max-sessions-per-token', '3', '--max-failures', '2'];
    const { port } = await listenCommand(
      '--workers',
      '2',
      '--target-config',
      tokens,
      ...limits,
      '0',
    );
    const first = await open(port, 'one');
    for (let i = 0; i < 2; i += 1) await open(port, 'one');
    expect(await ask(port, '/?token=one')).toBe(429);
    const closed = closeCode(first);
    first.close();
    await closed;
    await expect.poll(() => ask(port, '/?token=one')).toBe(101);
    for (const status of [403, 403, 429, 429]) expect(await ask(port, '/?token=x')).toBe(status);

    const limited = await bridgeToEcho('--workers', '2', '--max-connections', '3');
    for (let i = 0; i < 3; i += 1) await openClient(limited.port);
    expect((await request(limited.port, '')).status).toBe(503);
  });

  test('a place that one worker holds passes to another that needs it', async () => {
    const { port: echoPort } = await startEcho();
    const tokens = join(makeDirectory(), 'tokens');
    writeFileSync(tokens, `one: 127.0.0.1:${echoPort}\ntwo: 127.0.0.1:${echoPort}\n`);
    const args = ['--max-sessions-per-token', '2', '--target-config', tokens];
    const { port } = await listenCommand('--workers', '2', ...args, '0');
    const first = await open(port, 'one');
    await open(port, 'one');
    const closed = closeCode(first);
    first.close();
    await closed;
    // The first worker, which had that session, then has two others, and the second one gets the next.
    for (let i = 0; i < 2; i += 1) await open(port, 'two');
    await open(port, 'one');
    expect(await ask(port, '/?token=one')).toBe(429);
  });

  test('a signature that one worker has accepted is used up for the other too', async () => {
    const { port: targetPort } = await startTarget((socket) => socket.end('here'));
    const key = join(makeDirectory(), 'key');
    const secret = 'k'.repeat(32);
    writeFileSync(key, secret, { mode: 0o600 });
    const { port } = await listenCommand('--workers', '2', '--sign-key', key, '--sign-once', '0');
    const path = `/?${signTarget({ secret, target: `127.0.0.1:${targetPort}` })}`;
    expect(await greeting(port, path)).toBe('here');
    for (let i = 0; i < 3; i += 1) expect(await ask(port, path)).toBe(403);
  });

  test('one that is killed is named with its sessions and replaced; the others go on', async () => {
    // The limit leaves room for new clients only if the killed worker's places are free again.
    const full = ['--max-connections', '6'];
    const { port, child, says, said } = await bridgeToEcho('--workers', '2', '-v', ...full);
    const clients = await Promise.all(Array.from({ length: 6 }, () => openClient(port)));
    // A worker answers its client before it reports the session, and only reported sessions are known.
    await says(/(?:#\d opened: [^]*){6}/);
    const [victim = 0] = workersOf(child);
    const lost = clients.map((ws) => once(ws, 'close').then(() => ws));
    process.kill(victim, 'SIGKILL');
    const [, names = ''] =
      /process \d+\) ended with SIGKILL, taking (.*) with it\n/.exec(await says(/with it\n/)) ?? [];
    await Promise.race(lost);
    const remaining = () => clients.filter(({ readyState }) => readyState === WebSocket.OPEN);
    const count = names.split(', ').length;
    expect(count).toBeLessThan(6);
    await expect.poll(remaining, { timeout: 20_000 }).toHaveLength(6 - count);
    for (const name of names.split(', ')) {
      expect(said()).toMatch(new RegExp(`^${name} closed: 1006, its worker ended`, 'm'));
    }
    for (const ws of remaining()) expect(await answer(ws)).toBe('word');
    await expect.poll(() => workersOf(child), { timeout: 20_000 }).toHaveLength(2);
    expect(workersOf(child)).not.toContain(victim);
    expect(await echo(`ws://127.0.0.1:${port}/`)).toBe('word');
  });

  test('each gets two of four simultaneous clients; without a log, a warning counts the sessions of a killed worker', async () => {
    const { port, child, says } = await bridgeToEcho('--workers', '2');
    await Promise.all(Array.from({ length: 4 }, () => openClient(port)));
    const [victim = 0] = workersOf(child);
    process.kill(victim, 'SIGKILL');
    expect(await says(/ended with SIGKILL.*\n/)).toMatch(/, taking 2 connections with it\n/);
  });

  test('one that hangs costs the few clients that it got, and no other', async () => {
    const { port, child } = await bridgeToEcho('--workers', '2');
    const [victim = 0] = workersOf(child);
    process.kill(victim, 'SIGSTOP');
    onTestFinished(() => {
      if (workersOf(child).includes(victim)) process.kill(victim, 'SIGKILL');
    });
    const clients = Array.from({ length: 10 }, () => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
      ws.on('error', () => {});
      onTestFinished(() => ws.terminate());
      return ws;
    });
    const waiting = () => clients.filter(({ readyState }) => readyState === WebSocket.CONNECTING);
    await expect.poll(waiting, { timeout: 20_000 }).toHaveLength(4);
    // These clients lose their connections with the worker, so that they do not wait for ever.
    const closed = Promise.all(waiting().map((ws) => once(ws, 'close').catch(() => 'closed')));
    process.kill(victim, 'SIGKILL');
    await closed;
  });

  test('a client of the flow protocol resumes its session, whichever worker gets the connection', async () => {
    const { port, said } = await bridgeToEcho('--workers', '2', '-v', '--flow-route', 'one');
    for (let i = 1; i <= 4; i += 1) {
      const cutter = await cuttable(port);
      onTestFinished(() => cutter.close());
      const sock = await openFlow(cutter.port);
      // The other worker gets the next connection, because this one has one more.
      if (i % 2 === 0) await openClient(port);
      const resumed = sock.once('resumed');
      cutter.cut();
      await resumed;
      sock.send('still');
      expect(new TextDecoder().decode(await sock.read(5))).toBe('still');
    }
    expect(said()).not.toContain('expired');
  });

  test('read the options again together, and end together', async () => {
    const directory = makeDirectory();
    const config = join(directory, 'a.json');
    const named = async (name: string) => (await startTarget((socket) => socket.end(name))).port;
    const write = (port: number) =>
      writeFileSync(config, JSON.stringify({ target: `127.0.0.1:${port}`, workers: 2 }));
    write((await startEcho()).port);
    const { port, child, says, ended } = await listenCommand(
      '--config',
      config,
      '--drain',
      '9',
      '0',
    );
    const clients = [await openClient(port), await openClient(port)];
    write(await named('other'));
    child.kill('SIGHUP');
    await says(/Reloaded/);
    for (let i = 0; i < 4; i += 1) expect(await greeting(port, '/')).toBe('other');
    child.kill('SIGTERM');
    await expect
      .poll(() => openSocket(port).catch(() => 'refused'), { timeout: 20_000 })
      .toBe('refused');
    for (const ws of clients) {
      expect(await answer(ws)).toBe('word');
      ws.close();
    }
    expect(await ended).toBe(0);
  });

  test('are counted together, and record each session', async () => {
    const directory = join(makeDirectory(), 'recordings');
    mkdirSync(directory);
    const args = ['--metrics', '0', '--record', join(directory, 'r')];
    const { port, said } = await bridgeToEcho('--workers', '2', ...args);
    const clients = [await openClient(port), await openClient(port), await openClient(port)];
    for (const ws of clients) await answer(ws);
    await request(port, handshake({ Host: 'evil.example' }));
    const [, url = ''] = /Metrics at (\S+)/.exec(said()) ?? [];
    const text = await (await fetch(url)).text();
    expect(text).toContain('websock_bridge_sessions_open 3\n');
    expect(text).toContain('websock_bridge_bytes_total{direction="up"} 12\n');
    expect(text).toContain('websock_bridge_refusals_total{status="403",reason="host"} 1\n');
    for (const ws of clients) {
      const closed = closeCode(ws);
      ws.close();
      await closed;
    }
    const recordings = () =>
      readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    await expect
      .poll(() => recordings().filter((each) => each.endsWith("'EOF'];\n")))
      .toHaveLength(3);
  });
});
