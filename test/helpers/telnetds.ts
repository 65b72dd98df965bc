/** Debian's telnetds, each run as inetd would, with the connection itself as its standard input, with a login that asks for a name and a password. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
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
import { freePort } from './port.js';
import { startGroup } from './telnet-targets.js';

/** As login(1), for one user; it wants a terminal to switch the echo off. */
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

/** By package: the program, and what it is run with. The last wants a certificate even where it does without TLS. */
export const TELNETDS = {
  'inetutils-telnetd': ['telnetd', '-E'],
  'busybox-static': ['busybox', 'telnetd', '-i', '-l'],
  'telnetd-ssl': ['in.telnetd', '-z', 'nossl', '-z', 'cert=CERT', '-z', 'key=CERT', '-L'],
} as const;

/** Starts one on a free port of loopback. */
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
  const port = await freePort();
  const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`;
  const serve = `EXEC:"${[find(program), ...args, login].join(' ').replaceAll('CERT', certificate)}",nofork`;
  const { child, stop } = startGroup(find('socat')!, ['-d', '-d', listen, serve]);
  child.stderr!.setEncoding('utf8');
  for (let log = ''; !log.includes('listening');) log += (await once(child.stderr!, 'data'))[0];
  // Read on: it must not block on a full pipe.
  child.stderr!.resume();
  return {
    port,
    async stop() {
      await stop();
      rmSync(dir, { recursive: true });
    },
  };
}
