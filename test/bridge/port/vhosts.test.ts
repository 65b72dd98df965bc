/**
 * Several hosts on one port, told apart by SNI and by Host, over HTTP/1.1 and HTTP/2.
 */
import { once } from 'node:events';
import { copyFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createBridge, type BridgeOptions } from '../../../src/bridge/index.js';
import { handshake, readAll, request, startBridge, startTarget } from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';
import { openH2 } from '../../helpers/h2.js';

/** Connects to the bridge over TLS; resolves with the socket and the subject of the bridge's certificate. */
async function open(port: number, servername?: string, ALPNProtocols = ['http/1.1']) {
  const options = { port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols };
  const socket = connect({ ...options, ...(servername !== undefined && { servername }) });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return { socket, subject: socket.getPeerCertificate().subject.CN };
}

const requestFor = (host: string): string =>
  `GET /name HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

/** Asks for a file, and returns the status and the body. */
async function get(port: number, servername: string | undefined, host: string) {
  const { socket } = await open(port, servername);
  socket.write(requestFor(host));
  const answer = String(await readAll(socket));
  return [Number(answer.slice(9, 12)), answer.slice(answer.indexOf('\r\n\r\n') + 4)];
}

/** Opens a WebSocket; resolves with what its target says or, if it is refused, with the status. */
async function visit(port: number, servername: string, headers: Record<string, string> = {}) {
  const { socket } = await open(port, servername);
  socket.write(handshake({ Host: servername, ...headers }));
  let answer = '';
  for await (const chunk of socket) {
    answer += String(chunk);
    const [, said] = /\r\n\r\n[^]*(one|two|three)/.exec(answer) ?? [];
    if (said !== undefined) return said;
  }
  return Number(answer.slice(9, 12));
}

/** Makes a directory with a file, the files of a certificate, and a target, all of which give the name. */
async function make(name: string) {
  const web = makeDirectory();
  writeFileSync(join(web, 'name'), name);
  const { port } = await startTarget((socket) => socket.resume().end(name));
  return { web, tls: makeCertificate(makeDirectory(), name), target: { host: '127.0.0.1', port } };
}

describe.skipIf(lacking('openssl'))('three hosts with three certificates', () => {
  let port = 0;
  let two: Awaited<ReturnType<typeof make>>;

  beforeEach(async () => {
    const one = await make('one');
    two = await make('two');
    const three = await make('three');
    const options: Partial<BridgeOptions> = {
      ...one,
      http2: true,
      allowHosts: ['one.example'],
      vhosts: [
        { ...two, names: ['two.example', '*.two.example'], allowOrigins: ['https://app.example'] },
        {
          ...three,
          names: ['three.example'],
          webAuth: true,
          authenticate: () => ({ status: 401, message: 'Who?' }),
        },
      ],
    };
    ({ port } = await startBridge(1, options));
  });

  test('SNI chooses the certificate: the first one for what matches none', async () => {
    const subjects = [];
    for (const name of [
      'one.example',
      'two.example',
      'a.two.example',
      'THREE.example',
      'x.example',
    ])
      subjects.push((await open(port, name)).subject);
    expect(subjects).toEqual(['one', 'two', 'two', 'three', 'one']);
    expect((await open(port)).subject).toBe('one');
  });

  test('Host chooses files, target, origins and authentication', async () => {
    expect(await get(port, 'one.example', 'one.example')).toEqual([200, 'one']);
    expect(await get(port, undefined, 'localhost')).toEqual([200, 'one']);
    expect(await get(port, 'two.example', `two.example:${port}`)).toEqual([200, 'two']);
    expect(await get(port, 'a.two.example', 'two.example')).toEqual([200, 'two']);
    expect(await get(port, undefined, 'two.example')).toEqual([200, 'two']);
    expect((await get(port, 'three.example', 'three.example'))[0]).toBe(401);
    expect(await visit(port, 'one.example')).toBe('one');
    expect(await visit(port, 'two.example')).toBe('two');
    expect(await visit(port, 'three.example')).toBe(401);
    const page = { Origin: 'https://app.example' };
    expect(await visit(port, 'two.example', page)).toBe('two');
    expect(await visit(port, 'one.example', page)).toBe(403);
  });

  test('a Host of another certificate gets 421, an unknown one 403', async () => {
    expect((await get(port, 'two.example', 'three.example'))[0]).toBe(421);
    expect((await get(port, 'two.example', 'one.example'))[0]).toBe(421);
    expect((await get(port, 'one.example', 'two.example'))[0]).toBe(421);
    expect((await get(port, 'one.example', 'x.example'))[0]).toBe(403);
    expect(await visit(port, 'two.example', { Host: 'three.example' })).toBe(421);
  });

  test('the same over HTTP/2', async () => {
    const { socket, subject } = await open(port, 'two.example', ['h2']);
    const session = await openH2(port, 'https', socket);
    const ask = async (authority: string) => {
      const stream = session.request({ ':authority': authority, ':path': '/name' });
      const [{ ':status': status }] = (await once(stream, 'response')) as [{ ':status': number }];
      return [status, String(Buffer.concat(await stream.toArray()))];
    };
    expect(subject).toBe('two');
    expect(await ask('two.example')).toEqual([200, 'two']);
    expect((await ask('three.example'))[0]).toBe(421);
  });

  test('a certificate is renewed while the others stay', async () => {
    expect((await open(port, 'two.example')).subject).toBe('two');
    const next = makeCertificate(makeDirectory(), 'next');
    copyFileSync(next.key, two.tls.key);
    copyFileSync(next.cert, two.tls.cert);
    utimesSync(two.tls.cert, new Date(), new Date(Date.now() + 5_000));
    // The bridge checks the files once a second.
    await expect
      .poll(async () => (await open(port, 'two.example')).subject, { timeout: 10_000 })
      .toBe('next');
    expect((await open(port, 'one.example')).subject).toBe('one');
  });
});

const TARGET = { host: '127.0.0.1', port: 1 };

test('what a host does not set is as in the options of the bridge', async () => {
  const web = makeDirectory();
  writeFileSync(join(web, 'name'), 'shared');
  const { port } = await startBridge(1, {
    web,
    webAuth: true,
    authenticate: () => ({ status: 401, message: 'Who?' }),
    vhosts: [
      { names: ['two.example'], target: undefined },
      { names: ['three.example'], webAuth: false },
    ],
  });
  const ask = async (host: string) => (await request(port, requestFor(host))).status;
  expect(await ask('two.example')).toBe(401);
  expect(await ask('three.example')).toBe(200);
});

test.each([
  ['vhosts.0.names', [{ names: [] }]],
  ['vhosts.1.names', [{ names: ['a.example'] }, { names: ['https://b.example'] }]],
  ['vhosts', [{ names: ['a.example'] }, { names: ['A.example'] }]],
  ['vhosts.0.tls', [{ names: ['a.example'], tls: { cert: '/none' } }]],
  ['vhosts.0.web', [{ names: ['a.example'], web: '/none' }]],
  ['vhosts.0.target', [{ names: ['a.example'], target: { host: '', port: 1 } }]],
  ['vhosts.0.webauth', [{ names: ['a.example'], webauth: true }]],
  ['vhosts.0.tls.ca', [{ names: ['a.example'], tls: { cert: 'a.pem', ca: 'b.pem' } }]],
])('%s is refused', (option, vhosts) => {
  expect(() => createBridge({ target: TARGET, vhosts })).toThrow(
    expect.objectContaining({ name: 'OptionError', option }),
  );
});

test.skipIf(lacking('openssl'))(
  'an invalid certificate is refused under the name of its option',
  () => {
    const tls = makeCertificate(makeDirectory(), 'one');
    const vhosts = [{ names: ['a.example'] }, { names: ['b.example'], tls: { cert: '/none' } }];
    expect(() => createBridge({ target: TARGET, tls, vhosts })).toThrow(
      expect.objectContaining({ option: 'vhosts.1.tls.cert' }),
    );
  },
);
