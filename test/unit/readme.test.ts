/**
 * The samples of the README and the FAQ, run unchanged against an echo server. The consumer tests build and run the
 * samples for frameworks.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Websock, WebsockCore } from '../../src/index.js';
import { createBridge } from '../../src/bridge/index.js';
import { backoff, reconnect } from '../../src/reconnect.js';
import { startBridge, startEcho } from '../helpers/bridge.js';
import { repositoryFile, runnable } from '../helpers/documents.js';

const samples = (path: string): string[] =>
  [...repositoryFile(path).matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => runnable(code));
const [first, async] = samples('README.md');
const [sample, policy, node] = samples('docs/faq.md');

let server: WebSocketServer;
let url: string;
const sockets: Websock[] = [];

/** Opens the test's URL, whatever URL the sample passes. */
class Opened extends Websock {
  constructor() {
    super({ WebSocket });
    sockets.push(this);
  }

  override open(_url: string, protocols: string | string[]): void {
    super.open(url, protocols);
  }
}

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (peer) => peer.on('message', (message) => peer.send(message)));
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  onTestFinished(() => {
    for (const sock of sockets.splice(0)) sock.dispose();
    for (const peer of server.clients) peer.terminate();
    server.close();
  });
});

/** Runs a sample; `next()` resolves with the arguments of its next `console.log`. */
function run(code: string, names: Record<string, unknown>): { next(): Promise<unknown[]> } {
  const lines: unknown[][] = [];
  let wake = (): void => {};
  const log = (...line: unknown[]): void => {
    lines.push(line);
    wake();
  };
  const given = { console: { log }, ...names };
  void new Function(...Object.keys(given), `return (async () => { ${code} })();`)(
    ...Object.values(given),
  ).catch(() => {});
  return {
    async next() {
      while (lines.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return lines.shift()!;
    },
  };
}

it('the first sample logs what it receives as text, and then the end', async () => {
  const log = run(first!, { Websock: Opened });
  expect(await log.next()).toEqual(['hello']);
  sockets[0]!.send(Uint8Array.of(0));
  sockets[0]!.send(Uint8Array.of(2, 0x68));
  sockets[0]!.send(Uint8Array.of(0x69));
  expect(await log.next()).toEqual(['hi']);
  for (const peer of server.clients) peer.close(4000, 'enough');
  expect(await log.next()).toEqual(['closed', 4000, 'enough']);
});

it('the sample with async reads logs each text', async () => {
  const sock = new Opened();
  sock.open(url, 'binary');
  sock.send(Uint8Array.of(0, 2, 0x68, 0x69, 0, 0));
  const log = run(async!, { sock });
  expect(await log.next()).toEqual(['hi']);
  expect(await log.next()).toEqual(['']);
});

it('the FAQ’s client in Node exchanges a line each way', async () => {
  server.on('connection', (peer) => peer.send('220 ready\r\n'));
  const log = run(node!, { Websock: Opened, WebSocket });
  expect(await log.next()).toEqual(['greeting:', '220 ready']);
  expect(await log.next()).toEqual(['answer:', 'NOOP']);
  expect(await sockets[0]!.closed).toMatchObject({ code: 1000, by: 'local' });
});

it('the policy in the FAQ gives up after a normal end, and only then', async () => {
  const sock = new Opened();
  const ends: number[] = [];
  const delays = vi.fn<typeof backoff>(() => 0);
  sock.on('error', () => {});
  sock.on('close', ({ code }) => ends.push(code));
  run(policy!, { sock, url, reconnect, backoff: delays });
  await sock.opened;
  for (const peer of server.clients) peer.terminate();
  await sock.closed;
  await sock.once('open');
  expect(delays.mock.calls).toEqual([[1]]);
  for (const peer of server.clients) peer.close(1000);
  await sock.closed;
  expect(ends).toEqual([1006, 1000]);
  expect(delays).toHaveBeenCalledOnce();
});

it('the FAQ’s sample reconnects after every end except its own close()', async () => {
  const target = await startEcho();
  const { bridge, port } = await startBridge(target.port);
  const clients: WebSocket[] = [];
  class Noted extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      clients.push(this);
    }
  }
  const sock = new Websock({ WebSocket: Noted });
  const ends: unknown[] = [];
  sock.on('error', () => {});
  sock.on('close', ({ code, by }) => ends.push([code, by]));
  const opened = async (): Promise<void> => {
    await sock.once('open');
    sock.send('hi');
    expect(await sock.read(2)).toEqual(new TextEncoder().encode('hi'));
  };
  onTestFinished(() => sock.dispose());

  run(sample!, { sock, url: `ws://127.0.0.1:${port}/`, reconnect });
  await opened();
  clients[0]!.terminate();
  await opened();
  target.sockets.at(-1)!.end();
  await opened();
  await bridge.close();
  const next = createBridge({ target: { host: '127.0.0.1', port: target.port }, log: () => {} });
  await next.listen(port);
  onTestFinished(() => next.close());
  await opened();
  sock.close();
  await sock.closed;
  expect(ends.slice(0, 3)).toEqual([
    [1006, 'network'],
    [1000, 'remote'],
    [1001, 'remote'],
  ]);
  expect(ends.at(-1)).toEqual([1000, 'local']);
});

it('the API at a glance names every member, and only existing ones', () => {
  const [, table = ''] = /^# API at a glance\n(.*?)\nOptions:/s.exec(
    repositoryFile('docs/api.md'),
  )!;
  const cells = [...table.matchAll(/^\| (`.*?`) \|/gm)].map(([, cell]) => cell).slice(1);
  const words = cells.join().matchAll(/`(?:await )?(\w+)/g);
  const named = new Set([...words].map(([, name]) => name!));
  for (const word of ['for', 'using']) named.delete(word);
  const sock = new Websock();
  expect([...named].filter((name) => !(name in sock))).toEqual([]);
  named.add('constructor');
  const own = [Websock, WebsockCore].flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype),
  );
  expect(own.filter((name) => !named.has(name))).toEqual([]);
});
