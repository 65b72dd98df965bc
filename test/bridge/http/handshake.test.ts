import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createBridge } from '../../../src/bridge/index.js';
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
  startBridge,
  startEcho,
  startSilentPort,
  startTarget,
} from '../../helpers/bridge.js';
import { freePort } from '../../helpers/port.js';

test('a client that resets while its target is dialled has its bytes delivered from the first, without a hole', async () => {
  const received: Promise<Buffer>[] = [];
  const target = await startTarget((socket) => {
    received.push(readAll(socket).finally(() => socket.end()));
  });
  const { port, lines } = await startBridge(target.port);
  const messages = Array.from({ length: 14 }, (_, i) => frame(0x82, Buffer.alloc(10_000, 65 + i)));
  const all = Buffer.concat([Buffer.from(handshake()), ...messages]);
  const sessions = 30;
  for (let i = 0; i < sessions; i += 1) {
    const socket = await openSocket(port);
    await new Promise((resolve) => socket.write(all, resolve));
    socket.resetAndDestroy();
  }
  await vi.waitFor(() => {
    expect(lines.filter((line) => /closed|left/.test(line)).length).toBe(sessions);
  }, 10_000);
  const expected = Buffer.concat(messages.map((_, i) => Buffer.alloc(10_000, 65 + i)));
  for (const bytes of await Promise.all(received)) {
    expect(bytes.equals(expected.subarray(0, bytes.length))).toBe(true);
  }
  expect(lines.join()).not.toContain('Invalid WebSocket frame');
});

test('an upgrade after a request that is still unanswered is refused', async () => {
  const target = await startEcho();
  const { port } = await startBridge(target.port, { web: 'test' });
  const socket = await openSocket(port);
  socket.write(`GET /tsconfig.json HTTP/1.1\r\nHost: localhost\r\n\r\n${handshake()}`);
  expect(String(await readAll(socket))).not.toContain('101 Switching Protocols');
  expect(target.sockets.length).toBe(0);
});

