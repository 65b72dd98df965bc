import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { authenticateWith, openAuthenticator } from '../../../src/bridge/index.js';
import { ask, askRefused, temporaryDirectory } from '../../helpers/access.js';
import { handshake, startBridge, startEcho } from '../../helpers/bridge.js';
import { lacking } from '../../helpers/need.js';

async function start(plugin: string, source: string, options = {}) {
  const target = await startEcho();
  const auth = await openAuthenticator(plugin, source);
  const bridge = await startBridge(target.port, {
    authenticate: authenticateWith(auth),
    allowOrigins: auth.origins,
    ...options,
  });
  return { ...bridge, target };
}

const basic = (credentials: string) => ({
  Authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

test('BasicHTTPAuth: 401 until the password is right, 429 for who tries', async () => {
  const { port, target, lines } = await start('BasicHTTPAuth', 'alice:pass:wörd');
  const first = await askRefused(port, '/');
  expect(first.status).toBe(401);
  expect(first.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
  expect(await ask(port, '/', basic('alice:pass:wörd'))).toBe(101);
  const wrong = ['alice:pass', 'alice:', 'bob:pass:wörd', ':', '', 'Alice:pass:wörd'];
  for (const credentials of wrong) expect(await ask(port, '/', basic(credentials))).toBe(401);
  for (const Authorization of ['Basic', 'Bearer x', 'Basic !', 'basic']) {
    expect(await ask(port, '/', { Authorization })).toBe(401);
  }
  expect(await ask(port, '/', basic('alice:pass:wörd'))).toBe(429);
  expect(target.sockets).toHaveLength(1);
  expect(lines.join()).not.toMatch(/pass:w|YWxpY2U/);
});

test('a request without a password does not count as a guess', async () => {
  const { port } = await start('BasicHTTPAuth', 'a:b');
  for (let i = 0; i < 12; i += 1) expect(await ask(port, '/')).toBe(401);
  expect(await ask(port, '/', basic('a:b'))).toBe(101);
});

test('ExpectOrigin admits the listed pages only', async () => {
  const { port } = await start('ExpectOrigin', 'https://app.example  http://localhost:8080');
  expect(await ask(port, '/', { Origin: 'https://app.example' })).toBe(101);
  expect(await ask(port, '/', { Origin: 'http://localhost:8080' })).toBe(101);
  expect(await ask(port, '/', { Origin: 'null' })).toBe(403);
  expect(await ask(port, '/', { Host: 'localhost', Origin: 'http://localhost' })).toBe(403);
  expect(await ask(port, '/')).toBe(403);
});

const noOpenssl = lacking('openssl');
test.skipIf(noOpenssl)(`ClientCertCNAuth${noOpenssl ? ` (${noOpenssl})` : ''}`, async () => {
  const directory = await temporaryDirectory();
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(...newKey, '-x509', '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.pem');
  for (const name of ['server', 'alice', 'bob']) {
    openssl(...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-out', `${name}.pem`);
  }
  const path = (name: string) => join(directory, name);
  const { port } = await start('ClientCertCNAuth', 'carol alice', {
    tls: {
      cert: path('server.pem'),
      key: path('server.key'),
      verifyClient: true,
      ca: path('ca.pem'),
    },
  });
  const status = async (name: string, headers = {}) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      cert: readFileSync(path(`${name}.pem`)),
      key: readFileSync(path(`${name}.key`)),
    });
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'secureConnect');
    socket.write(handshake(headers));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return Number(String(answer).split(' ')[1]);
  };
  expect(await status('alice')).toBe(101);
  expect(await status('bob')).toBe(403);
  expect(await status('bob', { SSL_CLIENT_S_DN_CN: 'alice' })).toBe(403);
});

describe('plug-ins', () => {
  test("a user's module admits a client only by returning true", async () => {
    const path = join(await temporaryDirectory(), 'auth.mjs');
    await writeFile(
      path,
      `export default class {
        constructor(source) { this.source = source; }
        async authenticate(request) {
          const url = new URL(request.url).pathname;
          if (url === '/broken') throw new Error(url);
          if (url === '/teapot') return { status: 402, message: 'Pay.' };
          if (url === '/forgot') return undefined;
          if (url === '/one') return 1;
          return url === this.source;
        }
      }`,
    );
    const { port, lines } = await start(path, '/in');
    const statuses = { in: 101, out: 403, one: 403, forgot: 403, teapot: 402, broken: 503 };
    for (const [name, status] of Object.entries(statuses)) {
      expect(await ask(port, `/${name}`)).toBe(status);
    }
    expect(lines.join()).not.toContain('/broken');
  });

  test.each([
    ['BasicHTTPAuth', 'alice', 'expected user:password'],
    ['ExpectOrigin', 'app.example', 'an origin is scheme://host[:port]'],
    ['ExpectOrigin', ' ', 'expected a list of origins'],
    ['ClientCertCNAuth', '', 'expected a list of names'],
    ['constructor', '', 'expected one of BasicHTTPAuth, ExpectOrigin, ClientCertCNAuth'],
  ])('%s of "%s"', async (plugin, source, message) => {
    await expect(openAuthenticator(plugin, source)).rejects.toThrow(message);
  });
});
