/**
 * How others start the command: systemd, an inetd, a shell that does not wait. Needs `npm run build`.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openSyslog } from '../../../src/bridge/process/syslog.js';
import { accepting } from '../../helpers/accepting.js';
import { handshake, parseFrames, startEcho, startTarget } from '../../helpers/bridge.js';
import { greeting } from '../../helpers/access.js';
import { bridgeToEcho, echo, makeDirectory, startCommand } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';
import { freePort } from '../../helpers/port.js';
import { workersOf } from '../../helpers/workers.js';

const COMMAND = [process.execPath, join(process.cwd(), 'dist/websock-bridge.js')];

/** Starts a program that ends with the test. */
function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, exited, out: text(child.stdout), err: text(child.stderr) };
}

/** Resolves with the first message that a WebSocket client of a Unix socket gets. */
async function greetingAt(path: string): Promise<string> {
  const socket = connect(path);
  socket.write(handshake());
  const received: Buffer[] = [];
  for await (const chunk of socket) {
    received.push(chunk as Buffer);
    const frames = parseFrames(Buffer.concat(received));
    if (frames.at(-1)?.first === 0x88) return String(frames[0]?.payload);
  }
  return '';
}

const here = async () => `127.0.0.1:${(await startTarget((socket) => socket.end('here'))).port}`;

const noActivate = lacking('systemd-socket-activate');
test.skipIf(noActivate)(
  'systemd hands over TCP and unix sockets, one of them for the metrics',
  async () => {
    const path = join(makeDirectory(), 'socket');
    const [port, metrics] = [await freePort(), await freePort()];
    const sockets = [`-l127.0.0.1:${port}`, `-l${path}`, `-l127.0.0.1:${metrics}`];
    const names = '--fdname=web:local:metrics';
    const { exited } = start('systemd-socket-activate', [
      ...sockets,
      names,
      ...COMMAND,
      await here(),
    ]);
    await accepting(port, exited);
    expect(await greeting(port, '/')).toBe('here');
    expect(await greetingAt(path)).toBe('here');
    expect(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()).toContain(
      'websock_bridge_sessions_total{code="1000"} 2\n',
    );
  },
);

test('a descriptor that is not a socket', async () => {
  const script = `export LISTEN_PID=$$ LISTEN_FDS=1; exec 3</dev/null; exec ${COMMAND.join(' ')} x:1`;
  const { exited, err } = start('bash', ['-c', script]);
  expect(await exited).toEqual([1, null]);
  expect(await err).toBe(
    'websock-bridge: Cannot listen on file descriptor 3: it is not a listening socket\n',
  );
});

test('sockets for another process are ignored', async () => {
  const { exited, err } = start(COMMAND[0]!, [COMMAND[1]!, 'x:1'], {
    LISTEN_PID: '1',
    LISTEN_FDS: '1',
  });
  expect(await exited).toEqual([2, null]);
  expect(await err).toContain('expected a source and a target, got 1 argument');
});

const noNotify = lacking('systemd-notify', 'socat');
test.skipIf(noNotify)('systemd is told when it is ready, and when it stops', async () => {
  const path = join(makeDirectory(), 'notify');
  const receiver = start('socat', ['-u', `UNIX-RECV:${path}`, 'STDOUT']);
  await vi.waitFor(() => expect(existsSync(path)).toBe(true), 5_000);
  let told = '';
  receiver.child.stdout.on('data', (chunk: Buffer) => (told += String(chunk)));
  const { child, exited } = start(COMMAND[0]!, [COMMAND[1]!, '0', 'x:1'], { NOTIFY_SOCKET: path });
  await vi.waitFor(() => expect(told).toContain('READY=1'), 10_000);
  expect(told).not.toContain('STOPPING=1');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  await vi.waitFor(() => expect(told).toContain('STOPPING=1'), 10_000);
});

const noSocat = lacking('socat');
test.skipIf(noSocat)(
  'an inetd starts a bridge for each connection, and no message goes into the connection',
  async () => {
    const port = await freePort();
    // socat's own syntax has no room for an address.
    const script = join(makeDirectory(), 'serve');
    const line = [...COMMAND, '--inetd', '-v', await here()].join(' ');
    writeFileSync(script, `#!/bin/sh\nexec ${line}\n`, { mode: 0o755 });
    const listening = `TCP-LISTEN:${port},bind=127.0.0.1,fork`;
    const { exited } = start('socat', [listening, `EXEC:${script},nofork`]);
    await accepting(port, exited);
    expect(await greeting(port, '/')).toBe('here');
  },
);

