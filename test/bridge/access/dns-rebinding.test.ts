/**
 * DNS rebinding from both sides: a stranger's host name that resolves to this machine, for the stranger's pages, and a
 * name in a token that resolves to another machine once it has been judged.
 */
import dns from 'node:dns';
import { once } from 'node:events';
import {
  createServer,
  getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily,
  type Socket,
} from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  signedTargets,
  signTarget,
  type TokenSource,
  tokenTargets,
} from '../../../src/bridge/index.js';
import { ask, countDials } from '../../helpers/access.js';
import { report } from '../../helpers/attacks.js';
import { request, startBridge, startEcho } from '../../helpers/bridge.js';

const SECRET = 's'.repeat(32);

/** The addresses of each name in the running test: one list for each lookup, in order. */
const answers = vi.hoisted(() => new Map<string, string[][]>());
const asked = vi.hoisted(() => ({ times: 0 }));

/** The next answer for a name; the last one is repeated. */
const answer = vi.hoisted(() => (name: string) => {
  asked.times += 1;
  const all = answers.get(name) ?? [];
  const [next = []] = all.length > 1 ? all.splice(0, 1) : all;
  return next.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
});

vi.mock('node:dns/promises', () => ({ lookup: (name: string) => Promise.resolve(answer(name)) }));

/** Every lookup is answered here, so a connection that looks a name up again gets the next answer. */
function answerNames(): void {
  asked.times = 0;
  answers.clear();
  const spy = vi.spyOn(dns, 'lookup').mockImplementation(((
    name: string,
    options: { all?: boolean },
    callback: (error: null, address: unknown, family?: number) => void,
  ) => {
    const found = answer(name);
    if (options.all) callback(null, found);
    else callback(null, found[0]?.address, found[0]?.family);
  }) as never);
  onTestFinished(() => spy.mockRestore());
}

/** Starts a server at 127.0.0.2, which must not be reached. */
async function startInside(port: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(port, '127.0.0.2');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return sockets;
}

test('a name that resolves differently each time: the bridge dials the address it judged, or none', async () => {
  const target = await startEcho();
  const inside = await startInside(target.port);
  const rules = { allowNetworks: ['127.0.0.1'], maxFailures: 0 };
  const byName: TokenSource = { lookup: (host) => ({ host, port: target.port }) };
  const tokens = await startBridge(1, { target: tokenTargets(byName, rules) });
  const signed = await startBridge(1, { target: signedTargets(SECRET, rules) });
  answerNames();
  const bad = [
    ['127.0.0.2'],
    ['127.0.0.1', '127.0.0.2'],
    ['127.0.0.2', '127.0.0.1'],
    ['::ffff:127.0.0.2'],
    ['127.0.0.1', '::ffff:7f00:2'],
    ['169.254.169.254'],
    ['127.0.0.1', '169.254.169.254'],
    ['::'],
    ['::1'],
    ['127.0.0.1', 'fe80::1'],
  ];
  const askBoth = async (name: string) => [
    await ask(tokens.port, `/?token=${name}`),
    await ask(signed.port, `/?${signTarget({ secret: SECRET, target: `${name}:${target.port}` })}`),
  ];
  const statuses: number[] = [];
  for (const [index, addresses] of bad.entries()) {
    // A lookup beyond these two would be a good one: a refused name, too, is looked up only once.
    answers.set(`bad${index}.example`, [addresses, addresses, ['127.0.0.1']]);
    statuses.push(...(await askBoth(`bad${index}.example`)));
  }
  const names = asked.times;
  report({
    name: 'DNS rebinding, targets',
    tried: statuses.length,
    refused: statuses.filter((status) => status === 403).length,
    reached: target.sockets.length + inside.length,
  });
  expect(names).toBe(statuses.length);

  // Good when it is judged, and bad from then on.
  asked.times = 0;
  const dials = countDials();
  for (let index = 0; index < 10; index += 1) {
    answers.set(`turn${index}.example`, [['127.0.0.1'], ['127.0.0.2']]);
    expect(await ask(tokens.port, `/?token=turn${index}.example`)).toBe(101);
  }
  expect(asked.times).toBe(10);
  expect(dials()).toBe(20);
  // None is refused: all reach the address that was judged.
  report({
    name: 'DNS rebinding, after the look',
    tried: 10,
    refused: target.sockets.length,
    reached: inside.length,
  });
});

test('a name is dialled where Node takes one address at a time, too', async () => {
  const before = getDefaultAutoSelectFamily();
  setDefaultAutoSelectFamily(false);
  onTestFinished(() => setDefaultAutoSelectFamily(before));
  const { port: targetPort } = await startEcho();
  const byName: TokenSource = { lookup: (host) => ({ host, port: targetPort }) };
  const { port } = await startBridge(1, { target: tokenTargets(byName) });
  answerNames();
  answers.set('one.example', [['127.0.0.1']]);
  expect(await ask(port, '/?token=one.example')).toBe(101);
  expect(asked.times).toBe(1);
});

test("a stranger's name that resolves to this machine gets no WebSocket and no file", async () => {
  const target = await startEcho();
  const { port } = await startBridge(target.port, {
    web: 'docs',
    allowHosts: ['*.bridge.example'],
  });
  const hosts = [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    'localhostx',
    'xlocalhost',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io',
    '127.0.0.1.',
    '127.1',
    '0x7f000001',
    '2130706433',
    'localhost.',
    '::1',
    '[::1].evil.example',
    '[evil.example]',
    'evil.example#localhost',
    'evil.example@localhost',
    'localhost@evil.example',
    'localhost,evil.example',
    'bridge.example',
    'a.b.bridge.example',
    'evil-bridge.example',
    'xn--lcalhost-55a',
    '',
  ];
  const statuses: number[] = [];
  for (const host of hosts) {
    // As a browser that visits this name would send it: from the same origin.
    statuses.push(await ask(port, '/', { Host: host, Origin: `http://${host}` }));
    const get = `GET /bridge.md HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    statuses.push((await request(port, get)).status);
  }
  report({
    name: 'DNS rebinding, this machine',
    tried: statuses.length,
    refused: statuses.filter((status) => status === 403 || status === 400).length,
    reached: target.sockets.length,
  });
  for (const host of ['localhost', 'a.localhost:1', '127.0.0.1', '[::1]:5', 'a.bridge.example']) {
    expect([host, await ask(port, '/', { Host: host })]).toEqual([host, 101]);
  }
});
