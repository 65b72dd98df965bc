/**
 * The built `websock-cat`: the bytes it carries, its messages and its exit codes. Needs `npm run build`.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openAuthenticator, authenticateWith, type BridgeOptions } from '../../src/bridge/index.js';
import { startBridge, startEcho, startTarget } from '../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../helpers/command.js';
import { lacking } from '../helpers/need.js';
import { startSshd } from '../helpers/sshd.js';

/** Runs websock-cat until it exits. */
async function cat(args: string[], input: Buffer | string = '', env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['dist/websock-cat.js', ...args], {
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const said = text(child.stderr);
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, output: Buffer.concat(chunks), said: await said };
}

/** Starts a bridge in front of a target; adds its URL. */
async function bridgeTo(port: number, options: Partial<BridgeOptions> = {}) {
  const bridge = await startBridge(port, options);
  return { ...bridge, url: `ws://127.0.0.1:${bridge.port}/` };
}

test('sends its input and writes the reply, byte for byte', async () => {
  const size = 3_000_000;
  const { port } = await startTarget((socket) => {
    const chunks: Buffer[] = [];
    let length = 0;
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length === size) socket.end(Buffer.concat(chunks).toReversed());
    });
  });
  const { url } = await bridgeTo(port);
  const input = randomBytes(size);
  const { code, output, said } = await cat([url], input);
  expect([code, said]).toEqual([0, '']);
  expect(output.equals(input.toReversed())).toBe(true);
});

test('after the end of input it waits while the server keeps sending, then closes', async () => {
  const { port } = await startTarget((socket) => {
    socket.once('data', () => {
      socket.write('one ');
      setTimeout(() => socket.write('two'), 300);
    });
  });
  const { url, logged } = await bridgeTo(port);
  const { code, output } = await cat(['-q', '2', url], 'go');
  expect([code, String(output)]).toEqual([0, 'one two']);
  await logged(/#1 closed: 1005, the client closed, 2 bytes up, 7 down/);
});

test('--verbose reports the handshake and the end', async () => {
  const { port } = await startTarget((socket) => socket.end('here'));
  const { url } = await bridgeTo(port);
  const { code, output, said } = await cat(['-v', url]);
  expect([code, String(output)]).toEqual([0, 'here']);
  expect(said.split('\n')).toEqual([
    expect.stringMatching(/^websock-cat: Connected to 127\.0\.0\.1 port \d+, without TLS$/),
    'websock-cat: Handshake: 101 Switching Protocols',
    'websock-cat: Subprotocol: binary',
    'websock-cat: The connection was closed with 1000, the target closed',
    'websock-cat: 0 bytes sent, 4 received',
    '',
  ]);
});

test('the exit code tells a failed connection from a lost one', async () => {
  const { port } = await startTarget((socket) => {
    socket.write('half');
    socket.once('data', () => socket.resetAndDestroy());
  });
  const { url } = await bridgeTo(port, {
    authenticate: authenticateWith(await openAuthenticator('BasicHTTPAuth', 'me:word')),
  });
  const refused = await cat([url]);
  expect([refused.code, refused.said]).toEqual([
    1,
    expect.stringMatching(/^websock-cat: the server answered 401 Unauthorized.*\n$/),
  ]);
  const broken = await cat([url.replace('//', '//me:word@')], 'x');
  expect([broken.code, String(broken.output), broken.said]).toEqual([
    3,
    'half',
    expect.stringMatching(/^websock-cat: the connection was lost: closed with 1011, .*\n$/),
  ]);
  const nobody = await cat(['ws://127.0.0.1:1/']);
  expect([nobody.code, nobody.said]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
  const none = await cat(['-p', 'other', url.replace('//', '//me:word@')]);
  expect([none.code, none.said]).toEqual([1, expect.stringContaining('400')]);
});

test.each([
  [[], 'Cannot connect: expected one URL, got 0 arguments'],
  [['ws://a', 'ws://b'], 'Cannot connect: expected one URL, got 2 arguments'],
  [['http://me:secret@a/'], 'Cannot connect: expected a URL such as wss://host/path'],
  [['ws://a/#b'], 'Cannot connect: expected a URL such as wss://host/path, without #'],
  [['-q', 'soon', 'ws://a'], 'Cannot use --quiet-time "soon": expected a number of seconds'],
  [['--heartbeat', 'ws://a'], "Unknown option '--heartbeat'"],
])('rejects the arguments %j', async (args, message) => {
  const { code, said } = await cat(args);
  expect(code).toBe(2);
  expect(said).toMatch(/^websock-cat: [^\n]+ \(see --help\)\n$/);
  expect(said).toContain(message);
  expect(said).not.toContain('secret');
});

test('--help fits 80 columns, --version prints the package’s version', async () => {
  const { code, output } = await cat(['--help']);
  expect(code).toBe(0);
  const lines = String(output).split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines).toContain('  websock-cat [options] URL');
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(String((await cat(['-V'])).output)).toBe(`${version}\n`);
});

test('stops reading from the server when nobody reads its output', async () => {
  let written = 0;
  const { port } = await startTarget((socket) => {
    const write = () => {
      while (socket.write(Buffer.alloc(65_536))) written += 65_536;
    };
    socket.on('drain', write);
    write();
  });
  const { url } = await bridgeTo(port);
  const child = spawn(process.execPath, ['dist/websock-cat.js', url]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'readable');
  // The target fills every buffer in between, then stops.
  let before = -1;
  while (before !== written) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(written).toBeLessThan(32 * 1024 * 1024);
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
});

const noSsh = lacking('sshd', 'ssh', 'ssh-keygen', 'openssl');
test.skipIf(noSsh)(`carries ssh as a ProxyCommand${noSsh ? ` (${noSsh})` : ''}`, async () => {
  const directory = makeDirectory();
  const sshd = await startSshd(directory);
  const tls = makeCertificate(directory, 'one');
  const { port, logged } = await startBridge(sshd.port, { tls: { ...tls, only: true } });
  const proxy = `ProxyCommand=${process.execPath} dist/websock-cat.js wss://localhost:${port}/`;
  const at = [...sshd.options, '-o', proxy, `${userInfo().username}@anywhere`];
  const { stdout } = await promisify(execFile)('ssh', [...at, 'printf hello; exit 0'], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: tls.cert },
  });
  expect(stdout).toBe('hello');
  await logged(/#1 closed: /);
  const distrusted = await cat([`wss://localhost:${port}/`]);
  expect([distrusted.code, distrusted.said]).toEqual([1, expect.stringContaining('certificate')]);
});

test('works without a subprotocol', async () => {
  const { port } = await startEcho();
  const { url } = await bridgeTo(port);
  const { output } = await cat(['-q', '1', '--protocol', '', url], 'word');
  expect(String(output)).toBe('word');
});
