import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join, relative } from 'node:path';
import { CompactEncrypt, SignJWT, UnsecuredJWT } from 'jose';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTokenSource, tokenTargets, type TokenSource } from '../../../../src/bridge/index.js';
import { loadPeer } from '../../../../src/bridge/access/optional-peer.js';
import { ask, greeting, startRedis, temporaryDirectory } from '../../../helpers/access.js';
import { startBridge, startTarget } from '../../../helpers/bridge.js';
import { find, lacking } from '../../../helpers/need.js';

/** Starts a target that sends its name and ends; resolves with its address. */
async function named(name: string, host = '127.0.0.1'): Promise<string> {
  const { port } = await startTarget((socket) => socket.end(name), host);
  return `${host}:${port}`;
}

/** Starts a bridge whose targets come from this token source. */
async function bridgeTo(plugin: string, source: string, rules = {}) {
  const warnings: string[] = [];
  const tokens = await openTokenSource(plugin, source, { warn: (line) => warnings.push(line) });
  onTestFinished(() => tokens.close?.());
  return { ...(await startBridge(1, { target: tokenTargets(tokens, rules) })), warnings };
}

describe('files', () => {
  test.each(['ReadOnlyTokenFile', 'TokenFile'])(
    '%s: lines, comments, unix sockets',
    async (plugin) => {
      const directory = await temporaryDirectory();
      const file = join(directory, 'tokens');
      const socket = join(directory, 'socket');
      const server = createServer((client) => client.end('unix')).listen(socket);
      await once(server, 'listening');
      onTestFinished(() => {
        server.close();
      });
      await writeFile(
        file,
        `# a comment\n\none: ${await named('1')}\r\n  two:\t${await named('2')}\na:b: ${await named('3')}\nu: unix_socket:${socket}\n`,
      );
      const { port } = await bridgeTo(plugin, file);
      expect(await greeting(port, '/?token=one')).toBe('1');
      expect(await greeting(port, '/?token=two')).toBe('2');
      expect(await greeting(port, '/?token=a%3Ab')).toBe('3');
      expect(await greeting(port, '/?token=u')).toBe('unix');
      expect(await ask(port, '/?token=One')).toBe(403);
      expect(await ask(port, '/?token=')).toBe(403);
      expect(await ask(port, '/')).toBe(403);
    },
  );

  test('TokenFile reads again, ReadOnlyTokenFile does not; both read a directory', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'first'), `one: ${await named('1')}\n`);
    await writeFile(join(directory, '.hidden'), `no line of ours`);
    const [once_, again] = await Promise.all([
      bridgeTo('ReadOnlyTokenFile', directory),
      bridgeTo('TokenFile', directory),
    ]);
    await writeFile(join(directory, 'second'), `two: ${await named('2')}\n`);
    expect(await greeting(once_.port, '/?token=one')).toBe('1');
    expect(await ask(once_.port, '/?token=two')).toBe(403);
    expect(await greeting(again.port, '/?token=two')).toBe('2');
  });

  test.each(['TokenFile', 'ReadOnlyTokenFile'])(
    '%s: a bad line costs itself, and is told of once',
    async (plugin) => {
      const file = join(await temporaryDirectory(), 'tokens');
      const [, port6] = (await named('6', '::1')).split(/:(?=\d+$)/);
      const good = [
        `one: ${await named('1')}`,
        `two: ${await named('2')} # a comment`,
        `six: ::1:${port6}`,
        `six2: [::1]:${port6}`,
      ];
      const bad = ['no-blank:127.0.0.1:1', 'secret', ': 127.0.0.1:1', 'a: 127.0.0.1', 'b: c:70000'];
      await writeFile(file, [...bad.slice(0, 2), ...good, ...bad.slice(2)].join('\n'));
      const { port, lines, warnings } = await bridgeTo(plugin, file);
      expect(await greeting(port, '/?token=one')).toBe('1');
      expect(await greeting(port, '/?token=two')).toBe('2');
      expect(await greeting(port, '/?token=six')).toBe('6');
      expect(await greeting(port, '/?token=six2')).toBe('6');
      for (const token of ['no-blank', 'secret', 'a', 'b']) {
        expect(await ask(port, `/?token=${token}`)).toBe(403);
      }
      expect(warnings).toEqual([
        `Cannot use line 1 and 4 more of ${file}: expected token: host:port, with a space after the first colon`,
      ]);
      expect(lines.join()).not.toContain('secret');
    },
  );

  test('a file that is not a token file is skipped; a new fault is reported, and one that returns is reported again', async () => {
    const directory = await temporaryDirectory();
    const path = (name: string) => join(directory, name);
    await writeFile(path('tokens'), `one: ${await named('1')}\n`);
    await writeFile(path('README'), 'How to use this:\nset it\n');
    await mkdir(path('folder'));
    await symlink(path('nothing'), path('link'));
    if (find('mkfifo')) execFileSync('mkfifo', [path('fifo')]);
    const { port, warnings } = await bridgeTo('TokenFile', directory);
    expect(await greeting(port, '/?token=one')).toBe('1');
    const told = warnings.map((line) => line.replace(directory, '.')).join('\n');
    expect(told).toContain('Cannot read tokens from ./folder: it is a directory');
    expect(told).toContain('Cannot read tokens from ./link: ENOENT');
    expect(told).toContain('Cannot use line 1 and 1 more of ./README: expected token: host:port');
    if (find('mkfifo')) {
      expect(told).toContain('Cannot read tokens from ./fifo: it is not a regular file');
    }
    const before = warnings.length;
    for (const text of ['a: b:1', 'bad', 'a: b:1', 'bad', 'bad']) {
      await writeFile(path('README'), text);
      expect(await greeting(port, '/?token=one')).toBe('1');
    }
    expect(warnings.slice(before)).toHaveLength(2);
  });

  test('the folder of a ConfigMap, and a new one put in its place', async () => {
    const directory = await temporaryDirectory();
    const version = async (name: string, target: string) => {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'tokens'), `one: ${target}\n`);
      await writeFile(join(directory, name, 'two'), target);
      await symlink(name, join(directory, '..data_tmp'));
      await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    await version('..2026_1', await named('1'));
    for (const name of ['tokens', 'two']) await symlink(`..data/${name}`, join(directory, name));
    const lines = await bridgeTo('TokenFile', directory);
    const names = await bridgeTo('TokenFileName', directory);
    expect(await greeting(lines.port, '/?token=one')).toBe('1');
    expect(await greeting(names.port, '/?token=two')).toBe('1');
    await version('..2026_2', await named('2'));
    expect(await greeting(lines.port, '/?token=one')).toBe('2');
    expect(await greeting(names.port, '/?token=two')).toBe('2');
    expect(await ask(names.port, '/?token=..data')).toBe(403);
  });

  test('TokenFileName: a file for each token, and nothing outside the directory', async () => {
    const directory = await temporaryDirectory();
    const inside = join(directory, 'tokens');
    await mkdir(inside);
    await writeFile(join(inside, 'one'), `${await named('1')}\n`);
    await writeFile(join(inside, 'broken'), `secret`);
    await writeFile(join(directory, 'outside'), await named('x'));
    await symlink(join(inside, 'one'), join(inside, 'link'));
    const { port, lines } = await bridgeTo('TokenFileName', inside);
    expect(await greeting(port, '/?token=one')).toBe('1');
    expect(await greeting(port, '/?token=link')).toBe('1');
    for (const token of ['../outside', '..%2foutside', '.', '..', 'one%00', './one']) {
      expect(await ask(port, `/?token=${token}`)).toBe(403);
    }
    if (find('mkfifo')) execFileSync('mkfifo', [join(inside, 'fifo')]);
    await mkdir(join(inside, 'folder'));
    for (const token of ['broken', 'fifo', 'folder']) {
      expect(await ask(port, `/?token=${token}`)).toBe(403);
      expect(lines.at(-1)).toMatch(
        /a file in .* (?:does not contain host:port or unix_socket:\/path|cannot be read)/,
      );
      expect(lines.at(-1)).not.toMatch(/secret|broken|fifo|folder/);
    }
  });

  test('UnixDomainSocketDirectory: sockets only, and the log does not name them', async () => {
    const directory = await temporaryDirectory();
    const server = createServer((client) => client.end('unix')).listen(join(directory, 'kl8f3'));
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    await writeFile(join(directory, 'file'), '');
    const { port, lines, logged } = await bridgeTo('UnixDomainSocketDirectory', directory);
    expect(await greeting(port, '/?token=kl8f3')).toBe('unix');
    expect(await ask(port, '/?token=file')).toBe(403);
    await logged(/closed/);
    expect(lines.join()).not.toContain('kl8f3');
  });

  test('a relative path is resolved at the start', async () => {
    const directory = await temporaryDirectory();
    const server = createServer((client) => client.end('unix')).listen(join(directory, 'one'));
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const path = relative(process.cwd(), directory);
    const { port } = await bridgeTo('UnixDomainSocketDirectory', path);
    expect(await greeting(port, '/?token=one')).toBe('unix');
  });

  test.each(['TokenFile', 'ReadOnlyTokenFile', 'TokenFileName', 'UnixDomainSocketDirectory'])(
    '%s that is not there',
    async (plugin) => {
      await expect(openTokenSource(plugin, '/nonexistent')).rejects.toThrow('ENOENT');
    },
  );
});