test('an inetd that waits hands over its port', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const { fd } = Reflect.get(server, '_handle') as { fd: number };
  const args = [COMMAND[1]!, '--inetd', '--run-once', await here()];
  const child = spawn(COMMAND[0]!, args, { stdio: [fd, 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  await once(child.stdout!, 'data');
  server.close();
  expect(await greeting(port, '/')).toBe('here');
  expect(await exited).toEqual([0, null]);
});

test('-D returns when the port is there, and the rest is for its owner only', async () => {
  const directory = makeDirectory();
  const [pidFile, log] = [join(directory, 'pid'), join(directory, 'log')];
  const target = await startEcho();
  const args = ['-D', '--pid-file', pidFile, '--log-file', log, '--record', join(directory, 'r')];
  const { ended, said } = startCommand(...args, '0', `127.0.0.1:${target.port}`);
  expect(await ended).toBe(0);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  onTestFinished(() => {
    if (existsSync(pidFile)) process.kill(pid, 'SIGKILL');
  });
  const [, port] = /^Listening on 127\.0\.0\.1:(\d+), target [^\n]*\n$/.exec(said())!;
  expect(await echo(`ws://127.0.0.1:${port}/`)).toBe('word');
  expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Umask:\t0077$/m);
  process.kill(pid, 'SIGTERM');
  await vi.waitFor(() => expect(existsSync(pidFile)).toBe(false), 10_000);
  expect(readFileSync(log, 'utf8')).toMatch(/#1 closed/);
});

test('-D says why there is no port', async () => {
  const { port } = await startTarget();
  const { ended, said } = startCommand('-D', String(port), 'localhost:1');
  expect(await ended).toBe(1);
  expect(said()).toBe(`websock-bridge: Cannot listen on 127.0.0.1:${port}: the port is in use\n`);
});

test('a pid file that can not be written: 1', async () => {
  const { ended, said } = startCommand('--pid-file', '/nonexistent/pid', '0', 'x:1');
  expect(await ended).toBe(1);
  expect(said()).toMatch(
    /^websock-bridge: Cannot write --pid-file "\/nonexistent\/pid": ENOENT[^\n]*\n$/,
  );
});

test('syslog over UDP', async () => {
  const receiver = createSocket('udp4');
  onTestFinished(() => void receiver.close());
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const lines: string[] = [];
  receiver.on('message', (message) => lines.push(String(message)));
  const { port, child } = await bridgeToEcho('--syslog', `127.0.0.1:${receiver.address().port}`);
  await echo(`ws://127.0.0.1:${port}/`);
  await vi.waitFor(() => expect(lines).not.toEqual([]));
  // RFC 5424: priority, version, time, host, name, process, no message id, no data.
  expect(lines[0]).toMatch(
    new RegExp(
      `^<30>1 \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z \\S+ websock-bridge ${child.pid} - - #1 opened: [^\\n]*$`,
    ),
  );
});

test.each([1, 19])('syslog over UDP, the older format, on day %i of a month', async (day) => {
  vi.setSystemTime(new Date(2026, 10, day, 7, 8, 9));
  onTestFinished(() => void vi.useRealTimers());
  const receiver = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void receiver.close());
  await once(receiver, 'listening');
  const { port } = receiver.address();
  const sink = await openSyslog({ to: { host: '127.0.0.1', port }, isLegacy: true });
  const message = once(receiver, 'message');
  sink.write('error: it broke\n');
  sink.close();
  const date = `Nov ${String(day).padStart(2)} 07:08:09`;
  const host = hostname().replace(/\..*/, '');
  const line = `<27>${date} ${host} websock-bridge[${process.pid}]: error: it broke`;
  expect(String((await message)[0])).toBe(line);
});

/** Checks what the command logs to a Unix socket, in the format that the socket's name asks for. */
async function expectSyslog(path: string, line: RegExp): Promise<void> {
  const receiver = start('socat', ['-u', `UNIX-RECV:${path}`, 'STDOUT']);
  await vi.waitFor(() => expect(existsSync(path)).toBe(true), 5_000);
  let told = '';
  receiver.child.stdout.on('data', (chunk: Buffer) => (told += String(chunk)));
  const { port, child, ended } = await bridgeToEcho('--syslog', path);
  await echo(`ws://127.0.0.1:${port}/`);
  await vi.waitFor(() => expect(told).toMatch(line), 5_000);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}

const noLogger = lacking('logger', 'socat');
test.skipIf(noLogger)('syslog at a unix socket', () =>
  expectSyslog(join(makeDirectory(), 'log'), /<30>1 .* websock-bridge \d+ .* #1 opened: /),
);

test.skipIf(noLogger)('a logger that is killed is replaced', async () => {
  const path = join(makeDirectory(), 'log');
  const receiver = start('socat', ['-u', `UNIX-RECV:${path}`, 'STDOUT']);
  await vi.waitFor(() => expect(existsSync(path)).toBe(true), 5_000);
  let told = '';
  receiver.child.stdout.on('data', (chunk: Buffer) => (told += String(chunk)));
  const { port, child } = await bridgeToEcho('--syslog', path);
  await echo(`ws://127.0.0.1:${port}/`);
  await vi.waitFor(() => expect(told).toMatch(/#1 opened/), 5_000);
  const [logger] = workersOf(child);
  process.kill(logger!);
  await vi.waitFor(() => expect(workersOf(child)).not.toContain(logger), 5_000);
  // A line that is logged right after that may be lost.
  await vi.waitFor(async () => {
    await echo(`ws://127.0.0.1:${port}/`);
    expect(told).toMatch(/#[2-9]\d* opened/);
  }, 10_000);
});

test.skipIf(noLogger)('syslog at /dev/log, in the words of this system', async (context) => {
  const path = '/dev/log';
  if (existsSync(path) || process.getuid?.() !== 0)
    context.skip('cannot create it: it exists, or this is not root');
  onTestFinished(() => rmSync(path, { force: true }));
  await expectSyslog(path, /<30>\w{3} [ \d]\d [\d:]{8} websock-bridge\[\d+\]: #1 opened: /);
});

const noNohup = lacking('nohup');
test.skipIf(noNohup)('under nohup a bridge outlives its terminal', async () => {
  const target = await startEcho();
  const port = await freePort();
  const words = [...COMMAND, String(port), `127.0.0.1:${target.port}`];
  const { child, exited } = start('nohup', words);
  await accepting(port, exited);
  child.kill('SIGHUP');
  expect(await echo(`ws://127.0.0.1:${port}/`)).toBe('word');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
