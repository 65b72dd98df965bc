/**
 * SSH on the port of the bridge: real ssh, scp and git, and a real sshd behind --fallback.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openClient, request, startBridge, startEcho } from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';
import { startSshd } from '../../helpers/sshd.js';

const run = promisify(execFile);

const reason = lacking('sshd', 'ssh', 'scp', 'git', 'curl', 'openssl');

test.skipIf(reason)(
  `ssh, scp and git beside HTTP, TLS and WebSockets${reason ? ` (${reason})` : ''}`,
  async () => {
    const directory = makeDirectory();
    const sshd = await startSshd(directory);
    const echo = await startEcho();
    const { port } = await startBridge(echo.port, {
      tls: makeCertificate(directory, 'one'),
      fallback: { host: '127.0.0.1', port: sshd.port },
    });
    const user = `${userInfo().username}@127.0.0.1`;
    const at = [...sshd.options, '-o', `Port=${port}`];

    const { stdout } = await run('ssh', [...at, user, 'printf hello; cat >&2 /dev/null']);
    expect(stdout).toBe('hello');

    const bytes = randomBytes(4 * 1024 * 1024);
    const [from, there, back] = ['from', 'there', 'back'].map((name) => join(directory, name));
    writeFileSync(from!, bytes);
    await run('scp', [...at, from!, `${user}:${there}`]);
    await run('scp', [...at, `${user}:${there}`, back!]);
    expect(readFileSync(back!).equals(bytes)).toBe(true);

    const [source, clone] = [join(directory, 'source'), join(directory, 'clone')];
    const git = (...args: string[]) =>
      run('git', ['-C', source, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
    await run('git', ['init', '-q', source]);
    writeFileSync(join(source, 'file'), 'text');
    await git('add', '.');
    await git('commit', '-qm', 'One');
    const env = { ...process.env, GIT_SSH_COMMAND: ['ssh', ...at].join(' ') };
    await run('git', ['clone', '-q', `ssh://${user}:${port}${source}`, clone], { env });
    expect(readFileSync(join(clone, 'file'), 'utf8')).toBe('text');

    const head = 'Host: localhost\r\nConnection: close\r\n\r\n';
    expect((await request(port, `GET /healthz HTTP/1.1\r\n${head}`)).status).toBe(200);
    const secure = await run('curl', ['-sk', `https://127.0.0.1:${port}/healthz`]);
    expect(secure.stdout).toBe('ok\n');
    await openClient(port);
  },
);