describe('web services', () => {
  async function service(answer: (token: string) => [status: number, body: string]) {
    const server = createHttpServer(({ url = '' }, response) => {
      const [status, body] = answer(decodeURIComponent(url.slice(1)));
      response.writeHead(status, status === 302 ? { Location: '/one' } : {}).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as { port: number }).port}/%s`;
  }

  test('BaseTokenAPI: the body is the target, 4xx an unknown token, the rest a failure', async () => {
    const target = await named('1');
    const url = await service((token) => {
      const statuses: Record<string, number> = {
        'o/n&e$&': 200,
        moved: 302,
        broken: 500,
        odd: 200,
      };
      return [statuses[token] ?? 404, token === 'odd' ? `not ${token}` : target];
    });
    const { port, lines } = await bridgeTo('BaseTokenAPI', url);
    expect(await greeting(port, '/?token=o%2Fn%26e%24%26')).toBe('1');
    expect(await ask(port, '/?token=two')).toBe(403);
    for (const token of ['moved', 'broken', 'odd']) {
      expect(await ask(port, `/?token=${token}`)).toBe(503);
      expect(lines.at(-1)).not.toContain(token);
    }
  });

  test('JSONTokenApi: host and port', async () => {
    const [host, port] = (await named('1')).split(':');
    const url = await service((token) => {
      if (token === 'text') return [200, JSON.stringify({ host, port })];
      if (token === 'number') return [200, JSON.stringify({ host, port: Number(port) })];
      return [200, '{"host": "localhost"}'];
    });
    const bridge = await bridgeTo('JSONTokenApi', url);
    expect(await greeting(bridge.port, '/?token=text')).toBe('1');
    expect(await greeting(bridge.port, '/?token=number')).toBe('1');
    expect(await ask(bridge.port, '/?token=none')).toBe(503);
  });

  test("a token that climbs out of the URL's path is wrong, and the service is not asked", async () => {
    const asked: string[] = [];
    const url = await service((token) => {
      asked.push(token);
      return [200, '127.0.0.1:1'];
    });
    const { port, lines } = await bridgeTo('BaseTokenAPI', url.replace('%s', 'a/%s/b'), {
      maxFailures: 0,
    });
    const tokens = ['.', '..', '%2e', '%2E.', '../x', 'x/..', './', '..\\', '"..%22', '../../x/.'];
    for (const token of tokens) {
      expect(await ask(port, `/?token=${token}`)).toBe(403);
      expect(lines.at(-1)).toContain('a wrong token');
    }
    expect(asked).toEqual([]);
    expect(await ask(port, '/?token=%252e%252e')).toBe(502);
    expect(await ask(port, '/?token=..x')).toBe(502);
    expect(asked).toEqual(['a/%2e%2e/b', 'a/..x/b']);
  });

  test('an answer that is not a target does not go into the log', async () => {
    const url = await service(() => [200, 'secret{']);
    for (const plugin of ['BaseTokenAPI', 'JSONTokenApi']) {
      const { port, lines } = await bridgeTo(plugin, url);
      expect(await ask(port, '/?token=k7')).toBe(503);
      expect(lines[0]).toContain('Cannot use the response to the token lookup: expected');
      expect(lines.join()).not.toContain('secret');
    }
  });

  test('a service that is away', async () => {
    const { port, lines } = await bridgeTo('BaseTokenAPI', 'http://127.0.0.1:1/%s');
    expect(await ask(port, '/?token=secret')).toBe(503);
    expect(lines[0]).toContain('Cannot look up the token');
    expect(lines[0]).not.toContain('secret');
  });

  test.each([
    'http://localhost/',
    'file:///%s',
    '%s',
    'http://%s/',
    'http://%s.example/%s',
    'http://user:%s@localhost/',
    'http://localhost:%s/',
    'http://localhost/#%s',
  ])('no URL: %s', async (url) => {
    const opening = openTokenSource('BaseTokenAPI', url);
    await expect(opening).rejects.toThrow('with %s in its path or query');
  });
});

describe('JWTTokenApi', () => {
  const now = () => Math.floor(Date.now() / 1000);

  async function keyFile(text: string | Buffer): Promise<string> {
    const path = join(await temporaryDirectory(), 'key');
    await writeFile(path, text);
    return path;
  }
  async function claims() {
    const [host, port] = (await named('jwt')).split(':');
    return new SignJWT({ host, port: Number(port) });
  }

  test('a secret: signature, exp and nbf are enforced', async () => {
    const secret = randomBytes(32);
    const { port } = await bridgeTo('JWTTokenApi', await keyFile(secret.toString('base64url')), {
      maxFailures: 0,
    });
    const sign = async (change: (jwt: SignJWT) => SignJWT, key = secret) =>
      change((await claims()).setProtectedHeader({ alg: 'HS256' })).sign(key);
    expect(await greeting(port, `/?token=${await sign((jwt) => jwt)}`)).toBe('jwt');
    const good = await sign((jwt) => jwt.setNotBefore(now() - 60).setExpirationTime('1m'));
    expect(await greeting(port, `/?token=${good}`)).toBe('jwt');
    expect(await greeting(port, '/', { Cookie: `a=b; token=${good}` })).toBe('jwt');
    const offered = { 'Sec-WebSocket-Protocol': `binary, token.${good}` };
    expect(await greeting(port, '/', offered)).toBe('jwt');
    const bad = [
      await sign((jwt) => jwt.setExpirationTime(now() - 60)),
      await sign((jwt) => jwt.setNotBefore(now() + 60)),
      await sign((jwt) => jwt, randomBytes(32)),
      new UnsecuredJWT({ host: '127.0.0.1', port: 1 }).encode(),
      await new SignJWT({ host: '127.0.0.1' }).setProtectedHeader({ alg: 'HS256' }).sign(secret),
      good.slice(0, -4),
      'no token at all',
    ];
    for (const token of bad) {
      expect(await ask(port, `/?token=${encodeURIComponent(token)}`)).toBe(403);
    }
  });

  test('a public key, which does not pass as a secret', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    const { port } = await bridgeTo('JWTTokenApi', await keyFile(pem));
    const good = (await claims()).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    expect(await greeting(port, `/?token=${await good}`)).toBe('jwt');
    const confused = (await claims()).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(pem));
    expect(await ask(port, `/?token=${await confused}`)).toBe(403);
  });

  test('a private key opens encrypted tokens, and checks the signed one inside', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const { port } = await bridgeTo('JWTTokenApi', await keyFile(pem));
    const encrypt = (text: string) =>
      new CompactEncrypt(Buffer.from(text))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
        .encrypt(publicKey);
    const signed = await (await claims()).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    expect(await greeting(port, `/?token=${await encrypt(signed)}`)).toBe('jwt');
    const bare = await encrypt(JSON.stringify({ host: '127.0.0.1', port: 1 }));
    expect(await ask(port, `/?token=${bare}`)).toBe(403);
  });

  test('no key', async () => {
    const rule = 'expected PEM, or at least 32 bytes in base64url';
    for (const text of ['short', '-----BEGIN PUBLIC KEY-----\nx']) {
      await expect(openTokenSource('JWTTokenApi', await keyFile(text))).rejects.toThrow(rule);
    }
  });
});

const noRedis = lacking('redis-server');
describe.skipIf(noRedis)(`TokenRedis${noRedis ? ` (${noRedis})` : ''}`, () => {
  test('values, namespace, password and time to live', async () => {
    const redis = await startRedis('--requirepass', 'pass');
    const client = createClient({ url: `redis://:pass@127.0.0.1:${redis.port}/2` });
    await client.connect();
    onTestFinished(() => client.destroy());
    await client.set('vnc:one', await named('1'));
    await client.set('vnc:two', JSON.stringify({ host: await named('2') }));
    await client.set('vnc:odd', 'secret');
    await client.set('other', await named('x'));
    const { port, lines } = await bridgeTo('TokenRedis', `127.0.0.1:${redis.port}:2:pass:vnc`);
    expect(await greeting(port, '/?token=one')).toBe('1');
    expect(await greeting(port, '/?token=two')).toBe('2');
    expect(await ask(port, '/?token=other')).toBe(403);
    await client.rPush('vnc:list', 'secret');
    await client.set('vnc:json', '{"host": "secret"');
    for (const token of ['odd', 'list', 'json', 'none']) {
      expect(await ask(port, `/?token=${token}`)).toBe(403);
    }
    expect(lines.join()).not.toContain('secret');
    await client.pExpire('vnc:one', 0);
    expect(await ask(port, '/?token=one')).toBe(403);
  });

  test('a key whose value is not a target counts as a wrong guess, like a missing one', async () => {
    const redis = await startRedis();
    const client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    await client.connect();
    onTestFinished(() => client.destroy());
    await client.set('odd', 'secret');
    const { port } = await bridgeTo('TokenRedis', `127.0.0.1:${redis.port}`, { maxFailures: 2 });
    expect(await ask(port, '/?token=odd')).toBe(403);
    expect(await ask(port, '/?token=none')).toBe(403);
    expect(await ask(port, '/?token=odd')).toBe(429);
  });

  test('a server that goes away and comes back', async () => {
    const redis = await startRedis();
    const { port, lines } = await bridgeTo('TokenRedis', `127.0.0.1:${redis.port}`);
    expect(await ask(port, '/?token=one')).toBe(403);
    await redis.stop();
    await expect.poll(() => ask(port, '/?token=one')).toBe(503);
    expect(lines.at(-1)).toContain('Cannot use Redis at 127.0.0.1');
    await redis.start();
    expect(await ask(port, '/?token=one')).toBe(403);
  });

  test('no source, and no server', async () => {
    for (const source of ['', 'host:port', 'a:1:b', 'a:99999']) {
      await expect(openTokenSource('TokenRedis', source)).rejects.toThrow('expected host[:port');
    }
    await expect(openTokenSource('TokenRedis', '127.0.0.1:1')).rejects.toThrow(
      'Cannot use Redis at 127.0.0.1:1: ECONNREFUSED',
    );
  });
});

