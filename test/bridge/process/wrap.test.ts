/**
 * `websock-bridge PORT -- COMMAND`: real programs behind a port that they think is theirs. Needs `npm run build`.
 */
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { startBridge, startTarget } from '../../helpers/bridge.js';
import { listenCommand, makeDirectory, startCommand } from '../../helpers/command.js';
import { find, lacking, skip } from '../../helpers/need.js';
import { freePort } from '../../helpers/port.js';

const reason =
  process.platform === 'linux' ? lacking('cc') : skip('programs are wrapped on Linux only');

let cache = '';
beforeEach(() => {
  cache = makeDirectory();
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterEach(() => vi.unstubAllEnvs());

/** Resolves with the first bytes from a port, as soon as the program behind it answers. */
function answer(port: number, question = ''): Promise<Buffer> {
  const ask = () =>
    new Promise<Buffer>((resolve, reject) => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}/`, ['binary']);
      ws.once('error', reject);
      ws.once('open', () => question !== '' && ws.send(Buffer.from(question)));
      ws.once('message', (data: Buffer) => {
        ws.on('error', () => {}).terminate();
        resolve(data);
      });
      ws.once('close', () => reject(new Error('closed without an answer')));
    });
  return vi.waitFor(ask, { timeout: 40_000, interval: 200 });
}

const shell = (script: string) => ['--', 'sh', '-c', script];

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

const PROGRAMS = [
  {
    name: 'python3 -m http.server, IPv4',
    needs: ['python3'],
    command: (port: number) => `python3 -m http.server --bind 0.0.0.0 ${port}`,
    question: 'GET / HTTP/1.0\r\n\r\n',
    answers: /^HTTP\/1\.0 200/,
  },
  {
    name: 'python3 -m http.server, IPv6',
    needs: ['python3'],
    command: (port: number) => `python3 -m http.server --bind ::1 ${port}`,
    question: 'GET / HTTP/1.0\r\n\r\n',
    answers: /^HTTP\/1\.0 200/,
  },
  {
    name: 'python3 -m http.server, both at once',
    needs: ['python3'],
    command: (port: number) => `python3 -m http.server ${port}`,
    question: 'GET / HTTP/1.0\r\n\r\n',
    answers: /^HTTP\/1\.0 200/,
  },
  {
    name: 'Xvnc',
    needs: ['Xvnc'],
    command: (port: number) => `Xvnc -displayfd 1 -rfbport ${port} -SecurityTypes None`,
    question: '',
    answers: /^RFB 003\.008\n/,
  },
  {
    name: 'inetutils-telnetd under socat',
    needs: ['telnetd', 'socat'],
    command: (port: number) => `socat TCP-LISTEN:${port},fork EXEC:${find('telnetd') ?? ''}`,
    question: '',
    answers: /^\xff/,
  },
] as const;

for (const { name, needs, command, question, answers } of PROGRAMS) {
  const missing = reason ?? lacking(...needs);
  test.skipIf(missing)(`${name}${missing ? ` (${missing})` : ''}`, async () => {
    const port = await freePort();
    const words = command(port).split(' ');
    const { child, ended } = await listenCommand(`${port}`, '--', ...words);
    expect(String((await answer(port, question)).toString('latin1'))).toMatch(answers);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
}

test.skipIf(reason)('--wrap-mode exit: the status is the program’s', async () => {
  const port = await freePort();
  for (const [script, status] of [
    ['exit 7', 7],
    ['kill -9 $$', 137],
  ] as const) {
    const { ended, said } = startCommand(`${port}`, ...shell(script));
    expect(await ended).toBe(status);
    expect(said()).toContain(`sh ended with status ${status}\n`);
  }
});

const noXvnc = reason ?? lacking('Xvnc');
test.skipIf(noXvnc)('--wrap-mode ignore: a program may leave a child running', async () => {
  const port = await freePort();
  const server = `Xvnc -displayfd 1 -rfbport ${port} -SecurityTypes None & echo it is $!.`;
  const { child, says, ended } = await listenCommand(
    '--wrap-mode',
    'ignore',
    `${port}`,
    ...shell(server),
  );
  const said = await says(/sh ended with status 0[^]*it is \d+\.|it is \d+\.[^]*sh ended/);
  const pid = Number(/it is (\d+)\./.exec(said)?.[1]);
  expect(String(await answer(port))).toMatch(/^RFB/);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  // The program's process group ended with the bridge.
  expect(isAlive(pid)).toBe(false);
});

test.skipIf(reason)(
  '--wrap-mode respawn: the program is restarted each time, with a delay while it ends soon after its start',
  async () => {
    const port = await freePort();
    const times: number[] = [];
    const { child, ended } = await listenCommand(
      '--wrap-mode=respawn',
      `${port}`,
      ...shell('exit 3'),
    );
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        if (String(chunk).includes('sh ended with status 3')) times.push(performance.now());
        if (times.length === 3) resolve();
      });
    });
    const [first = 0, second = 0, third = 0] = times;
    expect(third - second).toBeGreaterThan(1_500);
    expect(second - first).toBeGreaterThan(500);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  },
  60_000,
);

test.skipIf(reason)(
  '--wrap-mode ignore: a program that ended is not started again',
  async () => {
    const run = async (mode: string) =>
      listenCommand('--wrap-mode', mode, `${await freePort()}`, ...shell('exit 3'));
    const ignoring = await run('ignore');
    await ignoring.says(/ended with status 3/);
    // Meanwhile another program is restarted twice.
    await (await run('respawn')).says(/(?:ended with status 3[^]*){3}/);
    expect(ignoring.said().match(/ended with status 3/g)).toHaveLength(1);
  },
  60_000,
);

test.skipIf(reason).each(['SIGINT', 'SIGTERM'] as const)('%s is handed on', async (signal) => {
  const port = await freePort();
  const trap = `trap 'echo got ${signal}; exit' ${signal.slice(3)}; echo ready; while :; do sleep 0.1; done`;
  const { child, says, said, ended } = await listenCommand(`${port}`, ...shell(trap));
  await says(/ready/);
  child.kill(signal);
  expect(await ended).toBe(0);
  expect(said()).toContain(`got ${signal}\n`);
});

test.skipIf(reason)('a bridge that is killed takes its program along', async () => {
  const port = await freePort();
  const trap = "trap 'echo told; exit' TERM; echo it is $$.; while :; do sleep 0.1; done";
  const { child, says } = await listenCommand(`${port}`, ...shell(trap));
  const pid = Number(/it is (\d+)\./.exec(await says(/it is \d+\./))?.[1]);
  child.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000 });
});

test.skipIf(reason)(
  'a program that does not heed the signal is killed',
  async () => {
    const port = await freePort();
    const trap = "trap 'echo told' TERM; echo it is $$.; while :; do sleep 0.1; done";
    const { child, says, said, ended } = await listenCommand(`${port}`, ...shell(trap));
    const pid = Number(/it is (\d+)\./.exec(await says(/it is \d+\./))?.[1]);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(said()).toContain('told\n');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
  },
  20_000,
);

test.skipIf(reason)(
  'the program keeps its name and arguments, and other preloaded libraries stay',
  async () => {
    vi.stubEnv('LD_PRELOAD', 'libm.so.6');
    const { ended, said } = startCommand(`${await freePort()}`, ...shell('echo $0 $LD_PRELOAD'));
    expect(await ended).toBe(0);
    expect(said()).toMatch(/^sh \S+rebind-\S+\.so:libm\.so\.6$/m);
  },
);

const BIND = `
import socket, sys
for kind, family, host in (
    ('tcp', socket.AF_INET, '0.0.0.0'),
    ('tcp', socket.AF_INET6, '::1'),
    ('tcp', socket.AF_INET6, '::'),
    ('udp', socket.AF_INET, '0.0.0.0'),
):
    with socket.socket(family, socket.SOCK_STREAM if kind == 'tcp' else socket.SOCK_DGRAM) as bound:
        bound.bind((host, int(sys.argv[1])))
        print('bound', kind, *bound.getsockname()[:2], flush=True)
`;

const noPython = reason ?? lacking('python3');
test.skipIf(noPython)('only its TCP port moves, to where nobody else reaches it', async () => {
  const port = await freePort();
  const { ended, said } = startCommand(`${port}`, '--', 'python3', '-c', BIND, `${port}`);
  expect(await ended).toBe(0);
  const bound = [...said().matchAll(/^bound (\S+) (\S+) (\d+)$/gm)].map(
    ([, kind, host, at]) => `${kind} ${host} ${Number(at) === port ? 'there' : 'elsewhere'}`,
  );
  expect(bound).toEqual([
    'tcp 127.0.0.1 elsewhere',
    'tcp ::1 elsewhere',
    'tcp ::ffff:127.0.0.1 elsewhere',
    'udp 0.0.0.0 there',
  ]);
});

test.skipIf(reason)('other ports of the program stay where they are', async () => {
  const [port, other] = [await freePort(), await freePort()];
  const { says } = await listenCommand(
    `${port}`,
    '--',
    'python3',
    '-u',
    '-m',
    'http.server',
    `${other}`,
  );
  await says(new RegExp(`Serving HTTP on .* port ${other} `));
});

test.skipIf(reason)('the library is built once, for its owner', async () => {
  const port = await freePort();
  for (let i = 0; i < 2; i++) await startCommand(`${port}`, ...shell('exit 0')).ended;
  const directory = join(cache, 'websock-bridge');
  const files = readdirSync(directory);
  expect(files).toEqual([expect.stringMatching(/^rebind-\w+-[\da-f]{16}\.so$/)]);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  const [library = ''] = files;
  chmodSync(join(directory, library), 0o666);
  const refusal = async () => {
    const { ended, said } = startCommand(`${port}`, ...shell('exit 0'));
    expect(await ended).toBe(1);
    return said();
  };
  const rule = 'websock-bridge: Cannot wrap a program: others can write to';
  expect(await refusal()).toBe(`${rule} ${join(directory, library)}\n`);
  chmodSync(join(directory, library), 0o600);
  chmodSync(directory, 0o777);
  expect(await refusal()).toBe(`${rule} ${directory}\n`);
});

test.skipIf(reason)('without a compiler it says what is missing', async () => {
  vi.stubEnv('PATH', makeDirectory());
  const { ended, said } = startCommand(`${await freePort()}`, '--', '/bin/sh', '-c', 'exit 0');
  expect(await ended).toBe(1);
  expect(said()).toBe(
    'websock-bridge: Cannot wrap a program: no C compiler found: install one, such as gcc\n',
  );
});

const noBusybox = reason ?? lacking('busybox');
test.skipIf(noBusybox)('a static program is refused', async () => {
  const { ended, said } = startCommand('6080', '--', 'busybox', 'telnetd', '-F', '-p', '6080');
  expect(await ended).toBe(2);
  expect(said()).toMatch(/^websock-bridge: Cannot wrap "busybox": it is statically linked, so/);
});

test.skipIf(reason).each([
  [['0', '--', 'sh'], 'Cannot wrap a program: expected a source with the port that it binds'],
  [['6080', '--'], 'Cannot wrap: expected a command after --'],
  [['6080', '--', '/nonexistent'], 'Cannot wrap "/nonexistent": there is no such program'],
  [['6080', '--', 'passwd'], 'Cannot wrap "passwd": it runs as another user'],
  [['6080', 'localhost:1', '--', 'sh'], 'Cannot start: expected a source, got 2 arguments'],
  [['--unix-target', 's', '6080', '--', 'sh'], 'Cannot use --unix-target: the target is a program'],
])('%j is refused', async (args, message) => {
  const { ended, said } = startCommand(...args);
  expect(await ended).toBe(2);
  expect(said()).toContain(message);
});

test.skipIf(reason)('a port that is taken ends it before the program starts', async () => {
  const { port: target } = await startTarget();
  const { port } = await startBridge(target);
  const { ended, said } = startCommand(`${port}`, ...shell('echo started'));
  expect(await ended).toBe(1);
  expect(said()).not.toContain('started');
});
