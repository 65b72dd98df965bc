/** Debian's telnetds, run as by inetd, with the connection itself as standard input, and a login with name and password. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from './need.js';
import { startInetd } from './telnet-targets.js';

/** Acts as login(1) for one user; it needs a terminal whose echo it can switch off. */
const LOGIN = `#!/bin/sh
printf 'host login: '
read user
stty -echo
printf 'Password: '
read password
stty echo
[ "$user $password" = 'alice secret' ] || { echo 'Login incorrect'; exit 1; }
printf '\\nWelcome, %s\\n$ ' "$user"
while read line; do printf '%s\\n$ ' "$line"; done
`;

/** By package: the program and its arguments. The last one needs a certificate even without TLS. */
export const TELNETDS = {
  'inetutils-telnetd': ['telnetd', '-E'],
  'busybox-static': ['busybox', 'telnetd', '-i', '-l'],
  'telnetd-ssl': ['in.telnetd', '-z', 'nossl', '-z', 'cert=CERT', '-z', 'key=CERT', '-L'],
} as const;

/** Starts one of them on a free loopback port. */
export async function startLogin(
  name: keyof typeof TELNETDS,
): Promise<{ port: number; stop(): Promise<void> }> {
  const [program, ...args] = TELNETDS[name];
  const dir = mkdtempSync(join(tmpdir(), 'telnetd-'));
  const login = join(dir, 'login');
  writeFileSync(login, LOGIN);
  chmodSync(login, 0o755);
  const certificate = join(dir, 'cert.pem');
  if (args.some((arg) => arg.includes('CERT'))) {
    const make = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost';
    execFileSync(
      'openssl',
      [...make.split(' '), '-keyout', certificate, '-out', `${certificate}.crt`],
      {
        stdio: 'ignore',
      },
    );
    appendFileSync(certificate, readFileSync(`${certificate}.crt`));
  }
  const command = [find(program), ...args, login].join(' ').replaceAll('CERT', certificate);
  const { port, stop } = await startInetd(`"${command}",nofork`);
  return {
    port,
    async stop() {
      await stop();
      rmSync(dir, { recursive: true });
    },
  };
}