describe('plug-ins', () => {
  test("a module of the user's own", async () => {
    const path = join(await temporaryDirectory(), 'plugin.mjs');
    const [, port] = (await named('own')).split(':');
    await writeFile(
      path,
      `export default class {
        constructor(source) { this.source = source; }
        async lookup(token) {
          if (token === 'broken') throw new Error('no ' + token + '\\x1b[31m');
          if (token === 'odd') return { host: '', port: 0 };
          if (token === 'text') return '127.0.0.1:1';
          if (token === 'nothing') throw null;
          if (token === 'relative') return { path: 'x' };
          return token === this.source ? { host: '127.0.0.1', port: ${port} } : null;
        }
      }`,
    );
    const bridge = await bridgeTo(path, 'mine');
    expect(await greeting(bridge.port, '/?token=mine')).toBe('own');
    expect(await ask(bridge.port, '/?token=other')).toBe(403);
    for (const token of ['broken', 'odd', 'text', 'nothing', 'relative']) {
      expect(await ask(bridge.port, `/?token=${token}`)).toBe(503);
      expect(bridge.lines.at(-1)).toMatch(/^[\x20-\x7e]*$/);
      expect(bridge.lines.at(-1)).not.toContain(token);
    }
    await writeFile(path.replace('.mjs', '-2.mjs'), 'export const lookup = 1;');
    await expect(openTokenSource(path.replace('.mjs', '-2.mjs'), '')).rejects.toThrow(
      'its default export must be a class with a method lookup()',
    );
    await rm(path);
  });

  test.each([
    ["throw new Error('at the top');", 'at the top'],
    ["export default class { constructor(source) { throw new Error('not ' + source); } }", 'not x'],
  ])('a module that fails: %s', async (code, message) => {
    const path = join(await temporaryDirectory(), 'plugin.mjs');
    await writeFile(path, code);
    const opening = openTokenSource(path, 'x');
    await expect(opening).rejects.toThrow(`Cannot use the plug-in "${path}": `);
    await expect(opening).rejects.toThrow(message);
  });

  test.each(['toString', 'tokenfile', ''])('an unknown name: "%s"', async (name) => {
    await expect(openTokenSource(name, 'x')).rejects.toThrow('expected one of ReadOnlyTokenFile');
  });

  test('a package that is missing is named', async () => {
    const name = 'no-such-package';
    await expect(loadPeer(name, () => import(name), 'JWTTokenApi')).rejects.toThrow(
      'Cannot use JWTTokenApi: it needs a package; install it with: npm install no-such-package',
    );
  });
});

