/**
 * The built command, as a user starts it. Needs `npm run build`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { makeDirectory } from '../../helpers/command.js';
import { closeCode, openClient, readAll, startEcho, startTarget } from '../../helpers/bridge.js';

function start(
  ...args: string[]
): ChildProcess & { readonly output: Promise<{ out: string; err: string }> } {
  const child = spawn(process.execPath, ['dist/websock-bridge.js', ...args], { stdio: 'pipe' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]).then(([out, err]) => ({
    out,
    err,
  }));
  return Object.assign(child, { output });
}

async function run(...args: string[]) {
  const child = start(...args);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...(await child.output) };
}

/** Starts a bridge on a free port and resolves when it listens. */
async function listening(...args: string[]) {
  const child = start(...args);
  let line = '';
  while (!line.endsWith('\n')) line += String((await once(child.stdout ?? child, 'data'))[0]);
  return { child, line, port: Number(/:(\d+),/.exec(line)?.[1]) };
}

test('--help and --version', async () => {
  const help = await run('--help');
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toContain('a port alone listens on\n127.0.0.1');
  const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(await run('-V')).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' });
});

test('--help GROUP shows one group, and no line is wider than 80 columns', async () => {
  const { out, code } = await run('--help', 'tls');
  expect(code).toBe(0);
  expect(out).toMatch(/^TLS:\n {2}--cert FILE /);
  expect(out).not.toContain('--heartbeat');
  const unknown = await run('--help', 'tsl');
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain(
    'Cannot show help on "tsl": expected one of target, listening, tls',
  );
  const all = (await run('-h')).out.split('\n');
  expect(all.filter((line) => line.length > 79)).toEqual([]);
});

test.each([
  ['', 'expected a source and a target, got 0 arguments'],
  ['x localhost:1', 'Cannot listen on "x"'],
  ['1 localhost', 'Cannot connect to "localhost"'],
])('bad arguments: 2, a line, no stack: %s', async (line, message) => {
  const { code, out, err } = await run(...line.split(' ').filter(Boolean));
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^websock-bridge: [^\n]*\n$/);
  expect(err).toContain(message);
});

test.each([
  ['', ''],
  ["throw new Error('not yet')", 'websock-bridge: not yet\n'],
])(
  'a plug-in gives back what it holds, at the end and when there is no port: %s',
  async (code, said) => {
    const directory = makeDirectory();
    const plugin = join(directory, 'plugin.mjs');
    writeFileSync(
      plugin,
      `export default class {
      timer = setInterval(() => {}, 1000);
      lookup() {}
      close() {
        if (this.timer === undefined) process.stderr.write('closed twice');
        clearInterval(this.timer);
        this.timer = undefined;
        ${code}
      }
    }`,
    );
    const args = ['--token-plugin', plugin, '--token-source', ''];
    const { child } = await listening('0', ...args);
    child.kill('SIGTERM');
    const [code_] = (await once(child, 'close')) as [number | null];
    expect({ code: code_, err: (await child.output).err }).toEqual({ code: 0, err: said });
    const { code: failed, err } = await run('192.0.2.1:0', ...args);
    expect(failed).toBe(1);
    expect(err).toMatch(new RegExp(`^websock-bridge: Cannot listen on .*\\n${said}$`));
  },
);

test.each(["'https://app.example'", '{}', '[7]'])(
  'a plug-in whose origins are %s',
  async (origins) => {
    const plugin = join(makeDirectory(), 'plugin.mjs');
    writeFileSync(
      plugin,
      `export default class {
      origins = ${origins};
      authenticate() {}
    }`,
    );
    const { code, err } = await run('--auth-plugin', plugin, '--auth-source', '', '0', 'x:1');
    expect(code).toBe(2);
    expect(err).toContain(
      `--auth-plugin: Cannot use the plug-in "${plugin}": its origins must be an array of strings`,
    );
  },
);

test.each([
  ['192.0.2.1:0', 'Cannot listen on 192.0.2.1:0: this machine has no such address'],
  ['no.invalid:0', 'Cannot listen on no.invalid:0: the name does not resolve'],
])('an address that can not be had: 1: %s', async (source, message) => {
  const { code, err } = await run(source, 'localhost:1');
  expect({ code, err }).toEqual({ code: 1, err: `websock-bridge: ${message}\n` });
});

test('a port in use: 1', async () => {
  const { port } = await startTarget();
  expect(await run(String(port), 'localhost:1')).toEqual({
    code: 1,
    out: '',
    err: `websock-bridge: Cannot listen on 127.0.0.1:${port}: the port is in use\n`,
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s: 1001 to the clients, and 0', async (signal) => {
  const target = await startEcho();
  const { child, line, port } = await listening('-v', '0', `127.0.0.1:${target.port}`);
  expect(line).toBe(`Listening on 127.0.0.1:${port}, target 127.0.0.1:${target.port}\n`);
  const ws = await openClient(port, ['binary']);
  ws.send(Buffer.from('hello'));
  expect(String((await once(ws, 'message'))[0])).toBe('hello');
  const closed = closeCode(ws);
  child.kill(signal);
  expect(await closed).toBe(1001);
  expect(await once(child, 'close')).toEqual([0, null]);
  const { err } = await child.output;
  expect(err).toMatch(
    /^#1 opened: 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+\n#1 closed: 1001, [^\n]*, 5 bytes up, 5 down, \d+ ms\n$/,
  );
});

test('the command ends by itself even if its clients are stalled', async () => {
  const target = await startTarget((socket) => socket.write(Buffer.alloc(16 * 1024 * 1024)));
  const { child, port } = await listening('--drain', '0', '0', `127.0.0.1:${target.port}`);
  const ws = await openClient(port);
  ws.pause();
  const socket = await target.accept();
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
  await readAll(socket);
}, 15_000);
