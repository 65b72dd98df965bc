/**
 * Sessions that outlive their WebSockets, through the built command: what a drain, `--run-once` and a one-time signature mean
 * for them. Needs `npm run build`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import { flow } from '../../../src/flow/index.js';
import { Websock } from '../../../src/index.js';
import { signTarget } from '../../../src/bridge/index.js';
import { ask } from '../../helpers/access.js';
import { startEcho } from '../../helpers/bridge.js';
import { bridgeToEcho, listenCommand, makeDirectory } from '../../helpers/command.js';
import { cuttable } from '../../helpers/flow/cuttable.js';

/** Opens a socket of the SDK over a network in front of a port, which can be cut. */
async function open(port: number, path = '/') {
  const network = await cuttable(port);
  const sock = new Websock({ WebSocket: WebSocket as never, flow: flow({ retry: () => 20 }) });
  onTestFinished(async () => {
    sock.dispose();
    await network.close();
  });
  sock.open(`ws://127.0.0.1:${network.port}${path}`);
  await sock.opened;
  /** Cuts the network, waits until the session has resumed, and sends a word there and back. */
  const survive = async (): Promise<string> => {
    network.cut();
    await sock.once('resumed');
    sock.send('word');
    return new TextDecoder().decode(await sock.read(4));
  };
  return { sock, survive };
}

test('SIGTERM with a drain: sessions resume, others get 503; SIGINT ends it, and says so', async () => {
  const { child, port, ended } = await bridgeToEcho('--drain', '60');
  const { sock, survive } = await open(port);
  child.kill('SIGTERM');
  await vi.waitFor(async () => expect(await ask(port, '/')).toBe(503));
  expect(await survive()).toBe('word');
  const closed = sock.once('close');
  child.kill('SIGINT');
  expect(await closed).toMatchObject({ code: 1006, reason: 'The bridge is shutting down.' });
  expect(await ended).toBe(0);
});

test('--run-once ends with its session, not with its WebSocket', async () => {
  const { port, ended } = await bridgeToEcho('--run-once');
  const { sock, survive } = await open(port);
  expect(await survive()).toBe('word');
  expect(await ask(port, '/')).toBe(503);
  sock.close();
  expect(await ended).toBe(0);
});

test('--sign-once: the signature lets in once, and its session resumes without it', async () => {
  const target = await startEcho();
  const key = join(makeDirectory(), 'key');
  const secret = 'k'.repeat(32);
  writeFileSync(key, secret, { mode: 0o600 });
  const { port } = await listenCommand('--sign-key', key, '--sign-once', '0');
  const path = `/?${signTarget({ secret, target: `127.0.0.1:${target.port}` })}`;
  const { survive } = await open(port, path);
  expect(await survive()).toBe('word');
  expect(await ask(port, path)).toBe(403);
});
