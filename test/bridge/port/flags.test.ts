/**
 * What becomes of a connection depends on the port's options and on the protocol. The rows are those of libwebsockets'
 * README.http-fallback.md, with its names beside ours; comments mark the two that differ on purpose.
 */
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { BridgeOptions } from '../../../src/bridge/index.js';
import { openSocket, readAll, startBridge, startTarget } from '../../helpers/bridge.js';
import { makeCertificate, makeDirectory } from '../../helpers/command.js';

const GET = 'GET /page?a=1 HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n';
const SSH = 'SSH-2.0-test\r\n';

/** What a client gets, in a word. */
type Fate = 'page' | 'redirect' | 'fallback' | 'target' | '400' | 'closed';

/** Asks the port in clear text or over TLS. */
async function ask(port: number, how: 'plain' | 'tls', text: string): Promise<Fate> {
  const socket =
    how === 'plain'
      ? await openSocket(port)
      : connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  if (how === 'tls') await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]);
  socket.write(text);
  const answer = String(await readAll(socket));
  if (answer.startsWith('HTTP/1.1 405')) return 'page';
  if (/^HTTP\/1\.1 308 .*\r\nLocation: https:\/\/localhost:1\/page\?a=1\r\n/s.test(answer)) {
    return 'redirect';
  }
  if (answer.startsWith('HTTP/1.1 400')) return '400';
  if (answer === `fallback ${text}`) return 'fallback';
  if (answer === `target ${text}`) return 'target';
  expect(answer).toBe('');
  return 'closed';
}

/** Starts a target that sends its name and the first bytes it received, and ends. */
const answering = (name: string) =>
  startTarget((socket) => socket.once('data', (bytes) => socket.end(`${name} ${bytes}`)));

type Options = Omit<Partial<BridgeOptions>, 'tls'> & { tls?: object };

interface Row {
  readonly lws: string;
  readonly options: (fallback: { host: string; port: number }) => Options;
  /** What a request and SSH get without TLS, and in `tls` what the same two get inside TLS. */
  readonly plain: readonly [request: Fate, ssh: Fate];
  readonly tls?: readonly [request: Fate, ssh: Fate];
}

const ROWS: Readonly<Record<string, Row>> = {
  'no option, no certificate': {
    lws: 'an http vhost',
    options: () => ({}),
    plain: ['page', '400'],
  },
  '--fallback, no certificate': {
    lws: 'fallback-listen-accept on an http vhost',
    options: (fallback) => ({ fallback }),
    plain: ['page', 'fallback'],
  },
  '--raw, no certificate': {
    lws: 'apply-listen-accept',
    options: () => ({ raw: true }),
    plain: ['target', 'target'],
  },
  '--cert --ssl-only': {
    lws: 'an https vhost without flags',
    options: () => ({ tls: { only: true } }),
    plain: ['closed', 'closed'],
    tls: ['page', '400'],
  },
  '--cert --allow-http-on-https, the default': {
    lws: 'allow-http-on-https',
    options: () => ({ tls: {} }),
    plain: ['page', '400'],
    tls: ['page', '400'],
  },
  '--cert --redirect-http': {
    lws: 'redirect-http',
    options: () => ({ tls: { redirectHttp: true } }),
    plain: ['redirect', 'closed'],
    tls: ['page', '400'],
  },
  // In libwebsockets the fallback gets plain requests as well; here it gets only what is not HTTP.
  '--cert --ssl-only --fallback': {
    lws: 'fallback-listen-accept on an https vhost',
    options: (fallback) => ({ fallback, tls: { only: true } }),
    plain: ['closed', 'fallback'],
    tls: ['page', 'fallback'],
  },
  // In libwebsockets redirect-http and allow-http-on-https defeat the fallback; here it still gets what is not HTTP.
  '--cert --fallback': {
    lws: 'allow-http-on-https, fallback-listen-accept',
    options: (fallback) => ({ fallback, tls: {} }),
    plain: ['page', 'fallback'],
    tls: ['page', 'fallback'],
  },
  '--cert --redirect-http --fallback': {
    lws: 'redirect-http, fallback-listen-accept',
    options: (fallback) => ({ fallback, tls: { redirectHttp: true } }),
    plain: ['redirect', 'fallback'],
    tls: ['page', 'fallback'],
  },
  '--cert --raw': {
    lws: 'apply-listen-accept on an https vhost',
    options: () => ({ raw: true, tls: {} }),
    plain: ['closed', 'closed'],
    tls: ['target', 'target'],
  },
};

test.each(Object.entries(ROWS))('%s', async (_name, { options, plain, tls }) => {
  const [target, fallback] = await Promise.all([answering('target'), answering('fallback')]);
  const given = options({ host: '127.0.0.1', port: fallback.port });
  const files = given.tls && makeCertificate(makeDirectory(), 'one');
  const { port } = await startBridge(target.port, {
    ...given,
    tls: files && { ...files, ...given.tls },
  });
  expect([await ask(port, 'plain', GET), await ask(port, 'plain', SSH)]).toEqual(plain);
  if (tls) expect([await ask(port, 'tls', GET), await ask(port, 'tls', SSH)]).toEqual(tls);
});
