/** A login to a real sshd, and a file sent there and back by sftp, through a bridge with `--relay-v4`; its WebSockets are cut. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pipeline } from 'node:stream/promises';
import { startBridge } from './bridge.js';
import { makeDirectory } from './command.js';
import { relayTunnel } from './relay.js';
import { startSshd } from './sshd.js';

const run = promisify(execFile);

/** Makes the transfer. @param cuts how often the WebSockets are cut in each direction of it */
export async function transferThroughRelay(
  size: number,
  cuts: number,
): Promise<{ greeting: string; isSame: boolean; reconnects: number }> {
  const directory = makeDirectory();
  const sshd = await startSshd(directory);
  const { bridge, port } = await startBridge(1, {
    relayV4: { allowNetworks: ['127.0.0.1'], allowPorts: [sshd.port] },
  });
  const tunnel = await relayTunnel(port, sshd.port);
  const user = `${userInfo().username}@127.0.0.1`;
  const at = [...sshd.options, '-o', `Port=${tunnel.port}`];
  const { stdout: greeting } = await run('ssh', [...at, user, 'printf hello']);

  const [from, there, back, batch] = ['from', 'there', 'back', 'batch'].map((name) =>
    join(directory, name),
  ) as [string, string, string, string];
  writeFileSync(from, randomBytes(size));
  writeFileSync(batch, `put ${from} ${there}\nget ${there} ${back}\n`);
  // The cuts depend on the bytes carried, not on time.
  let next = size / cuts;
  const watching = setInterval(() => {
    const { up, down } = bridge.carried;
    if (up + down < next) return;
    next += size / cuts;
    tunnel.cut();
  }, 5);
  await run('sftp', ['-b', batch, ...at, user], { maxBuffer: 1e8 }).finally(() =>
    clearInterval(watching),
  );
  const isSame = (await hashOf(from)) === (await hashOf(back));
  return { greeting, isSame, reconnects: tunnel.reconnects };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
