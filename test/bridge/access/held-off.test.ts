/**
 * What guards tokens, passwords and the port against many clients at once. `npm run test:mutants -- bridge` removes
 * each of these guards, and a test here notices.
 */
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  authenticateWith,
  openAuthenticator,
  signedTargets,
  signTarget,
  tokenTargets,
} from '../../../src/bridge/index.js';
import { ask } from '../../helpers/access.js';
import { handshake, openSocket, readAll, startBridge, startEcho } from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';

const compared = vi.hoisted(() => ({ pairs: [] as string[][] }));
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  const timingSafeEqual: typeof crypto.timingSafeEqual = (one, other) => {
    compared.pairs.push(
      [one, other].map((each) => Buffer.from(each as Uint8Array).toString('hex')),
    );
    return crypto.timingSafeEqual(one, other);
  };
  return { ...crypto, timingSafeEqual };
});

/** Lets nobody continue until `count` are waiting, then all of them in order. */
function atOnce(count: number) {
  const waiting: (() => void)[] = [];
  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === count) for (const go of waiting) go();
    });
}

test('of many tokens looked up at once, those over the limit learn nothing, not even the right one', async () => {
  const { port: targetPort } = await startEcho();
  const turn = atOnce(6);
  const lookup = async (token: string) => {
    await turn();
    return token === 'right' ? { host: '127.0.0.1', port: targetPort } : undefined;
  };
  const { port, lines } = await startBridge(1, {
    target: tokenTargets({ lookup }, { maxFailures: 2 }),
  });
  const guesses = ['a', 'b', 'c', 'd', 'e', 'right'];
  const statuses = await Promise.all(guesses.map((token) => ask(port, `/?token=${token}`)));
  expect(statuses.filter((status) => status === 403)).toHaveLength(2);
  expect(statuses.filter((status) => status === 429)).toHaveLength(4);
  expect(lines.join()).not.toContain('opened');
});

test('of many passwords checked at once, those over the limit learn nothing', async () => {
  const turn = atOnce(6);
  const authenticate = authenticateWith(
    { authenticate: () => turn().then(() => false) },
    { maxFailures: 2 },
  );
  const { port } = await startBridge(1, { authenticate });
  const headers = { Authorization: 'Basic eDp5' };
  const statuses = await Promise.all(Array.from({ length: 6 }, () => ask(port, '/', headers)));
  expect(statuses.toSorted()).toEqual([403, 403, 429, 429, 429, 429]);
});

test('at most 64 refused clients are kept to read their answer; the others are dropped', async () => {
  const { port } = await startBridge((await startEcho()).port, { maxConnections: 1 });
  await openSocket(port);
  const refused = await Promise.all(Array.from({ length: 80 }, () => openSocket(port)));
  const answers = await Promise.all(refused.map(readAll));
  expect(answers.filter((answer) => String(answer).startsWith('HTTP/1.1 503'))).toHaveLength(64);
  expect(answers.filter((answer) => answer.length === 0)).toHaveLength(16);
});

test('where the target depends on the request, the log hides the Host, in the Origin too', async () => {
  const { port, lines } = await startBridge(1, {
    target: tokenTargets({ lookup: () => undefined }, { hostToken: true }),
    allowHosts: ['*.bridge.example'],
  });
  const headers = { Host: 'k8d2.bridge.example', Origin: 'http://k8d2.bridge.example' };
  expect(await ask(port, '/', headers)).toBe(403);
  expect(lines[0]).toContain('Host "(hidden)", Origin "(hidden)"');
  expect(lines.join()).not.toContain('k8d2');
  // Elsewhere the log shows it, for whoever has to find out what is wrong.
  const plain = await startBridge(1, { allowHosts: ['*.bridge.example'] });
  expect(await ask(plain.port, '/', { ...headers, Origin: 'null' })).toBe(403);
  expect(plain.lines[0]).toContain('k8d2.bridge.example');
});

test('a password and a signature are compared in constant time, whatever they begin with', async () => {
  const auth = authenticateWith(await openAuthenticator('BasicHTTPAuth', 'alice:secret'));
  const { port } = await startBridge((await startEcho()).port, { authenticate: auth });
  const basic = (text: string) => ({ Authorization: `Basic ${btoa(text)}` });
  for (const [text, status] of [
    ['alice:secre', 401],
    ['alice:secret', 101],
    ['', 401],
  ] as const) {
    compared.pairs.length = 0;
    expect(await ask(port, '/', basic(text || 'x:y'))).toBe(status);
    expect(compared.pairs).toHaveLength(1);
    const [one = '', other = ''] = compared.pairs[0] ?? [];
    expect(one).toHaveLength(64);
    // Digests are compared: these do not show what a guess shares with the password.
    expect([one.slice(0, 8) === other.slice(0, 8), one === other]).toEqual(
      Array(2).fill(status === 101),
    );
  }
  const secret = 's'.repeat(32);
  const signed = await startBridge(1, { target: signedTargets(secret) });
  const query = signTarget({ secret, target: `127.0.0.1:${signed.port}` });
  compared.pairs.length = 0;
  expect(
    await ask(signed.port, `/?${query.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))}`),
  ).toBe(403);
  expect(compared.pairs).toHaveLength(1);
});

const noOpenssl = lacking('openssl');
test.skipIf(noOpenssl)(
  `over TLS, a page of this host that came without TLS is another origin${noOpenssl ? ` (${noOpenssl})` : ''}`,
  async () => {
    const { cert, key } = makeCertificate(makeDirectory(), 'one');
    const { port } = await startBridge((await startEcho()).port, { tls: { cert, key } });
    const status = async (Origin: string) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      onTestFinished(() => {
        socket.destroy();
      });
      await once(socket, 'secureConnect');
      socket.write(handshake({ Host: `localhost:${port}`, Origin }));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return Number(String(answer).split(' ')[1]);
    };
    expect(await status(`https://localhost:${port}`)).toBe(101);
    expect(await status(`http://localhost:${port}`)).toBe(403);
  },
);
