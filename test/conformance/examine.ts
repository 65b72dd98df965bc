/**
 * The suite on a platform: finds out where it is running, runs all cases over the available channels, and reports.
 */
import type { WebsockOptions } from '../../src/index.js';
import { dataChannel } from './channels/data-channel.js';
import { fake } from './channels/fake.js';
import { webSocket, webSocketStream } from './channels/network.js';
import { pair } from './channels/pair.js';
import type { Env } from './contract.js';
import { findFacts } from './facts.js';
import { run, type Report } from './run.js';
import { cases } from './suite.js';

/**
 * @param origin the server's origin, `http://127.0.0.1:port`
 * @param options what a socket needs on this platform to open a WebSocket
 */
export async function examine(origin: string, options?: WebsockOptions): Promise<void> {
  const facts = findFacts();
  const envs: Env[] = [fake, pair, webSocket(origin, options)];
  if (facts.WebSocketStream) envs.push(webSocketStream(origin));
  if (facts.RTCDataChannel) envs.push(dataChannel());

  const place = findPlace();
  const strays: string[] = [];
  if (place !== 'process') {
    // In a process, stray errors end it.
    addEventListener('error', ({ message }) => strays.push(message));
    addEventListener('unhandledrejection', ({ reason }) => strays.push(String(reason)));
  }
  const post = async (path: string, body: string): Promise<unknown> =>
    (await fetch(`${origin}/${path}`, { method: 'POST', body })).text();

  const kinds = [];
  for (const env of envs) {
    const report = await run(env, cases, (where) => post('progress', `${place}, ${where}`));
    report.failures.push(...strays.splice(0).map((message) => `a stray error: ${message}`));
    kinds.push(report);
  }
  await post('report', JSON.stringify({ place, kinds, facts } satisfies Report));
}

function findPlace(): Report['place'] {
  if ('document' in globalThis) return 'window';
  return 'process' in globalThis ? 'process' : 'worker';
}
