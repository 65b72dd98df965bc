/**
 * The options of the built command, each seen at work. Needs `npm run build`.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { OPTIONS } from '../../src/bridge/command-options.js';
import {
  closeCode,
  handshake,
  newClient,
  openClient,
  openRaw,
  openSocket,
  readAll,
  request,
  frame,
  startEcho,
  startTarget,
} from '../helpers/bridge.js';
import { listenCommand, makeCertificate, makeDirectory, startCommand } from '../helpers/command.js';
import { lacking } from '../helpers/need.js';

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Sends a word through a WebSocket and resolves with what comes back. */
async function echo(url: string, options: ClientOptions = {}): Promise<string> {
  const ws = new WebSocket(url, ['binary'], options);
  onTestFinished(() => ws.terminate());
  await once(ws, 'open');
  ws.send(Buffer.from('word'));
  const [data] = (await once(ws, 'message')) as [Buffer];
  return String(data);
}

/** The bridge in front of an echo server. */
async function bridge(...args: readonly string[]) {
  const target = await startEcho();
  const command = await listenCommand(...args, '0', `127.0.0.1:${target.port}`);
  return { ...command, target };
}

test('every option occurs in a test', () => {
  const tests = readdirSync('test/bridge').filter((name) => name.endsWith('.test.ts'));
  const text = tests.map((name) => readFileSync(join('test/bridge', name), 'utf8')).join('\n');
  const missing = OPTIONS.filter(({ name }) => !text.includes(`--${name}`));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

describe('refusals: exit code 2, one line that names the option and the reason', () => {
  test.each([
    ['--cert /nonexistent', '--cert: ENOENT'],
    ['--key k', 'Cannot use --key: expected --cert as well'],
    ['--key-password k', 'Cannot use --key-password: expected --cert as well'],
    ['--ssl-only', 'Cannot use --ssl-only: expected --cert as well'],
    ['--ssl-version tlsv9', 'Cannot use --ssl-version "tlsv9": expected one of default, tlsv1_1'],
    ['--ssl-ciphers x', 'Cannot use --ssl-ciphers: expected --cert as well'],
    ['--verify-client', 'Cannot use --verify-client: expected --cert as well'],
    ['--cafile x', 'Cannot use --cafile: expected --cert as well'],
    ['--target-ca /nonexistent', '--target-ca: ENOENT'],
    ['--unix-listen-mode 660', 'Cannot use --unix-listen-mode: expected --unix-listen as well'],
    ['--unix-listen-mode rw', 'Cannot use --unix-listen-mode "rw": expected a file mode as 0660'],
    ['--unix-listen s', 'Cannot start: expected a target, got 2 arguments'],
    ['--unix-target s', 'Cannot start: expected a source, got 2 arguments'],
    ['--web /nonexistent', '--web: Cannot serve "/nonexistent": it is not a directory'],
    ['--allow-origin *', '--allow-origin: Cannot allow the origin "*"'],
    ['--allow-host a:1', '--allow-host: Cannot allow the host "a:1"'],
    ['--heartbeat soon', 'Cannot use --heartbeat "soon": expected a number of seconds'],
    ['--connect-timeout 0', '--connect-timeout: Cannot use a connect timeout of 0'],
    ['--read-timeout x', 'Cannot use --read-timeout "x"'],
    ['--send-timeout x', 'Cannot use --send-timeout "x"'],
    ['--max-connections 1.5', 'Cannot use --max-connections "1.5": expected a whole number'],
    ['--max-connections-per-address x', 'Cannot use --max-connections-per-address "x"'],
    ['--max-payload 0', '--max-payload: Cannot use a maximum payload of 0'],
    ['--max-fragments 0', '--max-fragments: Cannot use a maximum of fragments of 0'],
    ['--timeout 9999999', '--timeout: Cannot use a listen timeout of 9999999000'],
    ['--idle-timeout x', 'Cannot use --idle-timeout "x"'],
    ['--drain x', 'Cannot use --drain "x"'],
    ['--log-file /nonexistent/log', 'Cannot use --log-file "/nonexistent/log"'],
    ['-6 --web x x', 'Cannot start: expected a source and a target, got 3 arguments'],
  ])('%s', async (line, message) => {
    const command = startCommand(...line.split(' '), '0', 'localhost:1');
    expect(await command.ended).toBe(2);
    expect(command.said()).toMatch(/^websock-bridge: [^\n]+\n$/);
    expect(command.said()).toContain(message);
  });
});

describe.skipIf(lacking('openssl'))('TLS', () => {
  test('--cert, --key: TLS and plain on one port', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port } = await bridge('--cert', cert, '--key', key);
    const ca = readFileSync(cert);
    expect(await echo(`wss://localhost:${port}/`, { ca })).toBe('word');
    expect(await echo(`ws://localhost:${port}/`)).toBe('word');
    expect((await request(port, GET)).status).toBe(405);
  });

  test('a handshake that comes byte by byte is served as well', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port } = await bridge('--cert', cert, '--key', key);
    const client = (await openSocket(port)).setNoDelay();
    for (const byte of Buffer.from(handshake())) {
      client.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /);
  });

  test('--key-password, both in one file', async () => {
    const directory = makeDirectory();
    const { cert, key } = makeCertificate(directory, 'one');
    const [both, locked] = [join(directory, 'both.pem'), join(directory, 'locked.key')];
    const args = ['pkcs8', '-topk8', '-in', key, '-passout', 'pass:secret', '-out', locked];
    execFileSync('openssl', args);
    writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(locked, 'utf8'));
    const { port } = await bridge('--cert', both, '--key-password', 'secret');
    expect(await echo(`wss://localhost:${port}/`, { ca: readFileSync(cert) })).toBe('word');
    const wrong = startCommand('--cert', both, '--key-password', 'wrong', '0', 'localhost:1');
    expect(await wrong.ended).toBe(2);
    expect(wrong.said()).toContain('--cert: ');
  });

  test('--ssl-only drops plain connections', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port } = await bridge('--cert', cert, '--key', key, '--ssl-only');
    const client = await openSocket(port);
    client.write(handshake());
    expect(String(await readAll(client))).not.toContain('HTTP');
    expect(await echo(`wss://localhost:${port}/`, { ca: readFileSync(cert) })).toBe('word');
  });

  test('--ssl-version, --ssl-ciphers', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const ca = readFileSync(cert);
    const suite = 'TLS_AES_128_GCM_SHA256';
    const { port } = await bridge(
      '--cert',
      cert,
      '--key',
      key,
      '--ssl-version',
      'tlsv1_3',
      '--ssl-ciphers',
      suite,
    );
    const socket = connectTls({ port, host: 'localhost', ca });
    await once(socket, 'secureConnect');
    expect(socket.getProtocol()).toBe('TLSv1.3');
    expect(socket.getCipher().name).toBe(suite);
    socket.destroy();
    const old = connectTls({ port, host: 'localhost', ca, maxVersion: 'TLSv1.2' });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/alert|reset/);
  });

  test('--verify-client, --cafile', async () => {
    const directory = makeDirectory();
    const { cert, key } = makeCertificate(directory, 'one');
    const authority = makeCertificate(directory, 'authority');
    const known = makeCertificate(directory, 'known', authority);
    const { port, target } = await bridge(
      '--cert',
      cert,
      '--key',
      key,
      '--verify-client',
      '--cafile',
      authority.cert,
    );
    const ca = readFileSync(cert);
    const url = `wss://localhost:${port}/`;
    const show = (file: typeof known) => ({
      ca,
      cert: readFileSync(file.cert),
      key: readFileSync(file.key),
    });
    expect(await echo(url, show(known))).toBe('word');
    await expect(echo(url, { ca })).rejects.toThrow();
    await expect(echo(url, show(makeCertificate(directory, 'stranger')))).rejects.toThrow();
    // It implies --ssl-only.
    await expect(echo(`ws://localhost:${port}/`)).rejects.toThrow();
    expect(target.sockets).toHaveLength(1);
  });

  test('a renewed certificate is shown to the next client, and sessions go on', async () => {
    const directory = makeDirectory();
    const first = makeCertificate(directory, 'one');
    const { port } = await bridge('--cert', first.cert, '--key', first.key);
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
    // Half a renewal: the old pair stays.
    expect(await shown()).toBe('one');
    renameSync(second.key, first.key);
    await vi.waitFor(async () => expect(await shown()).toBe('two'), 5_000);
  });

  test('a TLS handshake that does not go on is given up after 5 s', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port } = await bridge('--cert', cert, '--key', key);
    const client = await openSocket(port);
    const started = performance.now();
    client.write(Buffer.from([0x16, 3, 1, 0, 200, 1]));
    await readAll(client);
    expect(performance.now() - started).toBeGreaterThan(4_500);
    expect(performance.now() - started).toBeLessThan(8_000);
  });

  test('--ssl-target, --target-ca, --target-servername', async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const server = createTlsServer(
      { cert: readFileSync(cert), key: readFileSync(key) },
      (socket: TLSSocket) => socket.on('error', () => {}).pipe(socket),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const via = async (...args: string[]) => {
      const command = await listenCommand('-v', ...args, '0', `127.0.0.1:${port}`);
      return { ...command, url: `ws://localhost:${command.port}/` };
    };
    expect(await echo((await via('--target-ca', cert)).url)).toBe('word');
    const named = ['--ssl-target', '--target-ca', cert, '--target-servername'];
    expect(await echo((await via(...named, 'localhost')).url)).toBe('word');

    const other = await via(...named, 'other.example');
    await expect(echo(other.url)).rejects.toThrow('502');
    await other.says(/ERR_TLS_CERT_ALTNAME_INVALID/);
    const unknown = await via('--ssl-target');
    await expect(echo(unknown.url)).rejects.toThrow('502');
    await unknown.says(/SELF_SIGNED/);
  });
});

