/**
 * Each option of the built command at work, in at least one row. Needs `npm run build`.
 */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { OPTIONS } from '../../../src/bridge/command/options/index.js';
import { signTarget } from '../../../src/bridge/index.js';
import { ask, greeting } from '../../helpers/access.js';
import {
  closeCode,
  frame,
  handshake,
  newClient,
  openClient,
  openRaw,
  openSocket,
  readAll,
  request,
  startEcho,
  startSilentPort,
  startTarget,
} from '../../helpers/bridge.js';
import {
  bridgeToEcho,
  echo,
  listenCommand,
  makeCertificate,
  makeDirectory,
  startCommand,
} from '../../helpers/command.js';
import { beginBare } from '../../helpers/flow/bridged.js';
import { BareRelay, positionPacket } from '../../helpers/relay.js';
import { openH2, openH2WebSocket } from '../../helpers/h2.js';
import { lacking } from '../../helpers/need.js';
import { freePort } from '../../helpers/port.js';
import { workersOf } from '../../helpers/workers.js';

const ORIGIN = 'https://app.example';
const WORD = { Authorization: `Basic ${Buffer.from('user:word').toString('base64')}` };
const get = (path: string, host = 'localhost') =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

/** What rows share: a target that sends `here` and ends, a token file, a signing key. */
async function prepare() {
  const directory = makeDirectory();
  const { port } = await startTarget((socket) => socket.end('here'));
  const target = `127.0.0.1:${port}`;
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  return {
    directory,
    targetPort: port,
    tokens: file('tokens', `one: ${target}\nt1.bridge.example: ${target}\n`),
    key: file('key', `${'k'.repeat(32)}\n`),
    signed: () => `/?${signTarget({ secret: 'k'.repeat(32), target })}`,
    file,
    /** Starts a bridge without a target among its arguments. */
    listen: (...args: string[]) => listenCommand(...args, '0'),
  };
}

/** Starts a bridge with TLS in front of an echo server; `ca` is what a client needs to trust it. */
async function secure(...args: string[]) {
  const directory = makeDirectory();
  const files = makeCertificate(directory, 'one');
  const command = await bridgeToEcho('--cert', files.cert, '--key', files.key, ...args);
  const ca = readFileSync(files.cert);
  return { ...command, ...files, directory, ca, url: `wss://localhost:${command.port}/` };
}

