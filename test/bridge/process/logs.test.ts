/**
 * The log: what it says about plain requests and exceptions, and that nobody waits for it. Needs `npm run build`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BridgeEvent, OptionError } from '../../../src/bridge/index.js';
import { openLog } from '../../../src/bridge/process/log-file.js';
import { handshake, request, startBridge, startEcho } from '../../helpers/bridge.js';
import { bridgeToEcho, echo, makeDirectory, startCommand } from '../../helpers/command.js';
import { onFullDisk } from '../../helpers/full-disk.js';
import { openH2 } from '../../helpers/h2.js';

const get = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

/** Starts a bridge and collects its events. */
async function observed(options: Parameters<typeof startBridge>[1] = {}) {
  const events: BridgeEvent[] = [];
  const { port: echoPort } = await startEcho();
  const log = (_: string, event: BridgeEvent) => void events.push(event);
  const { port } = await startBridge(echoPort, { ...options, log });
  const happened = (name: string) =>
    expect.poll(() => events.filter(({ event }) => event === name)).not.toHaveLength(0);
  return { port, events, happened };
}

describe('plain requests', () => {
  test('each with its answer, without its query, over both versions of HTTP', async () => {
    const web = makeDirectory();
    writeFileSync(join(web, 'page.html'), 'page');
    const { port, events, happened } = await observed({ web, http2: true });
    await request(port, get('/page.html?token=secret'));
    await happened('answered');
    const { time: _, duration, peer, ...rest } = events[0] as never as Record<string, unknown>;
    const answer = { method: 'GET', path: '/page.html', status: 200, whole: true };
    expect(rest).toEqual({ event: 'answered', ...answer });
    expect([typeof duration, peer]).toEqual(['number', expect.stringMatching(/^127\.0\.0\.1:/)]);
    const h2 = await openH2(port);
    const stream = h2.request({ ':path': '/nothing%0d', ':authority': 'localhost' });
    await once(stream.resume(), 'end');
    await expect.poll(() => events.at(-1)).toMatchObject({ path: '/nothing%0d', status: 404 });
  });

  test('the path stays hidden where it may have a token', async () => {
    const { port, events, happened } = await observed({ target: () => undefined });
    await request(port, get('/token/secret'));
    await happened('answered');
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(events[0]).toMatchObject({ path: '(hidden)', status: 405 });
  });

  test('an answer that was cut off says so', async () => {
    const web = makeDirectory();
    writeFileSync(join(web, 'large'), Buffer.alloc(50_000_000));
    const { port, events, happened } = await observed({ web });
    const { connect } = await import('node:net');
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(get('/large'));
    await once(socket, 'data');
    socket.resetAndDestroy();
    await happened('answered');
    expect(events[0]).toMatchObject({ path: '/large', status: 200, whole: false });
  });
});

test('an exception is logged with its class and code as well as its message', async () => {
  const failing = Object.assign(new TypeError('no such thing'), { code: 'ERR_THING' });
  const target = () => {
    throw failing;
  };
  const { port, events, happened } = await observed({ target });
  expect((await request(port, handshake())).status).toBe(500);
  await happened('refused');
  expect(events[0]).toMatchObject({
    reason: '"no such thing"',
    error: { name: 'TypeError', code: 'ERR_THING' },
  });
  const odd = await observed({
    target: () => {
      throw Object.assign(new OptionError('x', 'y'), { name: 'a\nb', code: 7 });
    },
  });
  await request(odd.port, handshake());
  await odd.happened('refused');
  expect(odd.events[0]).toMatchObject({ reason: '"y"', error: {} });
});

describe('with --log-json every line is JSON', () => {
  const lines = (text: string) => text.trim().split('\n');

  test('of a bridge that runs, rereads bad options, and ends', async () => {
    const file = join(makeDirectory(), 'a.json');
    writeFileSync(file, '{}');
    const { port, child, says, said, ended } = await bridgeToEcho('--log-json', '--config', file);
    await echo(`ws://127.0.0.1:${port}/`);
    writeFileSync(file, '{');
    child.kill('SIGHUP');
    await says(/Cannot reload/);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const events = lines(said()).map((line) => (JSON.parse(line) as BridgeEvent).event as string);
    expect(new Set(events)).toEqual(new Set(['notice', 'opened', 'error', 'closed']));
  });

  test('of one that can not start', async () => {
    const { said, ended } = startCommand('--log-json', '192.0.2.1:1', '127.0.0.1:1');
    expect(await ended).toBe(1);
    expect(JSON.parse(said())).toMatchObject({ event: 'error', reason: /Cannot listen/ as never });
  });
});