describe('unix sockets', () => {
  test('--unix-listen, --unix-listen-mode, --unix-target', async () => {
    const directory = makeDirectory();
    const [source, target] = [join(directory, 'source'), join(directory, 'target')];
    const server = createServer((socket) => socket.pipe(socket)).listen(target);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const args = ['--unix-listen', source, '--unix-target', target];
    const first = startCommand(...args, '--unix-listen-mode', '0660', '-v');
    await first.says(/Listening on unix:.*source, target unix:.*target\n/);
    expect(statSync(source).mode & 0o777).toBe(0o660);
    expect(await echo(`ws+unix:${source}:/`)).toBe('word');
    await first.says(/opened: unix to unix:/);

    const second = startCommand(...args);
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain('it is in use');
    // Killed, it leaves its socket behind; the next one takes the place.
    first.child.kill('SIGKILL');
    await first.ended;
    const third = startCommand(...args);
    await third.says(/Listening/);
    expect(statSync(source).mode & 0o777).toBe(0o600);
  });

  test('what is no socket is not removed', async () => {
    const file = join(makeDirectory(), 'file');
    writeFileSync(file, 'precious');
    const command = startCommand('--unix-listen', file, 'localhost:1');
    expect(await command.ended).toBe(1);
    expect(command.said()).toContain('it is not a socket');
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});

describe('where it listens', () => {
  test.each([
    ['0', /Listening on \[::1\]:/],
    [':0', /Listening on \[::\]:/],
  ])('--prefer-ipv6 %s', async (source, pattern) => {
    await startCommand('--prefer-ipv6', source, 'localhost:1').says(pattern);
    await startCommand('-6', source, 'localhost:1').says(pattern);
  });
});

describe('limits', () => {
  test('--max-connections: 503, and it recovers', async () => {
    const { port, says } = await bridge('--max-connections', '2', '-v');
    const [first] = [await openClient(port), await openClient(port)];
    expect((await request(port, '')).status).toBe(503);
    await says(/#0 refused: .*, 503, Too many connections/);
    const closed = closeCode(first);
    first.close();
    await closed;
    await vi.waitFor(() => echo(`ws://127.0.0.1:${port}/`));
  });

  test('--max-connections-per-address: 429', async () => {
    const { port } = await bridge('--max-connections-per-address', '1');
    await openClient(port);
    expect((await request(port, '')).status).toBe(429);
    const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    other.write(GET);
    expect(String((await once(other, 'data'))[0])).toContain('405');
    other.destroy();
  });

  test('--max-payload: 1009', async () => {
    const { port } = await bridge('--max-payload', '10');
    const ws = await openClient(port);
    ws.send(Buffer.alloc(11));
    expect(await closeCode(ws)).toBe(1009);
  });

  test('--max-fragments: 1008', async () => {
    const { port } = await bridge('--max-fragments', '3');
    const { socket, closeCode: code } = await openRaw(port);
    socket.write(Buffer.concat([frame(0x02, 'a'), frame(0x00), frame(0x00), frame(0x00)]));
    expect(await code()).toBe(1008);
  });

  test('--heartbeat', async () => {
    const { port, says } = await bridge('--heartbeat', '0.1', '-v');
    await openRaw(port);
    await says(/closed: 1006, no pong/);
  });

  test('--connect-timeout', async () => {
    // An address for documentation: nobody answers, and where there is no route it is refused at once.
    const { port } = await listenCommand('--connect-timeout', '0.2', '0', '192.0.2.1:9');
    expect([502, 504]).toContain((await request(port, handshake())).status);
  });

  test('--read-timeout: 1011 for a silent target', async () => {
    const target = await startTarget();
    const { port, says } = await listenCommand(
      '--read-timeout',
      '0.2',
      '-v',
      '0',
      `127.0.0.1:${target.port}`,
    );
    expect(await closeCode(newClient(port))).toBe(1011);
    await says(/closed: 1011, the target was silent for 200 ms/);
  });

  test('--send-timeout: 1011 for a target that takes nothing', async () => {
    const target = await startTarget((socket) => socket.pause());
    const { port, says } = await listenCommand(
      '--send-timeout',
      '0.5',
      '-v',
      '0',
      `127.0.0.1:${target.port}`,
    );
    const ws = await openClient(port);
    ws.send(Buffer.alloc(1024 * 1024));
    const flood = setInterval(() => ws.send(Buffer.alloc(1024 * 1024)), 10);
    onTestFinished(() => clearInterval(flood));
    expect(await says(/closed: .*\n/)).toMatch(
      /closed: 1011, the target took nothing for 500 ms, .*, stalled \d+ ms up, 0 ms down\n/,
    );
  });
});

describe('files', () => {
  test('--web, --file-only', async () => {
    const { port } = await bridge('--web', 'test/bridge', '--file-only');
    expect((await request(port, GET)).status).toBe(404);
    const get = GET.replace('/', '/options.test.ts').replace('HTTP', 'HTTP');
    expect((await request(port, get)).status).toBe(200);
  });

  test('--web-auth without any authentication lets all pass', async () => {
    const { port } = await bridge('--web', 'test/bridge', '--web-auth');
    expect((await request(port, GET.replace('/', '/options.test.ts'))).status).toBe(200);
  });
});

describe('running', () => {
  test('--run-once', async () => {
    const { port, ended } = await bridge('--run-once');
    const ws = await openClient(port);
    await vi.waitFor(() => expect(openSocket(port)).rejects.toThrow('ECONNREFUSED'));
    ws.send(Buffer.from('on'));
    expect(String((await once(ws, 'message'))[0])).toBe('on');
    ws.close();
    expect(await ended).toBe(0);
  });

  test('--timeout: no more clients, and the end with the last one', async () => {
    const { port, ended } = await bridge('--timeout', '0.5');
    const ws = await openClient(port);
    await vi.waitFor(() => expect(openSocket(port)).rejects.toThrow('ECONNREFUSED'), 5_000);
    ws.close();
    expect(await ended).toBe(0);
    expect(await (await bridge('--timeout', '0.1')).ended).toBe(0);
  });

  test('--idle-timeout counts from the last client', async () => {
    const { port, ended } = await bridge('--idle-timeout', '0.4');
    const ws = await openClient(port);
    await setTimeout(700);
    ws.close();
    const started = performance.now();
    expect(await ended).toBe(0);
    expect(performance.now() - started).toBeGreaterThan(350);
  });

  test('--drain: SIGTERM lets sessions go on that long, then 1001', async () => {
    const { port, child, ended } = await bridge('--drain', '0.5');
    const ws = await openClient(port);
    child.kill('SIGTERM');
    await vi.waitFor(() => expect(openSocket(port)).rejects.toThrow('ECONNREFUSED'));
    ws.send(Buffer.from('still'));
    expect(String((await once(ws, 'message'))[0])).toBe('still');
    expect(await closeCode(ws)).toBe(1001);
    expect(await ended).toBe(0);
  });

  test('a drain ends with the last session', async () => {
    const { port, child, ended } = await bridge('--drain', '60');
    const ws = await openClient(port);
    child.kill('SIGTERM');
    await vi.waitFor(() => expect(openSocket(port)).rejects.toThrow('ECONNREFUSED'));
    ws.close();
    expect(await ended).toBe(0);
  });
});

describe('log', () => {
  test('--verbose', async () => {
    const { port, says } = await bridge('--verbose');
    await echo(`ws://127.0.0.1:${port}/`);
    await says(/#1 opened: /);
  });

  test('--traffic', async () => {
    const { port, says } = await bridge('--traffic');
    await echo(`ws://127.0.0.1:${port}/`);
    await says(/\}>\{<$/);
  });

  test('--log-json: one object an event, whatever the client sent, and no token', async () => {
    const { port, child } = await bridge('--log-json');
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

  test('--log-file: only for its owner, opened anew on SIGHUP', async () => {
    const file = join(makeDirectory(), 'log');
    const { port, child } = await bridge('--log-file', file);
    await echo(`ws://127.0.0.1:${port}/`);
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/#1 opened/));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    renameSync(file, `${file}.1`);
    child.kill('SIGHUP');
    await vi.waitFor(() => statSync(file));
    await echo(`ws://127.0.0.1:${port}/`);
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/#2 opened/));
  });

  test('--help, --version', async () => {
    for (const option of ['--help', '-h', '--version', '-V']) {
      expect(await startCommand(option).ended).toBe(0);
    }
  });
});

test('/healthz', async () => {
  const { port, child } = await bridge('--drain', '60');
  const get = GET.replace('/', '/healthz');
  expect(await request(port, get)).toMatchObject({ status: 200, body: 'ok\n' });
  await openClient(port);
  // A connection that was there before.
  const early: Socket = await openSocket(port);
  early.write('G');
  await setTimeout(100);
  child.kill('SIGTERM');
  await vi.waitFor(() => expect(openSocket(port)).rejects.toThrow('ECONNREFUSED'));
  early.write(get.slice(1));
  expect(String((await once(early, 'data'))[0])).toMatch(/^HTTP\/1\.1 503 /);
});