/** Starts a bridge to a TLS server that sends everything back. */
async function toTlsTarget(...args: string[]) {
  const { cert, key } = makeCertificate(makeDirectory(), 'one');
  const options = { cert: readFileSync(cert), key: readFileSync(key) };
  const server = createTlsServer(options, (socket) => socket.on('error', () => {}).pipe(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const words = args.map((word) => (word === 'CERT' ? cert : word));
  const command = await listenCommand('-v', ...words, '0', `127.0.0.1:${port}`);
  return { ...command, url: `ws://localhost:${command.port}/` };
}

/** Starts a bridge to a target that does this with each connection. */
async function inFrontOf(onConnection: Parameters<typeof startTarget>[0], ...args: string[]) {
  const target = await startTarget(onConnection);
  return listenCommand('-v', ...args, '0', `127.0.0.1:${target.port}`);
}

/** Waits until nobody can connect any more. */
const refusesAll = (port: number) =>
  vi.waitFor(() => expect(openSocket(port)).rejects.toThrow('ECONNREFUSED'), 5_000);

type Row = readonly [options: string, does: string, check: () => Promise<void>];

const TARGETS: readonly Row[] = [
  [
    '--token-plugin --token-source',
    'find the target by token',
    async () => {
      const { listen, tokens } = await prepare();
      const { port } = await listen('--token-plugin', 'TokenFile', '--token-source', tokens);
      expect(await greeting(port, '/?token=one')).toBe('here');
      expect(await greeting(port, '/token/one')).toBe('here');
      expect(await greeting(port, '/', { Cookie: 'token=one' })).toBe('here');
      expect(await ask(port, '/?token=two')).toBe(403);
    },
  ],
  [
    '--token-plugin --token-source',
    'take a module of the user',
    async () => {
      const { listen, file, targetPort } = await prepare();
      const code = `export default class {
        constructor(source) { this.port = Number(source); }
        async lookup(token) { return token === 'mine' ? { host: '127.0.0.1', port: this.port } : undefined; }
      }`;
      const plugin = file('plugin.mjs', code);
      const { port } = await listen('--token-plugin', plugin, '--token-source', `${targetPort}`);
      expect(await greeting(port, '/?token=mine')).toBe('here');
      expect(await ask(port, '/?token=one')).toBe(403);
    },
  ],
  [
    '--target-config',
    'is a TokenFile',
    async () => {
      const { listen, tokens } = await prepare();
      const { port } = await listen('--target-config', tokens);
      expect(await greeting(port, '/?token=one')).toBe('here');
      expect(await ask(port, '/')).toBe(403);
    },
  ],
  [
    '--host-token --allow-host',
    'take the host name for the token',
    async () => {
      const { listen, tokens } = await prepare();
      const names = ['--host-token', '--allow-host', '*.bridge.example'];
      const { port } = await listen('--target-config', tokens, ...names);
      expect(await greeting(port, '/', { Host: 't1.bridge.example:6080' })).toBe('here');
      expect(await ask(port, '/?token=one', { Host: 't2.bridge.example' })).toBe(403);
    },
  ],
  [
    '--sign-key',
    'connects to the target in a signed URL, again and again',
    async () => {
      const { listen, key, signed } = await prepare();
      const { port } = await listen('--sign-key', key);
      const path = signed();
      expect(await greeting(port, path)).toBe('here');
      expect(await greeting(port, path)).toBe('here');
      expect(await ask(port, path.replace('127.0.0.1', '127.0.0.2'))).toBe(403);
    },
  ],
  [
    '--sign-once',
    'takes a signature once',
    async () => {
      const { listen, key, signed } = await prepare();
      const { port } = await listen('--sign-key', key, '--sign-once');
      const path = signed();
      expect(await greeting(port, path)).toBe('here');
      expect(await ask(port, path)).toBe(403);
      expect(await greeting(port, signed())).toBe('here');
    },
  ],
  [
    '--allow-network',
    'bounds where a token leads',
    async () => {
      const { listen, tokens } = await prepare();
      const allowed = ['--allow-network', '192.0.2.1', '--allow-network', '127.0.0.0/8'];
      const inside = await listen('--target-config', tokens, ...allowed);
      expect(await greeting(inside.port, '/?token=one')).toBe('here');
      const outside = await listen('--target-config', tokens, '--allow-network', '10.0.0.0/8');
      expect(await ask(outside.port, '/?token=one')).toBe(403);
    },
  ],
  [
    '--allow-port',
    'bounds where a token leads',
    async () => {
      const { listen, tokens, targetPort } = await prepare();
      const allowed = ['--allow-port', '1-2', '--allow-port', `${targetPort}`];
      const inside = await listen('--target-config', tokens, ...allowed);
      expect(await greeting(inside.port, '/?token=one')).toBe('here');
      const outside = await listen('--target-config', tokens, '--allow-port', '1-2');
      expect(await ask(outside.port, '/?token=one')).toBe(403);
    },
  ],
  [
    '--relay-v4',
    'lets Secure Shell name its target, within --allow-network and --allow-port',
    async () => {
      const { listen, targetPort } = await prepare();
      const rules = ['--allow-network', '127.0.0.1', '--allow-port', `${targetPort}`];
      const { port } = await listen('--relay-v4', ...rules);
      const path = `/v4/connect?host=127.0.0.1&port=${targetPort}`;
      const client = new BareRelay(port, path);
      await client.begins();
      expect(String(await client.hears(4))).toMatch(/here$/);
      client.send(positionPacket(7, 4));
      expect((await client.closed).code).toBe(1000);
      expect(await ask(port, '/')).toBe(404);
      // Without --allow-port, only port 22 is allowed.
      const elsewhere = await listen('--relay-v4', ...rules.slice(0, 2));
      expect((await new BareRelay(elsewhere.port, path).closed).code).toBe(1006);
    },
  ],
  [
    '--unix-listen --unix-listen-mode --unix-target',
    'carry from socket to socket',
    async () => {
      const directory = makeDirectory();
      const [source, target] = [join(directory, 'source'), join(directory, 'target')];
      const server = createServer((socket) => socket.pipe(socket)).listen(target);
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const args = ['--unix-listen', source, '--unix-target', target, '-v'];
      const command = startCommand(...args, '--unix-listen-mode', '0660');
      await command.says(/Listening on unix:.*source, target unix:.*target\n/);
      expect(statSync(source).mode & 0o777).toBe(0o660);
      expect(await echo(`ws+unix:${source}:/`)).toBe('word');
      await command.says(/opened: unix to unix:/);
    },
  ],
  [
    '--listen --unix-listen',
    'listen in several places at once, and need all of them',
    async () => {
      const path = join(makeDirectory(), 'source');
      const { port: targetPort } = await startEcho();
      const ports = ['--listen', '0', '--listen', '127.0.0.2:0'];
      const args = [...ports, '--unix-listen', path, `127.0.0.1:${targetPort}`];
      const command = await listenCommand(...args);
      const [, first, second] =
        /Listening on 127\.0\.0\.1:(\d+) and 127\.0\.0\.2:(\d+) and unix:/.exec(command.said()) ??
        [];
      expect(await echo(`ws://127.0.0.1:${first}/`)).toBe('word');
      expect(await echo(`ws://127.0.0.2:${second}/`)).toBe('word');
      expect(await echo(`ws+unix:${path}:/`)).toBe('word');
      const taken = startCommand('--listen', '0', '--listen', `${first}`, '127.0.0.1:1');
      expect(await taken.ended).toBe(1);
      expect(taken.said()).toContain(`Cannot listen on 127.0.0.1:${first}: the port is in use`);
    },
  ],
  [
    '--prefer-ipv6',
    'listens on ::1, and on :: for all',
    async () => {
      await startCommand('--prefer-ipv6', '0', 'localhost:1').says(/Listening on \[::1\]:/);
      await startCommand('-6', ':0', 'localhost:1').says(/Listening on \[::\]:/);
      await startCommand('-6', '[::1]:0', 'localhost:1').says(/Listening on \[::1\]:/);
    },
  ],
];

/** Sends a text on a new connection, and resolves with the answer. */
async function say(port: number, text: string): Promise<string> {
  const socket = await openSocket(port);
  socket.write(text);
  return String(await readAll(socket));
}

const ON_THE_PORT: readonly Row[] = [
  [
    '--fallback --silence-timeout',
    'carry what is not HTTP, and clients that say nothing',
    async () => {
      const { port: ssh } = await startTarget((socket) => socket.end('SSH-2.0-x'));
      const words = ['--fallback', `127.0.0.1:${ssh}`, '--silence-timeout', '0.2'];
      const { port } = await bridgeToEcho(...words);
      expect(await say(port, 'SSH-2.0-y\r\n')).toBe('SSH-2.0-x');
      expect(await say(port, '')).toBe('SSH-2.0-x');
      expect(await echo(`ws://127.0.0.1:${port}/`)).toBe('word');
    },
  ],
  [
    '--fallback',
    'leads to a unix socket as well',
    async () => {
      const path = join(makeDirectory(), 'socket');
      const server = createServer((socket) => socket.resume().end('here')).listen(path);
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const { port } = await bridgeToEcho('--fallback', `unix:${path}`);
      expect(await say(port, 'hello\r\n')).toBe('here');
    },
  ],
  [
    '--http2',
    'carries WebSockets over streams',
    async () => {
      const { port } = await bridgeToEcho('--http2');
      const ws = await openH2WebSocket(await openH2(port));
      ws.send(0x82, 'word');
      const [first] = await ws.frames((frames) => frames.length > 0);
      expect(String(first?.payload)).toBe('word');
    },
  ],
  [
    '--raw',
    'carries everything, also requests',
    async () => {
      const { port } = await inFrontOf((socket) => socket.end('raw'), '--raw');
      expect(await say(port, get('/'))).toBe('raw');
      expect(await say(port, '')).toBe('raw');
    },
  ],
];

const OVER_TLS: readonly Row[] = [
  [
    '--ssl-target',
    'checks the certificate',
    async () => {
      const { url, says } = await toTlsTarget('--ssl-target');
      await expect(echo(url)).rejects.toThrow('502');
      await says(/SELF_SIGNED/);
    },
  ],
  [
    '--target-ca',
    'names who signed it',
    async () => {
      expect(await echo((await toTlsTarget('--target-ca', 'CERT')).url)).toBe('word');
    },
  ],
  [
    '--target-servername',
    'is the name in it',
    async () => {
      const args = ['--ssl-target', '--target-ca', 'CERT', '--target-servername'];
      expect(await echo((await toTlsTarget(...args, 'localhost')).url)).toBe('word');
      const { url, says } = await toTlsTarget(...args, 'other.example');
      await expect(echo(url)).rejects.toThrow('502');
      await says(/ERR_TLS_CERT_ALTNAME_INVALID/);
    },
  ],
  [
    '--cert --key',
    'serve TLS and plain on one port',
    async () => {
      const { url, port, ca } = await secure();
      expect(await echo(url, { ca })).toBe('word');
      expect(await echo(`ws://localhost:${port}/`)).toBe('word');
      expect((await request(port, get('/'))).status).toBe(405);
    },
  ],
  [
    '--key-password',
    'opens the key, in one file with the certificate',
    async () => {
      const directory = makeDirectory();
      const { cert, key } = makeCertificate(directory, 'one');
      const [both, locked] = [join(directory, 'both.pem'), join(directory, 'locked.key')];
      const args = ['pkcs8', '-topk8', '-in', key, '-passout', 'pass:secret', '-out', locked];
      execFileSync('openssl', args);
      writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(locked, 'utf8'));
      const { port } = await bridgeToEcho('--cert', both, '--key-password', 'secret');
      const ca = readFileSync(cert);
      expect(await echo(`wss://localhost:${port}/`, { ca })).toBe('word');
      for (const password of [['--key-password', 'wrong'], []]) {
        const wrong = startCommand('--cert', both, ...password, '0', 'localhost:1');
        expect(await wrong.ended).toBe(2);
        expect(wrong.said()).toContain('--cert: Cannot use the key in');
        expect(wrong.said()).toContain('the password is wrong or missing');
      }
    },
  ],
  [
    '--ssl-only',
    'drops plain connections',
    async () => {
      const { url, port, ca } = await secure('--ssl-only');
      const client = await openSocket(port);
      client.write(handshake());
      expect(String(await readAll(client))).not.toContain('HTTP');
      expect(await echo(url, { ca })).toBe('word');
    },
  ],
  [
    '--redirect-http --allow-http-on-https',
    'lead plain requests to https, or serve them; the redirect takes precedence',
    async () => {
      const led = await secure('--redirect-http', '--allow-http-on-https');
      const answer = await request(led.port, get('/page'));
      expect(answer.status).toBe(308);
      expect(answer.headers.get('location')).toBe('https://localhost/page');
      expect(await echo(led.url, { ca: led.ca })).toBe('word');
      const { port } = await secure('--allow-http-on-https');
      expect(await echo(`ws://localhost:${port}/`)).toBe('word');
    },
  ],
  [
    '--ssl-version --ssl-ciphers',
    'bound what is spoken',
    async () => {
      const suite = 'TLS_AES_128_GCM_SHA256';
      const { port, ca } = await secure('--ssl-version', 'tlsv1_3', '--ssl-ciphers', suite);
      const socket = connectTls({ port, host: 'localhost', ca });
      await once(socket, 'secureConnect');
      expect(socket.getProtocol()).toBe('TLSv1.3');
      expect(socket.getCipher().name).toBe(suite);
      socket.destroy();
      const old = connectTls({ port, host: 'localhost', ca, maxVersion: 'TLSv1.2' });
      await expect(once(old, 'secureConnect')).rejects.toThrow(/alert|reset/);
    },
  ],
  [
    '--verify-client --cafile',
    'want a certificate of that authority, and imply --ssl-only',
    async () => {
      const directory = makeDirectory();
      const authority = makeCertificate(directory, 'authority');
      const args = ['--verify-client', '--cafile', authority.cert];
      const { url, port, ca, target } = await secure(...args);
      const show = (files: { readonly cert: string; readonly key: string }) => ({
        ca,
        cert: readFileSync(files.cert),
        key: readFileSync(files.key),
      });
      const known = makeCertificate(directory, 'known', authority);
      expect(await echo(url, show(known))).toBe('word');
      await expect(echo(url, { ca })).rejects.toThrow();
      await expect(echo(url, show(makeCertificate(directory, 'stranger')))).rejects.toThrow();
      await expect(echo(`ws://localhost:${port}/`)).rejects.toThrow();
      expect(target.sockets).toHaveLength(1);
    },
  ],
];

const ACCESS: readonly Row[] = [
  [
    '--trust-proxy --proxy-protocol --send-proxy',
    "take the client's address from a proxy, and to the target",
    async () => {
      const header = 'PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\r\n';
      const trust = ['--trust-proxy', '127.0.0.1'];
      const target = await startTarget();
      const args = [...trust, '--proxy-protocol', '--send-proxy', 'v1'];
      const { port, says } = await listenCommand('-v', ...args, '0', `127.0.0.1:${target.port}`);
      (await openSocket(port)).write(header + handshake());
      await says(/opened: 192\.0\.2\.1:4242 to/);
      const [bytes] = (await once(await target.accept(), 'data')) as [Buffer];
      expect(String(bytes)).toBe(header);
      const forwarded = await bridgeToEcho('-v', ...trust);
      const headers = { 'X-Forwarded-For': '192.0.2.7' };
      expect(await echo(`ws://localhost:${forwarded.port}/`, { headers })).toBe('word');
      await forwarded.says(/opened: 192\.0\.2\.7 to/);
    },
  ],
  [
    '--allow-origin',
    'lets pages of other origins in',
    async () => {
      const args = ['--allow-origin', 'https://other.example', '--allow-origin', ORIGIN];
      const { port } = await bridgeToEcho(...args);
      expect(await ask(port, '/', { Origin: ORIGIN })).toBe(101);
      expect(await ask(port, '/', { Origin: 'https://evil.example' })).toBe(403);
    },
  ],
  [
    '--allow-host',
    'lets a name in',
    async () => {
      const { port } = await bridgeToEcho('--allow-host', 'a.example', '--allow-host', 'b.example');
      expect(await ask(port, '/', { Host: 'b.example:6080' })).toBe(101);
      expect(await ask(port, '/', { Host: 'c.example' })).toBe(403);
    },
  ],
  [
    '--auth-plugin --auth-source',
    'ask for a password',
    async () => {
      const args = ['--auth-plugin', 'BasicHTTPAuth', '--auth-source', 'user:word'];
      const { port } = await bridgeToEcho(...args);
      expect(await ask(port, '/')).toBe(401);
      expect(await ask(port, '/', WORD)).toBe(101);
    },
  ],
  [
    '--max-failures',
    'holds off who guesses',
    async () => {
      const { listen, tokens } = await prepare();
      const { port } = await listen('--target-config', tokens, '--max-failures', '1');
      expect(await ask(port, '/?token=x')).toBe(403);
      expect(await ask(port, '/?token=one')).toBe(429);
    },
  ],
  [
    '--web --file-only',
    'serve files, and list none',
    async () => {
      const { directory } = await prepare();
      const { port } = await bridgeToEcho('--web', directory, '--file-only');
      expect((await request(port, get('/tokens'))).body).toMatch(/^one: /);
      expect((await request(port, get('/'))).status).toBe(404);
    },
  ],
  [
    '--allow-frame',
    'lets a page elsewhere show the files in a frame',
    async () => {
      const { directory } = await prepare();
      const embedding = ['--allow-frame', ORIGIN, '--allow-frame', 'https://B.example:443'];
      const { port } = await bridgeToEcho('--web', directory, ...embedding);
      const { headers } = await request(port, get('/tokens'));
      const policy = `frame-ancestors 'self' ${ORIGIN} https://b.example`;
      expect(headers.get('content-security-policy')).toBe(policy);
    },
  ],
  [
    '--web-auth',
    'asks for the password for files too',
    async () => {
      const { directory } = await prepare();
      const auth = ['--auth-plugin', 'BasicHTTPAuth', '--auth-source', 'user:word'];
      const { port } = await bridgeToEcho('--web', directory, '--web-auth', ...auth);
      expect((await request(port, get('/tokens'))).status).toBe(401);
      const known = get('/tokens').replace('\r\n', `\r\nAuthorization: ${WORD.Authorization}\r\n`);
      expect((await request(port, known)).status).toBe(200);
    },
  ],
];

const LIMITS: readonly Row[] = [
  [
    '--heartbeat',
    'drops who does not answer',
    async () => {
      const { port, says } = await bridgeToEcho('--heartbeat', '0.1', '-v');
      await openRaw(port);
      await says(/closed: 1006, the client did not answer a ping/);
    },
  ],
  [
    '--connect-timeout',
    'answers 504 for a target that does not',
    async () => {
      const silent = `127.0.0.1:${await startSilentPort()}`;
      const { port } = await listenCommand('--connect-timeout', '0.2', '0', silent);
      expect((await request(port, handshake())).status).toBe(504);
    },
  ],
  [
    '--read-timeout',
    'ends with 1011 for a silent target',
    async () => {
      const { port, says } = await inFrontOf(() => {}, '--read-timeout', '0.2');
      expect(await closeCode(newClient(port))).toBe(1011);
      await says(/closed: 1011, the target was silent for 200 ms/);
    },
  ],
  [
    '--send-timeout',
    'ends with 1011 for a target that takes nothing',
    async () => {
      const { port, says } = await inFrontOf((socket) => socket.pause(), '--send-timeout', '0.5');
      const ws = await openClient(port);
      const flood = setInterval(() => ws.send(Buffer.alloc(1024 * 1024)), 10);
      onTestFinished(() => clearInterval(flood));
      expect(await says(/closed: .*\n/)).toMatch(
        /closed: 1011, the target accepted no data for 500 ms, .*, stalled \d+ ms up, 0 ms down\n/,
      );
    },
  ],
  [
    '--max-connections',
    'answers 503 over it, and recovers',
    async () => {
      const { port, says } = await bridgeToEcho('--max-connections', '2', '-v');
      const [first] = [await openClient(port), await openClient(port)];
      expect((await request(port, '')).status).toBe(503);
      await says(/#0 refused: .*, 503, Too many connections/);
      const closed = closeCode(first);
      first.close();
      await closed;
      await vi.waitFor(() => echo(`ws://127.0.0.1:${port}/`));
    },
  ],
  [
    '--max-connections-per-address',
    'answers 429 over it, to that address',
    async () => {
      const { port } = await bridgeToEcho('--max-connections-per-address', '1');
      await openClient(port);
      expect((await request(port, '')).status).toBe(429);
      const other = newClient(port, [], { localAddress: '127.0.0.2' });
      await once(other, 'open');
    },
  ],
  [
    '--max-sessions-per-token',
    'answers 429 over it, also when the options were read again',
    async () => {
      const { listen, tokens } = await prepare();
      const { port: echoPort } = await startEcho();
      writeFileSync(tokens, `one: 127.0.0.1:${echoPort}\ntwo: 127.0.0.1:${echoPort}\n`);
      const args = ['--target-config', tokens, '--max-sessions-per-token', '1'];
      const { port, child, says } = await listen(...args);
      const first = await openSocket(port);
      first.write(handshake().replace('GET /', 'GET /?token=one'));
      await once(first, 'data');
      expect(await ask(port, '/?token=one')).toBe(429);
      child.kill('SIGHUP');
      await says(/Reloaded/);
      expect(await ask(port, '/?token=one')).toBe(429);
      expect(await ask(port, '/?token=two')).toBe(101);
    },
  ],
  [
    '--max-duration',
    'ends a session with 1008',
    async () => {
      const { port, says } = await bridgeToEcho('--max-duration', '0.2', '-v');
      expect(await closeCode(await openClient(port))).toBe(1008);
      await says(/closed: 1008, the session reached its limit of 200 ms/);
    },
  ],
  [
    '--rate',
    'slows a session down',
    async () => {
      const { port } = await bridgeToEcho('--rate', '65536');
      const ws = await openClient(port);
      let received = 0;
      ws.on('message', ({ length }: Buffer) => (received += length));
      const bytes = 262_144;
      ws.send(Buffer.alloc(bytes));
      const started = performance.now();
      await vi.waitFor(() => expect(received).toBe(bytes), 20_000);
      expect(performance.now() - started).toBeGreaterThan(900);
    },
  ],
  [
    '--max-payload',
    'ends with 1009 over it',
    async () => {
      const { port } = await bridgeToEcho('--max-payload', '10');
      const ws = await openClient(port);
      ws.send(Buffer.alloc(11));
      expect(await closeCode(ws)).toBe(1009);
    },
  ],
  [
    '--max-fragments',
    'ends with 1008 over it',
    async () => {
      const { port } = await bridgeToEcho('--max-fragments', '3');
      const { socket, closeCode: code } = await openRaw(port);
      socket.write(Buffer.concat([frame(0x02, 'a'), frame(0x00), frame(0x00), frame(0x00)]));
      expect(await code()).toBe(1008);
    },
  ],
  [
    '--max-frame',
    'cuts what the target sends, also from TLS and in base64',
    async () => {
      const size = 100_000;
      const tls = await toTlsTarget('--target-ca', 'CERT', '--max-frame', '1024');
      const plain = await bridgeToEcho('--max-frame', '1024');
      for (const [port, protocol] of [
        [tls.port, 'binary'],
        [plain.port, 'binary'],
        [plain.port, 'base64'],
      ] as const) {
        const ws = await openClient(port, [protocol]);
        const sent = Buffer.alloc(size, 'abc');
        const received: Buffer[] = [];
        ws.on('message', (message: Buffer) => {
          expect(message.length).toBeLessThanOrEqual(1_024);
          received.push(protocol === 'base64' ? Buffer.from(String(message), 'base64') : message);
        });
        ws.send(protocol === 'base64' ? sent.toString('base64') : sent);
        await vi.waitFor(() => expect(Buffer.concat(received)).toHaveLength(size));
        expect(Buffer.concat(received).equals(sent)).toBe(true);
      }
    },
  ],
];

const RESUMABLE: readonly Row[] = [
  [
    '--linger',
    'gives a lost client up after it',
    async () => {
      const { port, says } = await bridgeToEcho('--linger', '0.2', '-v');
      const { client } = await beginBare(port);
      client.ws.terminate();
      await says(/#1 suspended: 1006\n(.*\n)*#1 expired: The client did not come back in time/);
    },
  ],
  [
    '--max-suspended',
    'ends the session that has waited longest',
    async () => {
      const { port, says } = await bridgeToEcho('--max-suspended', '1', '-v');
      for (const id of [1, 2]) {
        const { client } = await beginBare(port);
        client.ws.terminate();
        await says(new RegExp(`#${id} suspended`));
      }
      await says(/#1 expired: too many sessions are waiting for their clients/);
    },
  ],
  [
    '--flow-window --flow-route',
    'are told at the start',
    async () => {
      const { port } = await bridgeToEcho('--flow-window', '100000', '--flow-route', 'one');
      const { rest } = await beginBare(port);
      expect(rest).toEqual({ linger: 120_000, limit: 100_000, route: 'one' });
    },
  ],
];

const RUNNING: readonly Row[] = [
  [
    '--run-once',
    'takes one WebSocket, and ends with it',
    async () => {
      const { port, ended } = await bridgeToEcho('--run-once');
      const ws = await openClient(port);
      await refusesAll(port);
      ws.send(Buffer.from('on'));
      expect(String((await once(ws, 'message'))[0])).toBe('on');
      ws.close();
      expect(await ended).toBe(0);
    },
  ],
  [
    '--timeout',
    'takes no more clients, and ends with the last one',
    async () => {
      const { port, ended } = await bridgeToEcho('--timeout', '0.5');
      const ws = await openClient(port);
      await refusesAll(port);
      ws.close();
      expect(await ended).toBe(0);
      expect(await (await bridgeToEcho('--timeout', '0.1')).ended).toBe(0);
    },
  ],
  [
    '--idle-timeout',
    'counts from the last client',
    async () => {
      const { port, ended } = await bridgeToEcho('--idle-timeout', '0.4');
      const ws = await openClient(port);
      const stayed = performance.now();
      await vi.waitFor(() => expect(performance.now() - stayed).toBeGreaterThan(700));
      ws.close();
      const started = performance.now();
      expect(await ended).toBe(0);
      expect(performance.now() - started).toBeGreaterThan(350);
    },
  ],
  [
    '--drain',
    'lets sessions go on that long after SIGTERM, then 1001',
    async () => {
      const { port, child, ended } = await bridgeToEcho('--drain', '0.5');
      const ws = await openClient(port);
      child.kill('SIGTERM');
      await refusesAll(port);
      ws.send(Buffer.from('still'));
      expect(String((await once(ws, 'message'))[0])).toBe('still');
      expect(await closeCode(ws)).toBe(1001);
      expect(await ended).toBe(0);
    },
  ],
  [
    '--workers',
    'serves with several processes',
    async () => {
      const { port, child, ended } = await bridgeToEcho('--workers', '2');
      for (let i = 0; i < 2; i += 1) expect(await echo(`ws://127.0.0.1:${port}/`)).toBe('word');
      if (process.platform === 'linux') expect(workersOf(child)).toHaveLength(2);
      child.kill('SIGINT');
      expect(await ended).toBe(0);
    },
  ],
  [
    '--daemon --pid-file',
    'runs in the background',
    async () => {
      const { file, targetPort } = await prepare();
      const pidFile = file('pid', '');
      const args = ['--daemon', '--pid-file', pidFile, '--timeout', '1', '0'];
      const { ended, said } = startCommand(...args, `127.0.0.1:${targetPort}`);
      expect(await ended).toBe(0);
      const [, port] = /Listening on .*:(\d+), target/.exec(said()) ?? [];
      expect(await greeting(Number(port), '/')).toBe('here');
      expect(Number(readFileSync(pidFile, 'utf8'))).toBeGreaterThan(1);
    },
  ],
  [
    '--inetd',
    'serves standard input, which has to be a socket',
    async () => {
      const { ended, said } = startCommand('--inetd', 'localhost:1');
      expect(await ended).toBe(1);
      const rule = 'Cannot use --inetd: standard input is not a socket';
      expect(said()).toBe(`websock-bridge: ${rule}\n`);
    },
  ],
  [
    '--syslog',
    'logs over UDP',
    async () => {
      const receiver = createSocket('udp4').bind(0, '127.0.0.1');
      onTestFinished(() => void receiver.close());
      await once(receiver, 'listening');
      const message = once(receiver, 'message');
      const { port } = await bridgeToEcho('--syslog', `127.0.0.1:${receiver.address().port}`);
      await echo(`ws://127.0.0.1:${port}/`);
      expect(String((await message)[0])).toContain(' websock-bridge ');
    },
  ],
  [
    '--legacy-syslog',
    'logs in the older format',
    async () => {
      const receiver = createSocket('udp4').bind(0, '127.0.0.1');
      onTestFinished(() => void receiver.close());
      await once(receiver, 'listening');
      const message = once(receiver, 'message');
      const to = `127.0.0.1:${receiver.address().port}`;
      const { port, child } = await bridgeToEcho('--syslog', to, '--legacy-syslog');
      await echo(`ws://127.0.0.1:${port}/`);
      expect(String((await message)[0])).toContain(` websock-bridge[${child.pid}]: #1 opened`);
    },
  ],
  [
    '--libserver',
    'changes nothing',
    async () => {
      const { port } = await bridgeToEcho('--libserver');
      expect(await echo(`ws://127.0.0.1:${port}/`)).toBe('word');
    },
  ],
  [
    '--lame-duck',
    'serves on after SIGTERM, but says at once that it is not ready',
    async () => {
      const { port, child, ended } = await bridgeToEcho('--lame-duck', '0.7', '--drain', '0');
      expect(await request(port, get('/readyz'))).toMatchObject({ status: 200, body: 'ready\n' });
      child.kill('SIGTERM');
      await vi.waitFor(async () => expect((await request(port, get('/readyz'))).status).toBe(503));
      expect((await request(port, get('/healthz'))).status).toBe(200);
      const ws = await openClient(port);
      expect(await closeCode(ws)).toBe(1001);
      expect(await ended).toBe(0);
      await refusesAll(port);
    },
  ],
  [
    '--config',
    'reads options from a file',
    async () => {
      const { file, targetPort } = await prepare();
      const path = file('bridge.toml', `target = "127.0.0.1:${targetPort}"\nlisten = "0"\n`);
      const { port } = await listenCommand('--config', path);
      expect(await greeting(port, '/')).toBe('here');
    },
  ],
  [
    '--check',
    'says what would be done, and ends',
    async () => {
      const { ended, said } = startCommand('--check', '--heartbeat', '5', '0', 'localhost:1');
      expect(await ended).toBe(0);
      expect(said()).toMatch(/^Would listen on 127\.0\.0\.1:0, target .*\n {2}--heartbeat 5\n$/);
    },
  ],
  [
    '--help --version',
    'say so and end',
    async () => {
      for (const option of ['--help', '-h', '--version', '-V']) {
        const command = startCommand(option);
        expect(await command.ended).toBe(0);
        expect(command.said()).toMatch(/help|-h/.test(option) ? /^Usage:/ : /^\d+\.\d+\.\d+\n$/);
      }
    },
  ],
  [
    '--verbose',
    'logs a line for each event',
    async () => {
      const { port, says } = await bridgeToEcho('--verbose');
      await echo(`ws://127.0.0.1:${port}/`);
      await says(/#1 opened: 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+\n/);
      const silent = await bridgeToEcho();
      await echo(`ws://127.0.0.1:${silent.port}/`);
      expect(silent.said()).not.toContain('#1');
    },
  ],
  [
    '--traffic',
    'shows the frames',
    async () => {
      const { port, says } = await bridgeToEcho('--traffic');
      await echo(`ws://127.0.0.1:${port}/`);
      await says(/\}>\{<$/);
    },
  ],
  [
    '--log-file',
    'logs to a file of its owner',
    async () => {
      const file = join(makeDirectory(), 'log');
      const { port } = await bridgeToEcho('--log-file', file);
      await echo(`ws://127.0.0.1:${port}/`);
      await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/#1 opened/));
      expect(statSync(file).mode & 0o777).toBe(0o600);
    },
  ],
  [
    '--log-json',
    'logs JSON',
    async () => {
      const { port, says } = await bridgeToEcho('--log-json');
      await echo(`ws://127.0.0.1:${port}/`);
      const [line = ''] = /^.*"opened".*$/m.exec(await says(/"opened".*\}$/m)) ?? [];
      expect(JSON.parse(line)).toMatchObject({ event: 'opened', id: 1 });
    },
  ],
];

const METRICS: readonly Row[] = [
  [
    '--metrics',
    'serves metrics on a port of its own',
    async () => {
      const { said } = await bridgeToEcho('--metrics', '0');
      const [, url = ''] = /Metrics at (http:\/\/127\.0\.0\.1:\d+\/metrics)\n/.exec(said()) ?? [];
      expect(await (await fetch(url)).text()).toContain('\nwebsock_bridge_sessions_open 0\n');
    },
  ],
];

const RECORDING: readonly Row[] = [
  [
    '--record --record-limit --record-format',
    'write each session to a file of its owner',
    async () => {
      const directory = makeDirectory();
      const file = join(directory, 'desk');
      const args = ['--record', file, '--record-limit', '4096', '--record-format', 'asciicast'];
      const { port, child, ended } = await bridgeToEcho(...args);
      await echo(`ws://127.0.0.1:${port}/`);
      child.kill('SIGINT');
      expect(await ended).toBe(0);
      const [name = ''] = readdirSync(directory);
      expect(name).toMatch(/^desk\.\S+\.cast$/);
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
      const text = readFileSync(join(directory, name), 'utf8');
      expect(text).toMatch(/^\{"version":2,.*\n\[.*,"i","word"\]\n\[.*,"o","word"\]\n$/);
    },
  ],
];

const WRAPPING: readonly Row[] = [
  [
    '--wrap-mode',
    'ends with the program, or goes on without it',
    async () => {
      vi.stubEnv('XDG_CACHE_HOME', makeDirectory());
      onTestFinished(() => void vi.unstubAllEnvs());
      const [one, other] = [await freePort(), await freePort()];
      const mode = (name: string, port: number) => ['--wrap-mode', name, `${port}`, '--'];
      expect(await startCommand(...mode('exit', one), 'false').ended).toBe(1);
      const { says, child, ended } = await listenCommand(...mode('ignore', other), 'false');
      await says(/false ended with status 1/);
      expect((await request(other, get('/healthz'))).status).toBe(200);
      child.kill('SIGINT');
      expect(await ended).toBe(0);
    },
  ],
];

const REPLAY: readonly Row[] = [
  [
    '--speed',
    'plays a recording so many times as fast',
    async () => {
      const file = join(makeDirectory(), 'slow.cast');
      const lines = [{ version: 2, width: 80, height: 24 }, [90, 'o', 'late']];
      writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
      const { port } = await listenCommand('--speed', '1000', 'replay', file, '0');
      // At its recorded pace, this would take longer than a test may.
      expect(await greeting(port, '/')).toBe('late');
    },
  ],
];

const ROWS = [
  ...TARGETS,
  ...ON_THE_PORT,
  ...ACCESS,
  ...LIMITS,
  ...RESUMABLE,
  ...RUNNING,
  ...METRICS,
  ...RECORDING,
  ...REPLAY,
  ...WRAPPING,
];

test('every option has a row', () => {
  const named = [...ROWS, ...OVER_TLS].flatMap(([options]) => options.split(' '));
  expect(new Set(named)).toEqual(new Set(OPTIONS.map(({ name }) => `--${name}`)));
});

test.each(ROWS)('%s %s', (_, _does, check) => check());

const noOpenssl = lacking('openssl');
test.skipIf(noOpenssl).each(OVER_TLS)('%s %s', (_, _does, check) => check());
