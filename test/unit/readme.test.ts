/**
 * The samples of the README and the FAQ in plain JavaScript, run as they stand against an echo server. Those for frameworks are built and
 * run among the consumers.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Websock, WebsockCore } from '../../src/index.js';
import { repositoryFile } from '../helpers/documents.js';

const samples = (path: string): string[] =>
  [...repositoryFile(path).matchAll(/^```js\n(.*?)^```/gms)].map(([, code = '']) =>
    code.replace(/^import .*\n/m, ''),
  );
const [first, async] = samples('README.md');
const [reconnect] = samples('docs/faq.md');

let server: WebSocketServer;
let url: string;
const sockets: Websock[] = [];

/** Opens what the test says, whatever the sample says. */
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

/** Runs a sample; what it logs comes through the queue, line by line. */
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

it('the first sample: what it sends comes back as text, and then it tells of the end', async () => {
  const log = run(first!, { Websock: Opened });
  expect(await log.next()).toEqual(['hello']);
  sockets[0]!.send(Uint8Array.of(0));
  sockets[0]!.send(Uint8Array.of(2, 0x68));
  sockets[0]!.send(Uint8Array.of(0x69));
  expect(await log.next()).toEqual(['hi']);
  for (const peer of server.clients) peer.close(4000, 'enough');
  expect(await log.next()).toEqual(['closed', 4000, 'enough']);
});

it('the same with async reads', async () => {
  const sock = new Opened();
  sock.open(url, 'binary');
  sock.send(Uint8Array.of(0, 2, 0x68, 0x69, 0, 0));
  const log = run(async!, { sock });
  expect(await log.next()).toEqual(['hi']);
  expect(await log.next()).toEqual(['']);
});

it('reconnects, until the end is a clean one', async () => {
  const sock = new Opened();
  run(reconnect!, { sock, url });
  const connections: WebSocket[] = [];
  server.on('connection', (peer) => connections.push(peer));
  sock.open(url, 'binary');
  await sock.opened;
  connections[0]!.terminate();
  await sock.closed;
  await once(server, 'connection');
  await sock.opened;
  connections[1]!.close(1000);
  expect(await sock.closed).toMatchObject({ code: 1000, wasClean: true });
});

it('the API at a glance names every member, and none that there is not', () => {
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
