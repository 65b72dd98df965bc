/**
 * The test cases of nginx's websockify module, run on this bridge, with signed targets as in that module.
 */
import { on, once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { signedTargets, signTarget } from '../../../src/bridge/index.js';
import { ask } from '../../helpers/access.js';
import { startBridge, startEcho } from '../../helpers/bridge.js';
import { freePort } from '../../helpers/port.js';

const secret = 'n'.repeat(32);

async function start(targetPort?: number) {
  const port = targetPort ?? (await startEcho()).port;
  const bridge = await startBridge(1, { target: signedTargets(secret) });
  return { port: bridge.port, path: `/?${signTarget({ secret, target: `127.0.0.1:${port}` })}` };
}

async function open(protocols: string[]): Promise<WebSocket> {
  const { port, path } = await start();
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols);
  onTestFinished(() => ws.terminate());
  await once(ws, 'open');
  return ws;
}

/** Sends bytes in the session's encoding, and resolves with what comes back, once it is as long. */
async function echo(ws: WebSocket, bytes: Buffer): Promise<Buffer> {
  const isText = ws.protocol === 'base64';
  let received = Buffer.alloc(0);
  // Listens from here on, because several messages may arrive in one turn of the event loop.
  const messages = on(ws, 'message');
  ws.send(isText ? bytes.toString('base64') : bytes);
  for await (const [data, isBinary] of messages as AsyncIterable<[Buffer, boolean]>) {
    expect(isBinary).toBe(!isText);
    received = Buffer.concat([received, isText ? Buffer.from(String(data), 'base64') : data]);
    if (received.length >= bytes.length) break;
  }
  return received;
}

const large = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7) % 251));

test('1. base64 alone is offered: it is chosen', async () => {
  expect((await open(['base64'])).protocol).toBe('base64');
});

test('2. a dead target: 502', async () => {
  const { port, path } = await start(await freePort());
  expect(await ask(port, path)).toBe(502);
});

test('3. no headers of a WebSocket: 400', async () => {
  const { port, path } = await start();
  const none = { 'Sec-WebSocket-Key': undefined, 'Sec-WebSocket-Version': undefined };
  expect(await ask(port, path, none)).toBe(400);
});

test('4. base64 and binary are offered: binary is chosen', async () => {
  expect((await open(['base64', 'binary'])).protocol).toBe('binary');
});

test.each([
  ['5', 'binary'],
  ['6', 'base64'],
])('%s. %s comes back', async (_, protocol) => {
  const bytes = Buffer.from([0, 1, 127, 128, 255]);
  expect(await echo(await open([protocol]), bytes)).toEqual(bytes);
});

test.each([
  ['7', 'binary'],
  ['8', 'base64'],
])('%s. 65,536 bytes of %s come back whole', async (_, protocol) => {
  expect((await echo(await open([protocol]), large)).equals(large)).toBe(true);
});
