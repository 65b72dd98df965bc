/**
 * What several options do together, over time and one after another. Needs `npm run build`.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import {
  closeCode,
  frame,
  handshake,
  newClient,
  openClient,
  openSocket,
  readAll,
  request,
  startBridge,
  startTarget,
} from '../../helpers/bridge.js';
import {
  bridgeToEcho,
  echo,
  makeCertificate,
  makeDirectory,
  startCommand,
} from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe.skipIf(lacking('openssl'))('TLS', () => {
  test('a TLS handshake that arrives byte by byte is served too', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port } = await bridgeToEcho('--cert', cert, '--key', key);
    const client = (await openSocket(port)).setNoDelay();
    for (const byte of Buffer.from(handshake())) {
      client.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /);
  });

  test('a renewed certificate is shown to the next client, and sessions go on', async () => {
    const directory = makeDirectory();
    const first = makeCertificate(directory, 'one');
    const { port } = await bridgeToEcho('--cert', first.cert, '--key', first.key);
    const shown = async () => {
      const socket = connectTls({ port, host: 'localhost', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return CN;
    };
    expect(await shown()).toBe('one');
    const second = makeCertificate(directory, 'two');
    renameSync(second.cert, first.cert);
    // The renewal is only half done: the old pair stays.
    expect(await shown()).toBe('one');
    renameSync(second.key, first.key);
    await vi.waitFor(async () => expect(await shown()).toBe('two'), 5_000);
  });

  test('a page is of the same origin over TLS only if it came over TLS', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port } = await bridgeToEcho('--cert', cert, '--key', key);
    const ca = readFileSync(cert);
    const from = (scheme: string) =>
      echo(`wss://localhost:${port}/`, { ca, origin: `${scheme}://localhost:${port}` });
    expect(await from('https')).toBe('word');
    await expect(from('http')).rejects.toThrow('403');
  });

  test('clients that reset their connection in the middle of a download are gone soon', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const target = await startTarget((socket) => socket.write(Buffer.alloc(4 * 1024 * 1024)));
    const { port, lines } = await startBridge(target.port, { tls: { cert, key } });
    const clients = Array.from({ length: 40 }, async () => {
      const raw = await openSocket(port);
      const client = connectTls({ socket: raw, rejectUnauthorized: false }).on('error', () => {});
      await once(client, 'secureConnect');
      client.write(Buffer.concat([Buffer.from(handshake()), frame(0x82, 'some words')]));
      await setTimeout(randomInt(3));
      raw.resetAndDestroy();
    });
    await Promise.all(clients);
    const count = (what: string) => lines.filter((line) => line.includes(what)).length;
    await vi.waitFor(() => expect(count(' opened: ') + count(' left: ')).toBe(40));
    for (const socket of target.sockets) socket.destroy();
    await vi.waitFor(() => expect(count(' closed: ')).toBe(count(' opened: ')), 20_000);
  });

  test('a TLS handshake that fails is logged in a few words', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port, says } = await bridgeToEcho('--cert', cert, '--key', key, '-v');
    const client = await openSocket(port);
    client.write(Buffer.from('15030100020128', 'hex'));
    await says(/^error: TLS handshake: [a-z ]+\n/m);
  });

  test('a TLS handshake that stalls is given up after 5 s', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port } = await bridgeToEcho('--cert', cert, '--key', key);
    const client = await openSocket(port);
    const started = performance.now();
    client.write(Buffer.from([0x16, 3, 1, 0, 200, 1]));
    await readAll(client);
    expect(performance.now() - started).toBeGreaterThan(4_500);
    expect(performance.now() - started).toBeLessThan(8_000);
  });
});

describe('unix sockets', () => {
  test('one path, one bridge; the socket that a killed bridge leaves behind is replaced', async () => {
    const source = join(makeDirectory(), 'source');
    const args = ['--unix-listen', source, 'localhost:1'];
    const first = startCommand(...args);
    await first.says(/Listening/);
    expect(statSync(source).mode & 0o777).toBe(0o600);

    const second = startCommand(...args);
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain('it is in use');
    first.child.kill('SIGKILL');
    await first.ended;
    await startCommand(...args).says(/Listening/);
  });

  test('a path that the system would truncate is refused, for listening and for connecting', async () => {
    const long = join(makeDirectory(), 'x'.repeat(107));
    const rule = 'expected a path of 1 to 10';
    const listening = startCommand('--unix-listen', long, 'localhost:1');
    expect(await listening.ended).toBe(1);
    expect(listening.said()).toContain(rule);
    const connecting = startCommand('--unix-target', long, '0');
    expect(await connecting.ended).toBe(2);
    expect(connecting.said()).toContain(`--unix-target: Cannot connect to unix:${long}: ${rule}`);
  });

  test('a file that is not a socket is not removed', async () => {
    const file = join(makeDirectory(), 'file');
    writeFileSync(file, 'precious');
    const command = startCommand('--unix-listen', file, 'localhost:1');
    expect(await command.ended).toBe(1);
    expect(command.said()).toContain('it is not a socket');
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});

test('a drain ends with the last session', async () => {
  const { port, child, ended } = await bridgeToEcho('--drain', '60');
  const ws = await openClient(port);
  child.kill('SIGTERM');
  await vi.waitFor(() => expect(openSocket(port)).rejects.toThrow('ECONNREFUSED'));
  ws.close();
  expect(await ended).toBe(0);
});

test('connections that have said nothing do not hold up the end', async () => {
  const { port, child, ended } = await bridgeToEcho();
  await openSocket(port);
  const started = performance.now();
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(performance.now() - started).toBeLessThan(3_000);
});

describe('log', () => {
  test('--log-json: one object per event, whatever the client sent, and no token', async () => {
    const { port, child } = await bridgeToEcho('--log-json', '--drain', '0');
    const bad = handshake({ Host: 'a\u009b31m\u007f', Origin: '"x"' });
    await request(port, bad.replace('GET / ', 'GET /?token=secret '));
    await echo(`ws://127.0.0.1:${port}/?token=secret`);
    let text = '';
    child.stderr.on('data', (chunk) => (text += String(chunk)));
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(text).not.toContain('secret');
    const lines = text.trimEnd().split('\n');
    expect(lines.every((line) => /^[\x20-\x7e]+$/.test(line))).toBe(true);
    const closed = JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
    expect(closed).toMatchObject({ event: 'closed', bytesUp: 4, bytesDown: 4, stalledUp: 0 });
    expect(new Date(String(closed['time'])).getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  test('--log-file is opened anew on SIGHUP', async () => {
    const file = join(makeDirectory(), 'log');
    const { port, child } = await bridgeToEcho('--log-file', file);
    await echo(`ws://127.0.0.1:${port}/`);
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/#1 opened/));
    renameSync(file, `${file}.1`);
    child.kill('SIGHUP');
    await vi.waitFor(() => statSync(file));
    await echo(`ws://127.0.0.1:${port}/`);
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/#2 opened/));
  });
});

test.each(['SIGHUP', 'SIGUSR1'] as const)('%s never ends the command', async (signal) => {
  const command = await bridgeToEcho('--drain', '0');
  command.child.kill(signal);
  command.child.kill(signal);
  expect(await echo(`ws://127.0.0.1:${command.port}/`)).toBe('word');
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
  expect(command.said()).not.toMatch(/debugger|inspector/i);
});

test('SIGHUP with a log file that cannot be opened: the old one stays in use', async () => {
  const directory = join(makeDirectory(), 'log');
  mkdirSync(directory);
  const args = ['--log-file', join(directory, 'file')];
  const { port, child, says } = await bridgeToEcho(...args);
  renameSync(directory, `${directory}.1`);
  child.kill('SIGHUP');
  await says(/ENOENT/);
  await echo(`ws://127.0.0.1:${port}/`);
  const moved = join(`${directory}.1`, 'file');
  await vi.waitFor(() => expect(readFileSync(moved, 'utf8')).toMatch(/#1 opened/));
});

test('clients that come and go during a drain do not change when it ends', async () => {
  const { port, child, ended, said } = await bridgeToEcho('--drain', '0.5');
  const held = await Promise.all(Array.from({ length: 20 }, () => openClient(port)));
  const over = new AbortController();
  const churn = Array.from({ length: 20 }, async () => {
    while (!over.signal.aborted) {
      const ws = newClient(port);
      await Promise.race([once(ws, 'open'), once(ws, 'close')]).catch(() => {});
      ws.terminate();
      // Refusals come at once: the loop must not run as fast as that.
      await setTimeout(5);
    }
  });
  await setTimeout(100);
  child.kill('SIGTERM');
  const codes = await Promise.all(held.map(closeCode));
  expect(new Set(codes)).toEqual(new Set([1001]));
  expect(await ended).toBe(0);
  over.abort();
  await Promise.all(churn);
  expect(said()).toMatch(/^Listening on [^\n]*\n$/);
});

test('/healthz', async () => {
  const { port, child } = await bridgeToEcho('--drain', '60');
  const get = GET.replace('/', '/healthz');
  expect(await request(port, get)).toMatchObject({ status: 200, body: 'ok\n' });
  await openClient(port);
  // This connection is older than the drain.
  const early: Socket = await openSocket(port);
  early.write('G');
  await setTimeout(100);
  child.kill('SIGTERM');
  await vi.waitFor(() => expect(openSocket(port)).rejects.toThrow('ECONNREFUSED'));
  early.write(get.slice(1));
  expect(String((await once(early, 'data'))[0])).toMatch(/^HTTP\/1\.1 503 /);
});