const offer = (token: string) => ({ 'Sec-WebSocket-Protocol': `binary, token.${token}` });

describe('where the token is', () => {
  const source: TokenSource = {
    lookup: (token) => {
      seen.push(token);
      return undefined;
    },
  };
  const seen: string[] = [];

  test.each<[string, string, Record<string, string>, string | undefined]>([
    ['query', '/websockify?a=b&token=t+1', {}, 't 1'],
    ['path', '/websockify/token/t-2?x', {}, 't-2'],
    ['path, as a browser writes it', '/token/a%20b%C3%A9', {}, 'a b\u00e9'],
    ['path with a slash after it', '/token/t-2/', {}, 't-2'],
    ['query, quoted', '/?token=%22a+b%25%C3%A9%22', {}, 'a b%\u00e9'],
    ['path, quoted', '/token/%22a%20b%25%C3%A9%22', {}, 'a b%\u00e9'],
    ['path with a plus', '/token/a+b', {}, 'a+b'],
    ['cookie, quoted', '/', { Cookie: 'token="a%20b%25%C3%A9"' }, 'a b%\u00e9'],
    ['cookie with a plus', '/', { Cookie: 'token=a+b&c=d' }, 'a+b&c=d'],
    ['subprotocol, quoted', '/', offer('%22a%20b%25%C3%A9%22'), 'a b%\u00e9'],
    ['subprotocol with a plus', '/', offer('a+b&c'), 'a+b&c'],
    ['query, encoded wrong', '/?token=a%zz', {}, 'a%zz'],
    ['path, encoded wrong', '/token/a%zz', {}, 'a%zz'],
    ['cookie, encoded wrong', '/', { Cookie: 'token=a%zz' }, 'a%zz'],
    ['subprotocol, encoded wrong', '/', offer('a%zz'), 'a%zz'],
    ['query that is no UTF-8', '/?token=%ff', {}, undefined],
    ['cookie that is no UTF-8', '/', { Cookie: 'token=%ff' }, undefined],
    ['subprotocol that is no UTF-8', '/', offer('%ff'), undefined],
    ['empty quotes', '/?token=""', {}, undefined],
    ['path that goes on', '/token/t/x', {}, undefined],
    ['path that is no UTF-8', '/token/%ff', {}, undefined],
    ['subprotocol', '/', { 'Sec-WebSocket-Protocol': 'binary, token.t3' }, 't3'],
    ['cookie', '/', { Cookie: 'x=token; token=t4' }, 't4'],
    ['query before cookie', '/?token=t5', { Cookie: 'token=x' }, 't5'],
    ['twice', '/?token=a&token=b', {}, undefined],
    ['in a fragment', '/#?token=a', {}, undefined],
    ['too long', `/?token=${'x'.repeat(8193)}`, {}, undefined],
    ['in a header', '/', { 'X-Token': 'x', Authorization: 'Bearer x' }, undefined],
  ])('%s', async (_, path, headers, token) => {
    const { port } = await startBridge(1, { target: tokenTargets(source) });
    seen.length = 0;
    expect(await ask(port, path, headers)).toBe(403);
    expect(seen).toEqual(token === undefined ? [] : [token]);
  });

  test('--host-token: the host name', async () => {
    const target = tokenTargets(source, { hostToken: true });
    const { port } = await startBridge(1, { target, allowHosts: ['*.bridge.example'] });
    seen.length = 0;
    expect(await ask(port, '/?token=x', { Host: 'T6.bridge.example:80' })).toBe(403);
    expect(await ask(port, '/', { Host: 'a.t6.bridge.example' })).toBe(403);
    expect(await ask(port, '/', { Host: 'bridge.example' })).toBe(403);
    expect(seen).toEqual(['t6.bridge.example']);
  });
});
