/**
 * `--workers` with TLS: every worker shows a renewed certificate. Needs `npm run build`.
 */
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { startEcho } from '../../helpers/bridge.js';
import { listenCommand, makeCertificate, makeDirectory } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';

/** The certificates that the workers show. Of four connections open at the same time, each of two workers gets at least one. */
async function shown(port: number): Promise<string[]> {
  const sockets = Array.from({ length: 4 }, () =>
    connect({ port, host: '127.0.0.1', rejectUnauthorized: false }),
  );
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(sockets.map((socket) => once(socket, 'secureConnect')));
  const names = sockets.map((socket) => String(socket.getPeerCertificate().subject.CN));
  for (const socket of sockets) socket.destroy();
  return names;
}

test.skipIf(lacking('openssl'))(
  'both workers show a certificate that was renewed in its files, or named before SIGHUP',
  async () => {
    const directory = makeDirectory();
    const [first, second, third] = ['first', 'second', 'third'].map((name) =>
      makeCertificate(directory, name),
    );
    const { port: echoPort } = await startEcho();
    const config = join(directory, 'bridge.toml');
    const name = ({ cert, key }: typeof first) => {
      const text = `target = "127.0.0.1:${echoPort}"\nworkers = 2\ncert = "${cert}"\nkey = "${key}"\n`;
      writeFileSync(config, text, { mode: 0o600 });
    };
    name(first);
    const { port, child, says } = await listenCommand('--config', config, '0');
    const four = (subject: string) => Array.from({ length: 4 }, () => subject);
    expect(await shown(port)).toEqual(four('first'));

    copyFileSync(second.key, first.key);
    copyFileSync(second.cert, first.cert);
    await expect.poll(() => shown(port)).toEqual(four('second'));

    name(third);
    child.kill('SIGHUP');
    await says(/Reloaded/);
    expect(await shown(port)).toEqual(four('third'));
  },
);
