/**
 * The tables `[[listener]]` of a configuration file: ports and sockets with rules of their own. Needs `npm run build`.
 */
import { connect } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseArguments, type Run } from '../../../src/bridge/command/arguments.js';
import { openSocket, readAll, startTarget } from '../../helpers/bridge.js';
import { listenCommand, makeDirectory, startCommand } from '../../helpers/command.js';

/** Writes a file, and returns its path. */
function write(text: string, name = 'bridge.toml'): string {
  const path = join(makeDirectory(), name);
  writeFileSync(path, text);
  return path;
}

async function read(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Run> {
  const command = await parseArguments(args, () => {}, environment);
  if (command.action !== 'run') throw new Error('nothing to run');
  return command;
}

const TEXT = `
target = "x:1"
listen = "1"
cert = "cert.pem"
ssl-only = true
trust-proxy = "unix"

[[listener]]
listen = [":80", "81"]
redirect-http = true
ssl-only = false

[[listener]]
unix-listen = "/run/x"
unix-listen-mode = "0660"
proxy-protocol = true
http2 = true
fallback = "localhost:22"
silence-timeout = 2
raw = false
`;

test('each has addresses and options of its own, in TOML and in JSON', async () => {
  const { sources, options } = await read(['--config', write(TEXT)]);
  expect(sources).toEqual([
    { host: '127.0.0.1', port: 1 },
    { host: '', port: 80, rules: ':80 and 81' },
    { host: '127.0.0.1', port: 81, rules: ':80 and 81' },
    { path: '/run/x', mode: 0o660, rules: '/run/x' },
  ]);
  expect(options.listenRules).toEqual({
    ':80 and 81': { tls: { redirectHttp: true, only: false } },
    '/run/x': {
      proxyProtocol: true,
      http2: true,
      fallback: { host: 'localhost', port: 22 },
      silenceTimeout: 2_000,
      raw: false,
    },
  });
  const json = { target: 'x:1', listener: [{ listen: '2', http2: true }] };
  const other = await read(['--config', write(JSON.stringify(json), 'a.json')]);
  expect(other.sources).toEqual([{ host: '127.0.0.1', port: 2, rules: '2' }]);
  expect(other.options.listenRules).toEqual({ '2': { http2: true } });
});

test('a source from the command line or environment replaces the tables, too', async () => {
  const config = ['--config', write(TEXT)];
  for (const command of [
    await read([...config, '9', 'y:2']),
    await read([...config, '--listen', '9']),
    await read(config, { WEBSOCK_BRIDGE_LISTEN: '9' }),
  ]) {
    expect(command.sources).toEqual([{ host: '127.0.0.1', port: 9 }]);
    expect(command.options.listenRules).toBeUndefined();
  }
});

test('sockets of systemd, by their names', async () => {
  const text = 'target = "x:1"\n[[listener]]\ninherited = "ssh"\nfallback = "localhost:22"\n';
  const environment = {
    LISTEN_PID: String(process.pid),
    LISTEN_FDS: '3',
    LISTEN_FDNAMES: 'web:ssh:ssh',
  };
  const { sources } = await read(['--config', write(text)], environment);
  expect(sources).toEqual([{ fd: 3 }, { fd: 4, rules: 'ssh' }, { fd: 5, rules: 'ssh' }]);
  await expect(read(['--config', write(text)])).rejects.toThrow(
    'listener 1: no socket named "ssh" was handed over',
  );
});

const table = (text: string) => `target = "x:1"\n[[listener]]\n${text}`;

test.each([
  [table('http2 = true'), 'listener 1: expected listen, unix-listen or inherited'],
  [table('listen = "1"\n[[listener]]\nlisten = "1"'), 'listener 2: another listener already has 1'],
  [table('listen = "1"\nweb = "."'), 'there is no option "web" of listener 1'],
  [table('listen = "x"'), 'Cannot listen on "x"'],
  [table('listen = "1"\nsilence-timeout = "x"'), 'Cannot use silence-timeout of listener 1 in'],
  ['listener = 1', 'listener has a value of the wrong kind: expected tables [[listener]]'],
  [`inetd = true\n${table('listen = "1"')}`, 'Cannot use --inetd together with other sources'],
])('refuses %j', async (text, message) => {
  await expect(read(['--config', write(text)])).rejects.toThrow(message);
});

const SSH = 'SSH-2.0-test\r\n';
const answering = (name: string) =>
  startTarget((socket) => socket.once('data', () => socket.end(name)));

async function say(port: number, text: string): Promise<string> {
  const socket = await openSocket(port);
  socket.write(text);
  const [line = ''] = String(await readAll(socket)).split('\r\n');
  return line;
}

/** A configuration file with two ports: a plain one, and one with a fallback. */
const withFallback = (port: number, more = '') =>
  `target = "127.0.0.1:1"\nlisten = "0"\n[[listener]]\nlisten = "127.0.0.1:0"\n` +
  `fallback = "127.0.0.1:${port}"\n${more}`;
const portsOf = (text: string) =>
  [...text.matchAll(/127\.0\.0\.1:(\d+)(?= and|, target)/g)].map(([, port]) => Number(port));

describe('the command', () => {
  test.each([[[]], [['--workers', '2']]])(
    '%j: each port by its rules, also after SIGHUP',
    async (workers) => {
      const [one, two] = [await answering('one'), await answering('two')];
      const path = write(withFallback(one.port));
      const { child, says, said } = await listenCommand('--config', path, ...workers);
      const [plain = 0, ssh = 0] = portsOf(said());
      expect([await say(plain, SSH), await say(ssh, SSH)]).toEqual([
        'HTTP/1.1 400 Bad Request',
        'one',
      ]);
      writeFileSync(path, withFallback(two.port));
      child.kill('SIGHUP');
      await says(/Reloaded/);
      expect([await say(plain, SSH), await say(ssh, SSH)]).toEqual([
        'HTTP/1.1 400 Bad Request',
        'two',
      ]);
      writeFileSync(path, 'target = "127.0.0.1:1"\nlisten = "0"');
      child.kill('SIGHUP');
      await says(
        /Cannot reload: Cannot use the rules "127\.0\.0\.1:0": there are none of that name/,
      );
      expect(await say(ssh, SSH)).toBe('two');
    },
  );

  test('a unix socket', async () => {
    const ssh = await answering('ssh');
    const path = join(makeDirectory(), 'socket');
    const text = `target = "x:1"\n[[listener]]\nunix-listen = "${path}"\nfallback = "127.0.0.1:${ssh.port}"`;
    await startCommand('--config', write(text)).says(/Listening on unix:/);
    const socket = connect(path);
    socket.write(SSH);
    expect(String(await readAll(socket))).toBe('ssh');
  });

  test("--check prints each listener's rules, and names the option that is wrong", async () => {
    const { ended, said } = startCommand('--check', '--config', write(withFallback(22)));
    expect(await ended).toBe(0);
    expect(said()).toContain(
      'Would listen on 127.0.0.1:0 and 127.0.0.1:0, target 127.0.0.1:1\n' +
        '  --target 127.0.0.1:1, from target in bridge.toml\n',
    );
    expect(said()).toContain(
      'Would apply other rules at 127.0.0.1:0\n' +
        '  --listen 127.0.0.1:0, from listen of listener 1 in bridge.toml\n' +
        '  --fallback 127.0.0.1:22, from fallback of listener 1 in bridge.toml\n',
    );
    // Only ports, the larger one first.
    const ports = write(
      'target = "127.0.0.1:1"\n[[listener]]\nlisten = ["7000"]\n[[listener]]\nlisten = ["6080"]\n',
    );
    const several = startCommand('--check', '--config', ports);
    expect(await several.ended).toBe(0);
    expect(several.said()).toContain('other rules at 7000\n  --listen 7000');
    expect(several.said()).toContain('other rules at 6080\n  --listen 6080');
    const wrong = startCommand(
      '--check',
      '--config',
      write(table('listen = "1"\nproxy-protocol = true')),
    );
    expect(await wrong.ended).toBe(2);
    expect(wrong.said()).toContain(
      'proxy-protocol of the listener 1: Cannot accept PROXY headers: no proxy is trusted',
    );
  });
});
