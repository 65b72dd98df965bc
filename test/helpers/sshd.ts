/**
 * A real sshd.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './port.js';
import { startServer } from './program.js';

/** Starts a server that lets this user in with a key of the test; resolves with its port and the client's options. */
export async function startSshd(directory: string) {
  const file = (name: string) => join(directory, name);
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  }
  const config = `
    HostKey ${file('host')}
    AuthorizedKeysFile ${file('user')}.pub
    StrictModes no
    UsePAM no
    PidFile none
    Subsystem sftp internal-sftp
  `;
  writeFileSync(file('config'), config);
  // sshd needs this folder when root starts it, and some systems make it only for their own service.
  if (process.getuid?.() === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd');
  const port = await freePort();
  const where = `ListenAddress=127.0.0.1:${port}`;
  await startServer('sshd', port, '-D', '-f', file('config'), '-o', where);
  const settings = [
    'BatchMode=yes',
    'LogLevel=ERROR',
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${file('known')}`,
  ];
  const options = ['-F', 'none', '-i', file('user'), ...settings.flatMap((one) => ['-o', one])];
  return { port, options };
}
