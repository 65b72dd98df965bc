/**
 * The suite on a platform: finds out where it is, runs all cases over the channels that there are, and reports. In a
 * page it needs nothing; elsewhere its first argument is the server, and more are `ws`, if that is to be the WebSocket, or
 * modules that have what the platform lacks.
 */
import { cases } from './suite.js';
import { dataChannel } from './channels/data-channel.js';
import { fake } from './channels/fake.js';
import { webSocket, webSocketStream } from './channels/network.js';
import { pair } from './channels/pair.js';
import type { Env } from './contract.js';
import { findFacts } from './facts.js';
import { run, type Report } from './run.js';

const isProcess = typeof process !== 'undefined';
const [origin, ...given] = isProcess ? process.argv.slice(2) : [location.origin];
const options = given.includes('ws') ? { WebSocket: (await import('ws')).WebSocket } : undefined;
for (const path of given.filter((name) => name !== 'ws')) {
  const { WebSocketStream, RTCPeerConnection } = (await import(path)) as Record<string, unknown>;
  if (WebSocketStream) Object.assign(globalThis, { WebSocketStream });
  if (RTCPeerConnection) Object.assign(globalThis, { RTCPeerConnection });
}
const facts = findFacts();

const envs: Env[] = [fake, pair, webSocket(origin, options)];
if (facts.WebSocketStream) envs.push(webSocketStream(origin));
if (facts.RTCDataChannel) envs.push(dataChannel());

const strays: string[] = [];
if (!isProcess) {
  // In a process they are its end.
  addEventListener('error', ({ message }) => strays.push(message));
  addEventListener('unhandledrejection', ({ reason }) => strays.push(String(reason)));
}

const place = isProcess ? 'process' : 'document' in globalThis ? 'window' : 'worker';
const post = async (path: string, body: string): Promise<unknown> =>
  (await fetch(`${origin}/${path}`, { method: 'POST', body })).text();

const kinds = [];
for (const env of envs) {
  const report = await run(env, cases, (where) => post('progress', `${place}, ${where}`));
  report.failures.push(...strays.splice(0).map((message) => `a stray error: ${message}`));
  kinds.push(report);
}
await post('report', JSON.stringify({ place, kinds, facts } satisfies Report));
// Channels that a case broke may keep a process alive.
if (isProcess) process.exit();