describe('the target is dialled before the answer', () => {
  test('refused: 502', async () => {
    const { port, lines } = await startBridge(await freePort());
    const response = await request(port, handshake());
    expect(response.status).toBe(502);
    expect(lines[0]).toMatch(/refused: .*, 502, Cannot connect to 127\.0\.0\.1:\d+: ECONNREFUSED/);
  });

  test('no such name: 502', async () => {
    // Too long to be a name, so it is not looked up.
    const target = { host: 'x'.repeat(300), port: 1 };
    const { port } = await startBridge(1, { target });
    expect((await request(port, handshake())).status).toBe(502);
  });

  test('no answer: 504', async () => {
    const { port, lines } = await startBridge(await startSilentPort(), { connectTimeout: 100 });
    expect((await request(port, handshake())).status).toBe(504);
    expect(lines[0]).toMatch(/no answer within 100 ms/);
  });

  test.each(['end', 'resetAndDestroy'] as const)(
    'a client that goes away meanwhile (%s) ends the dial',
    async (leave) => {
      const { port, logged } = await startBridge(await startSilentPort());
      const client = await openSocket(port);
      client.write(handshake());
      // By the time the next connection has its answer, the bridge has taken the upgrade.
      await request(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      client[leave]();
      expect(await logged(/left/)).toMatch(/before it was answered/);
    },
  );

  test('nothing is sent before the 101, and the answer is whole', async () => {
    const { port } = await startBridge((await startTarget((socket) => socket.end('hello'))).port);
    const client = await openSocket(port);
    client.write(handshake({ 'Sec-WebSocket-Protocol': 'base64,  binary' }));
    const text = (await once(client, 'data')).toString();
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text).toContain('\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
    expect(text).toContain('\r\nSec-WebSocket-Protocol: binary\r\n');
  });
});

describe('refusals are complete responses and reach no target', () => {
  const cases: [string, number, Record<string, string | undefined>, string?][] = [
    ['no Host', 400, { Host: undefined }],
    ['two Hosts', 400, { Host: '127.0.0.1\r\nHost: localhost' }],
    ['a malformed Host', 400, { Host: 'localhost:80:80' }],
    ['an unknown Host', 403, { Host: 'rebound.example' }],
    ['a Host that only begins like an address', 403, { Host: '127.0.0.1.example' }],
    ['a page of another origin', 403, { Origin: 'https://evil.example' }],
    ['a page of another port', 403, { Origin: 'http://127.0.0.1:8080' }],
    ['an opaque origin', 403, { Origin: 'null' }],
    ['an empty origin', 403, { Origin: '' }],
    ['two origins', 403, { Origin: 'http://127.0.0.1\r\nOrigin: http://127.0.0.1' }],
    ['the origin hidden in a user name', 403, { Origin: 'http://127.0.0.1@evil.example' }],
    ['POST', 405, {}, 'POST'],
    ['another protocol', 426, { Upgrade: 'h2c' }],
    ['no key', 400, { 'Sec-WebSocket-Key': undefined }],
    ['a short key', 400, { 'Sec-WebSocket-Key': 'c2hvcnQ=' }],
    ['no version', 426, { 'Sec-WebSocket-Version': undefined }],
    ['version 8', 426, { 'Sec-WebSocket-Version': '8' }],
    ['an unknown subprotocol', 400, { 'Sec-WebSocket-Protocol': 'mqtt' }],
    ['unknown subprotocols', 400, { 'Sec-WebSocket-Protocol': 'mqtt, Binary' }],
    ['a subprotocol twice', 400, { 'Sec-WebSocket-Protocol': 'binary, binary' }],
    ['an empty subprotocol', 400, { 'Sec-WebSocket-Protocol': 'binary,,base64' }],
    ['a subprotocol that is no token', 400, { 'Sec-WebSocket-Protocol': 'binary, a b' }],
  ];
  test.each(cases)('%s: %i', async (_, status, headers, method) => {
    const target = await startTarget();
    const { port } = await startBridge(target.port);
    // What follows the handshake must not cost the client its answer.
    const text = Buffer.from(handshake(headers, method));
    const response = await request(port, Buffer.concat([text, frame(0x82, Buffer.alloc(60_000))]));
    expect(response.status).toBe(status);
    expect(response.headers.get('connection')).toBe('close');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('content-length')).toBe(String(response.body.length));
    expect(response.body).toMatch(/^[A-Z].*\.\n$/);
    expect(target.sockets).toHaveLength(0);
  });

  test.each(['HTTP/1.0', 'HTTP/2.0'])('%s: 505', async (version) => {
    const target = await startTarget();
    const { port } = await startBridge(target.port);
    const other = handshake().replace('HTTP/1.1', version);
    expect((await request(port, other)).status).toBe(505);
    expect(target.sockets).toHaveLength(0);
  });

  test('a plain request: 405, or 403 under a strange name', async () => {
    const { port } = await startBridge((await startTarget()).port);
    const get = (host: string) => request(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect((await get('localhost')).status).toBe(405);
    expect((await get('localhost')).headers.get('allow')).toBe('');
    expect((await get('rebound.example')).status).toBe(403);
  });

  test('what a client sent is one printable line in the log', async () => {
    const { port, lines } = await startBridge((await startTarget()).port);
    await request(port, handshake({ Host: 'a\u009b31mb\tc"d', Origin: 'x'.repeat(500) }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[\x20-\x7e]{1,400}$/);
    expect(lines[0]).toContain('Host "a\\u00c2\\u009b31mb\\u0009c\\u0022d"');
  });
});

describe('who is let in', () => {
  const cases: [string, Record<string, string>][] = [
    ['localhost', { Host: 'localhost:6080' }],
    ['a name under localhost', { Host: 'vnc.LOCALHOST' }],
    ['an IPv4 address', { Host: '192.0.2.1' }],
    ['an IPv6 address', { Host: '[2001:db8::1]:80' }],
    ['an allowed host', { Host: 'Bridge.Example:1234' }],
    ['a page of our own', { Host: 'localhost:6080', Origin: 'http://localhost:6080' }],
    ['a page of our own, default port', { Host: 'localhost:80', Origin: 'http://localhost' }],
    ['a page of our own behind TLS', { Host: 'bridge.example', Origin: 'https://bridge.example' }],
    ['a page of an allowed origin', { Host: 'localhost', Origin: 'https://app.example' }],
    ['an extension that is allowed', { Host: 'localhost', Origin: 'chrome-extension://abcdef' }],
  ];
  test.each(cases)('%s', async (_, headers) => {
    const { port } = await startBridge((await startTarget()).port, {
      allowHosts: ['bridge.example'],
      allowOrigins: ['https://APP.example:443', 'chrome-extension://abcdef'],
    });
    const client = await openSocket(port);
    client.write(handshake(headers));
    expect((await once(client, 'data')).toString()).toMatch(/^HTTP\/1\.1 101 /);
  });

  test.each([
    [[], ''],
    [['binary'], 'binary'],
    [['base64'], 'base64'],
    [['mqtt', 'base64', 'binary'], 'binary'],
    [['mqtt', 'base64'], 'base64'],
  ])('of the subprotocols %j it picks "%s"', async (offered, chosen) => {
    const { port } = await startBridge((await startTarget()).port);
    expect((await openClient(port, offered)).protocol).toBe(chosen);
  });
});

describe('bytes beside the handshake', () => {
  const session = Buffer.concat([frame(0x82, 'with the '), frame(0x82, 'handshake')]);

  test('in one packet with it', async () => {
    const target = await startEcho();
    const client = await openRaw((await startBridge(target.port)).port, session);
    const frames = await client.frames((all) => text(all).length >= 18);
    expect(text(frames)).toBe('with the handshake');
  });

  test('cut anywhere', async () => {
    const target = await startEcho();
    const { port } = await startBridge(target.port);
    const bytes = Buffer.concat([Buffer.from(handshake()), session]);
    const cuts = Array.from({ length: bytes.length }, (__, cut) => cut).filter(
      (cut) => cut % 3 === 0,
    );
    await Promise.all(
      cuts.map(async (cut) => {
        const client = connect(port, '127.0.0.1').setNoDelay();
        client.write(bytes.subarray(0, cut));
        await once(client, 'connect');
        setImmediate(() => client.write(bytes.subarray(cut)));
        let received = '';
        for await (const chunk of client) {
          received += String(chunk);
          if (received.endsWith('handshake')) break;
        }
      }),
    );
    expect(target.sockets).toHaveLength(cuts.length);
  });

  test('byte by byte', async () => {
    const target = await startTarget();
    const { port } = await startBridge(target.port);
    const client = (await openSocket(port)).setNoDelay().resume();
    for (const byte of Buffer.concat([Buffer.from(handshake()), session, frame(0x88)])) {
      client.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    expect((await readAll(await target.accept())).toString()).toBe('with the handshake');
  });

  const text = (frames: { payload: Buffer }[]) =>
    Buffer.concat(frames.map(({ payload }) => payload)).toString();
});

describe('time and numbers', () => {
  test('the bridge gives up on missing headers after 10 s', async () => {
    const { port } = await startBridge((await startTarget()).port);
    const [silent, slow] = [await openSocket(port), await openSocket(port)];
    slow.write('GET / HTTP/1.1\r\nHost: loc');
    const started = performance.now();
    await Promise.all([readAll(silent), readAll(slow)]);
    expect(performance.now() - started).toBeGreaterThan(9_000);
    expect(performance.now() - started).toBeLessThan(13_000);
  });

  test('1,000 quick connections leave nothing open', async () => {
    const target = await startEcho();
    const { port, lines } = await startBridge(target.port);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const ws = newClient(port);
          await once(ws, 'open');
          const closed = closeCode(ws);
          if (index % 2) ws.close();
          else ws.terminate();
          await closed;
        }),
      );
    }
    await vi.waitFor(() =>
      expect(lines.filter((line) => line.includes('closed'))).toHaveLength(1_000),
    );
    expect(target.sockets.every((socket) => socket.readableEnded || socket.destroyed)).toBe(true);
  });
});