/** Starts the command with this standard error. */
async function withErrorOutput(stderr: number | 'pipe', ...args: string[]) {
  const target = await startEcho();
  const words = [...args, '0', `127.0.0.1:${target.port}`];
  const child = spawn(process.execPath, ['dist/websock-bridge.js', ...words], {
    stdio: ['ignore', 'pipe', stderr],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [text] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, port: Number(/:(\d+), target/.exec(String(text))?.[1]) };
}

describe('a log that can not be written', () => {
  const worksOn = async (port: number) => {
    for (let i = 0; i < 20; i += 1) expect(await echo(`ws://127.0.0.1:${port}/`)).toBe('word');
  };

  test('a full disk costs lines, not sessions', async () => {
    const { port, child, ended } = await bridgeToEcho('--log-file', '/dev/full');
    await worksOn(port);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    await worksOn((await withErrorOutput(full, '-v')).port);
  });

  test('a disk that has room again gets lines again, and a line counts those lost', (context) =>
    onFullDisk(context, async (directory, grow) => {
      const file = join(directory, 'log');
      const log = openLog(file, (lines) => `${lines} lost\n`, String);
      const line = `${'x'.repeat(99)}\n`;
      const size = () => statSync(file).size;
      for (let i = 0; i < 12_000; i += 1) log.write(line);
      await expect.poll(size).toBe(64 * 1024);
      for (let i = 0; i < 12_000; i += 1) log.write(line);
      grow();
      const isWhole = () => {
        log.write(`${'y'.repeat(99)}\n`);
        return /^\d+ lost\ny{99}$/m.test(readFileSync(file, 'utf8'));
      };
      await expect.poll(isWhole).toBe(true);
      log.close();
    }));

  test('so does a reader that has gone', async () => {
    const { port, child } = await withErrorOutput('pipe', '-v');
    child.stderr?.destroy();
    await worksOn(port);
  });

  test('a reader that does not read delays no session, and a line counts those lost', async () => {
    // Refused clients stay for a moment, and all of these arrive within it, so their address must not be limited.
    const { port, child } = await withErrorOutput(
      'pipe',
      '-v',
      '--max-connections-per-address',
      '0',
    );
    child.stderr?.pause();
    // Fills the pipe, and then the queue of waiting lines.
    const long = 'x'.repeat(1_000);
    const ask = () => request(port, handshake({ Host: `${long}.example`, Origin: long }));
    for (let i = 0; i < 4_000; i += 100) {
      await Promise.all(Array.from({ length: 100 }, ask));
    }
    await worksOn(port);
    let text = '';
    child.stderr?.on('data', (bytes: Buffer) => (text += String(bytes))).resume();
    await expect
      .poll(() => text, { timeout: 10_000 })
      .toMatch(/^websock-bridge: \d+ lines of the log were lost$/m);
    await worksOn(port);
    await expect.poll(() => text, { timeout: 10_000 }).toContain('#4040 opened');
  });
});

test('a reader that hangs holds the end of the bridge up for a moment only', async () => {
  const { port, child } = await withErrorOutput('pipe', '-v', '--max-connections-per-address', '0');
  child.stderr?.pause();
  const long = 'x'.repeat(1_000);
  const ask = () => request(port, handshake({ Host: `${long}.example`, Origin: long }));
  for (let i = 0; i < 500; i += 100) await Promise.all(Array.from({ length: 100 }, ask));
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('when a log file is moved, the log continues in a new one, and no line is lost', async () => {
  const directory = makeDirectory();
  const log = join(directory, 'log');
  const { port, child, ended } = await bridgeToEcho('--log-file', log);
  await echo(`ws://127.0.0.1:${port}/`);
  const { renameSync } = await import('node:fs');
  renameSync(log, join(directory, 'old'));
  child.kill('SIGUSR1');
  await expect.poll(() => readFileSync(log, 'utf8')).toBe('');
  await echo(`ws://127.0.0.1:${port}/`);
  child.kill('SIGTERM');
  await ended;
  const both = readFileSync(join(directory, 'old'), 'utf8') + readFileSync(log, 'utf8');
  expect(both).toMatch(/#1 opened/);
  expect(both).toMatch(/#2 opened[^]*closed/);
  expect(both).toMatch(/#1 closed/);
});
