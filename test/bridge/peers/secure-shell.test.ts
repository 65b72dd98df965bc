/**
 * A client of our own does what Chrome's Secure Shell does, against a real sshd: the relay protocol (corp-relay-v4), cut and
 * resumed, and the mode `websockify`.
 */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startBridge } from '../../helpers/bridge.js';
import { makeDirectory } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';
import { websockifyTunnel } from '../../helpers/relay.js';
import { transferThroughRelay } from '../../helpers/relay-transfer.js';
import { startSshd } from '../../helpers/sshd.js';

const reason = lacking('sshd', 'ssh', 'sftp');

test.skipIf(reason)(
  `a login, and a file by sftp both ways, cut and resumed${reason ? ` (${reason})` : ''}`,
  async () => {
    const { greeting, isSame, reconnects } = await transferThroughRelay(8_000_000, 4);
    expect(greeting).toBe('hello');
    expect(isSame).toBe(true);
    expect(reconnects).toBeGreaterThanOrEqual(4);
  },
);

test.skipIf(reason)(`the mode websockify${reason ? ` (${reason})` : ''}`, async () => {
  const sshd = await startSshd(makeDirectory());
  const { port } = await startBridge(sshd.port);
  const { port: own } = await websockifyTunnel(port);
  const user = `${userInfo().username}@127.0.0.1`;
  const at = [...sshd.options, '-o', `Port=${own}`, user];
  const { stdout } = await promisify(execFile)('ssh', [...at, 'printf hello']);
  expect(stdout).toBe('hello');
});
