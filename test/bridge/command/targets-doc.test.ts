/**
 * The samples of docs/bridge-targets.md, run as they are.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'redis';
import { expect, onTestFinished, test } from 'vitest';
import * as api from '../../../src/bridge/index.js';
import { ask, greeting, startRedis, temporaryDirectory } from '../../helpers/access.js';
import { startBridge, startTarget } from '../../helpers/bridge.js';
import { samplesOf } from '../../helpers/documents.js';
import { lacking } from '../../helpers/need.js';

const samples = samplesOf('bridge-targets.md');

/** Runs the named sample as a function's body: its imports become parameters, its export the result. */
async function sample<T>(name: string): Promise<T> {
  const { randomBytes } = await import('node:crypto');
  const body = samples
    .get(name)!
    .replace(/export (?:default )?(async function|function|class)/, 'return $1');
  const names = { ...api, randomBytes };
  return new Function(...Object.keys(names), body)(...Object.values(names)) as T;
}

async function here() {
  const { port } = await startTarget((socket) => socket.end('here'));
  return { host: '127.0.0.1', port };
}

async function listen(bridge: api.Bridge): Promise<number> {
  onTestFinished(() => bridge.close());
  return (await bridge.listen(0)).port;
}

test('a plug-in', async () => {
  const Plugin = await sample<new (source: string) => api.TokenSource>('my-plugin');
  const tokens = new Plugin(JSON.stringify({ one: await here() }));
  const { port } = await startBridge(1, { target: api.tokenTargets(tokens) });
  expect(await greeting(port, '/?token=one')).toBe('here');
  expect(await ask(port, '/?token=two')).toBe(403);
});

test('tokens', async () => {
  const start = await sample<(file: string) => Promise<api.Bridge>>('tokens');
  const { host, port } = await here();
  const file = join(await temporaryDirectory(), 'tokens');
  await writeFile(file, `one: ${host}:${port}\n`);
  expect(await greeting(await listen(await start(file)), '/?token=one')).toBe('here');
});

test('a signature', async () => {
  const bridgeUrl = await sample<(bridge: string, secret: string) => string>('sign');
  const secret = 'd'.repeat(32);
  // The sample's port 5900 is not allowed: a refusal for that shows that the signature is good.
  const target = api.signedTargets(secret, { allowPorts: [1] });
  const { port, logged } = await startBridge(1, { target, allowOrigins: ['https://app.example'] });
  const Origin = 'https://app.example';
  expect(await ask(port, bridgeUrl('/', secret), { Origin })).toBe(403);
  await logged(/127\.0\.0\.1:5900: the target is not allowed/);
});

test('signed targets, each signature once', async () => {
  const start = await sample<(secret: string) => api.Bridge>('signed');
  const secret = 'e'.repeat(32);
  const origin = 'https://app.example';
  const { host, port: targetPort } = await here();
  const port = await listen(start(secret));
  const path = `/?${api.signTarget({ secret, target: `${host}:${targetPort}`, origin })}`;
  expect(await greeting(port, path, { Origin: origin })).toBe('here');
  expect(await ask(port, path, { Origin: origin })).toBe(403);
});

test('an authenticator', async () => {
  const start = await sample<(target: api.Target) => Promise<api.Bridge>>('auth');
  const port = await listen(await start(await here()));
  expect(await ask(port, '/')).toBe(401);
  const Authorization = `Basic ${Buffer.from('alice:secret').toString('base64')}`;
  expect(await greeting(port, '/', { Authorization })).toBe('here');
});

const noRedis = lacking('redis-server');
test.skipIf(noRedis)(`a token in Redis${noRedis ? ` (${noRedis})` : ''}`, async () => {
  const newToken = await sample<(redis: unknown, target: string) => Promise<string>>('redis');
  const redis = await startRedis();
  const client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
  await client.connect();
  onTestFinished(() => client.destroy());
  const { host, port: targetPort } = await here();
  const token = await newToken(client, `${host}:${targetPort}`);
  const tokens = await api.openTokenSource('TokenRedis', `127.0.0.1:${redis.port}:0::vnc`);
  onTestFinished(() => tokens.close?.());
  const { port } = await startBridge(1, { target: api.tokenTargets(tokens) });
  expect(await greeting(port, `/?token=${token}`)).toBe('here');
});