describe('close()', () => {
  test('1001 to clients, their last bytes to the target, 503 to who is waiting', async () => {
    const target = await startTarget();
    const { bridge, port } = await startBridge(target.port);
    const ws = await openClient(port);
    const socket = await target.accept();
    const read = readAll(socket).finally(() => socket.end());
    ws.send(Buffer.from('last'));
    const closed = closeCode(ws);
    await once(socket, 'data');
    await Promise.all([bridge.close(), bridge.close()]);
    expect(await closed).toBe(1001);
    expect((await read).toString()).toBe('last');
    await expect(openSocket(port)).rejects.toThrow('ECONNREFUSED');
    await expect(bridge.listen(0)).rejects.toThrow('Cannot listen: the bridge is closed');
  });

  test('503 to a client whose target is being dialled', async () => {
    const { bridge, port } = await startBridge(await startSilentPort());
    const response = request(port, handshake());
    await request(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await bridge.close();
    expect((await response).status).toBe(503);
  });

  test('a client that does not answer is cut off', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { bridge, port } = await startBridge((await startTarget()).port);
    const client = await openRaw(port);
    const closed = bridge.close();
    expect(await client.closeCode()).toBe(1001);
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
  });

  test('needs no listen() before', async () => {
    await createBridge({ target: { host: 'localhost', port: 1 } }).close();
  });
});
