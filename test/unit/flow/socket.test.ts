/** A socket's `flow` option, against a server made of `ws` and the state machine. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { flow, type FlowOptions } from 'websock-client/flow';
import { reconnect } from 'websock-client/reconnect';
import { WebSocket, WebSocketServer } from 'ws';
import { Websock, WebsockError, type WebsockOptions } from '../../../src/index.js';
import { cuttable, type Cuttable } from '../../helpers/flow/cuttable.js';
import { createFlowServer } from '../../helpers/flow/server.js';
import { streamPair } from '../../../src/testing/index.js';
import { FakeSocketStream } from '../../helpers/fake-stream.js';

const MIB = 1024 * 1024;
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function listen(server: Server | ReturnType<typeof createFlowServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** A target that runs `serve`, the server in front of it, and a network that can be cut. */
async function setUp(
  serve: (socket: Socket) => void,
  linger?: number,
): Promise<{ network: Cuttable; url: string; targets: Socket[] }> {
  const targets: Socket[] = [];
  const target = createServer({ allowHalfOpen: true }, (socket) => {
    targets.push(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  const port = await listen(target);
  const network = await cuttable(await listen(createFlowServer(port, linger)));
  closers.push(() => {
    for (const socket of targets) socket.destroy();
    return network.close();
  });
  return { network, url: `ws://127.0.0.1:${network.port}/`, targets };
}

function newSock(options: FlowOptions = {}, more: WebsockOptions = {}): Websock {
  const sock = new Websock({ WebSocket, flow: flow({ retry: () => 20, ...options }), ...more });
  closers.push(() => sock.dispose());
  return sock;
}

/** The error of a socket that can't open `url`. */
async function openError(url: string): Promise<WebsockError> {
  const sock = newSock();
  const failed = sock.once('error');
  sock.open(url, ['binary']);
  return failed;
}

const next = (sock: Websock, event: 'suspended' | 'resumed' | 'end' | 'message' | 'error') =>
  new Promise<unknown>((resolve) => {
    const off = sock.on(event, (payload) => {
      off();
      resolve(payload);
    });
  });

const echo = (socket: Socket): void => void socket.pipe(socket);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

it('says why the first connection failed, with what was offered and the cause', async () => {
  const web = createHttpServer((_request, response) => response.writeHead(418).end());
  web.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 418 No\r\n\r\n'));
  const port = await listen(web);
  const error = await openError(`ws://user:secret@127.0.0.1:${port}/desk?token=secret`);
  const offered = 'the subprotocols binary, v1.flow.websock';
  expect(error.code).toBe('ERR_CHANNEL');
  expect(error.message).toBe(
    `Cannot open ws://127.0.0.1:${port}/desk with ${offered}: Unexpected server response: 418`,
  );
  expect(error.cause).toMatchObject({ type: 'error' });
  await new Promise((resolve) => web.close(resolve));
  expect((await openError(`ws://127.0.0.1:${port}/`)).message).toMatch(/: connect ECONNREFUSED/);
});

describe('a socket with flow', () => {
  it('shows its tap each byte once, though the network is cut', async () => {
    const { network, url } = await setUp(echo);
    const sock = newSock();
    const seen = { received: '', sent: '' };
    sock.tap = (direction, data) => (seen[direction] += Buffer.from(data).toString());
    sock.open(url);
    sock.send('one ');
    await sock.read(4);
    const resumed = next(sock, 'resumed');
    network.cut();
    sock.send('two ');
    await resumed;
    await sock.read(4);
    expect(seen).toEqual({ received: 'one two ', sent: 'one two ' });
  });

  it('opens when the session begins, with `v1.flow.websock` as the subprotocol', async () => {
    const { url } = await setUp(echo);
    const sock = newSock();
    sock.open(url);
    sock.send(bytes('early'));
    await sock.opened;
    expect(sock.protocol).toBe('v1.flow.websock');
    expect(sock.backpressure).toBe('transport');
    expect(Buffer.from(await sock.read(5)).toString()).toBe('early');
    expect([sock.bytesSent, sock.bytesReceived]).toEqual([5, 5]);
    await sock.drained({ below: 0 });
    expect(sock.bufferedAmount).toBe(0);
    sock.close();
    expect(await sock.closed).toMatchObject({ code: 1000, wasClean: true, by: 'local' });
  });

  it('survives cuts of the network in the middle of 20 MiB each way', async () => {
    const { network, url } = await setUp(echo);
    const sock = newSock();
    const told: string[] = [];
    sock.on('suspended', ({ reason, attempt }) => told.push(`suspended ${reason} ${attempt}`));
    sock.on('resumed', ({ attempts }) => told.push(`resumed ${attempts}`));
    sock.open(url);
    await sock.opened;
    const sent = randomBytes(20 * MIB);
    const writing = (async () => {
      for (let at = 0; at < sent.length; at += 100_000) {
        await sock.write(sent.subarray(at, at + 100_000));
      }
    })();
    const received = Buffer.alloc(sent.length);
    for (let at = 0; at < received.length;) {
      const chunk = (await sock.readSome())!;
      received.set(chunk, at);
      if (Math.floor(at / (4 * MIB)) !== Math.floor((at + chunk.length) / (4 * MIB))) network.cut();
      at += chunk.length;
    }
    await writing;
    expect(hash(received)).toBe(hash(sent));
    expect(network.connections).toBeGreaterThan(3);
    expect(told[0]).toBe('suspended the WebSocket closed with 1006 1');
    expect(told[1]).toMatch(/^resumed \d+$/);
    expect([sock.bytesSent, sock.bytesReceived]).toEqual([sent.length, sent.length]);
    sock.close();
    expect(await sock.closed).toMatchObject({ code: 1000 });
  });

  it('stays open while suspended: pushes and reads wait', async () => {
    const { network, url } = await setUp(echo);
    const sock = newSock({}, { sendLimit: 1000 });
    sock.open(url);
    await sock.opened;
    network.refuse(true);
    network.cut();
    await next(sock, 'suspended');
    expect(sock.isSuspended).toBe(true);
    expect(sock.readyState).toBe('open');
    const reading = sock.read(1000);
    expect(sock.send(new Uint8Array(1000).fill(7))).toBe(true);
    expect(() => sock.send(bytes('x'))).toThrow(
      expect.objectContaining({ code: 'ERR_SEND_OVERFLOW' }),
    );
    network.refuse(false);
    await next(sock, 'resumed');
    expect(sock.isSuspended).toBe(false);
    expect(await reading).toEqual(new Uint8Array(1000).fill(7));
  });

  it('detects a network that silently stops passing bytes', async () => {
    const { network, url } = await setUp(echo);
    const sock = newSock({ keepAlive: 50 });
    sock.open(url);
    await sock.opened;
    network.stall();
    sock.send(bytes('hello'));
    await next(sock, 'resumed');
    expect(Buffer.from(await sock.read(5)).toString()).toBe('hello');
  }, 30_000);

  it('half-closes: the reply to end() arrives whole', async () => {
    const answer = randomBytes(10 * MIB);
    const { url } = await setUp((socket) => {
      let size = 0;
      socket.on('data', (chunk) => (size += chunk.length));
      socket.on('end', () => {
        socket.write(String(size).padStart(10));
        socket.end(answer);
      });
    });
    const sock = newSock({ halfOpen: true });
    let ends = 0;
    sock.on('end', () => ends++);
    sock.open(url);
    await sock.opened;
    sock.send(new Uint8Array(300_000));
    await sock.end();
    expect(sock.send(bytes('late'))).toBe(false);
    expect(Buffer.from(await sock.read(10)).toString()).toBe('    300000');
    expect(hash(await sock.read(answer.length))).toBe(hash(answer));
    expect(await sock.readSome()).toBeNull();
    expect(ends).toBe(1);
    expect(await sock.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  it('ends when the peer ends, unless `halfOpen` is set', async () => {
    const { url, targets } = await setUp((socket) => void socket.end('bye'));
    const sock = newSock();
    const told: string[] = [];
    sock.on('message', () => told.push(`message ${sock.rQshiftStr(sock.rQlen())}`));
    sock.on('end', () => told.push('end'));
    sock.on('close', ({ code }) => told.push(`close ${code}`));
    sock.open(url);
    await sock.closed;
    expect(told).toEqual(['message bye', 'end', 'close 1000']);

    const half = newSock({ halfOpen: true });
    half.open(url);
    await next(half, 'end');
    half.send(bytes('more'));
    expect(half.readyState).toBe('open');
    const [, target] = targets;
    const [chunk] = (await once(target, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('more');
    await half.end();
    expect(await half.closed).toMatchObject({ code: 1000 });
  });

  it('stops a server whose bytes nobody reads, and lets it continue', async () => {
    const sent = randomBytes(40 * MIB);
    const { url, targets } = await setUp((socket) => void socket.end(sent));
    const sock = newSock();
    sock.open(url);
    await sock.opened;
    await expect.poll(() => sock.bytesReceived, { timeout: 10_000 }).toBe(MIB);
    await sock.drained({ below: 0 });
    expect(targets[0].bytesWritten - targets[0].writableLength).toBeLessThan(39 * MIB);
    expect(sock.rQlen()).toBe(MIB);
    expect(hash(await sock.read(sent.length))).toBe(hash(sent));
  });

  it('lets a handler wait for a message larger than the window', async () => {
    const { url } = await setUp((socket) => void socket.write(new Uint8Array(5 * MIB)));
    const sock = newSock({ window: 65_536 });
    const whole = new Promise<void>((resolve) => {
      sock.on('message', () => !sock.rQwait('all', 5 * MIB) && resolve());
    });
    sock.open(url);
    await whole;
    // And it stops at the queue's limit, without an error.
    const small = newSock({}, { receiveLimit: 2 * MIB });
    const errors: unknown[] = [];
    small.on('error', (error) => errors.push(error));
    small.on('message', () => {});
    small.open(url);
    await expect.poll(() => small.rQlen(), { timeout: 10_000 }).toBe(2 * MIB);
    expect(errors).toEqual([]);
    small.rQskipBytes(2 * MIB);
    await expect.poll(() => small.rQlen(), { timeout: 10_000 }).toBe(2 * MIB);
  });

  it('does not grow its limit while it is paused', async () => {
    const { url } = await setUp((socket) => void socket.write(new Uint8Array(5 * MIB)));
    const sock = newSock();
    sock.on('message', () => sock.rQskipBytes(sock.rQlen()));
    sock.open(url);
    sock.pause();
    await sock.opened;
    await expect.poll(() => sock.bytesReceived, { timeout: 10_000 }).toBe(MIB);
    sock.resume();
    await expect.poll(() => sock.bytesReceived, { timeout: 10_000 }).toBe(5 * MIB);
  });

  it('reports ERR_RESUME when the server has forgotten the session', async () => {
    const { network, url } = await setUp(echo, 1);
    const sock = newSock();
    sock.open(url);
    await sock.opened;
    network.refuse(true);
    network.cut();
    await next(sock, 'suspended');
    setTimeout(() => network.refuse(false), 100);
    expect(await next(sock, 'error')).toMatchObject({ code: 'ERR_RESUME' });
    expect(await sock.closed).toMatchObject({ code: 1006, wasClean: false, by: 'network' });
  });

  it('with reconnect: a new session follows one that is lost', async () => {
    const { network, url, targets } = await setUp(echo, 1);
    const sock = newSock();
    closers.push(reconnect(sock, () => sock.open(url), { delay: () => 10 }));
    await sock.opened;
    network.refuse(true);
    network.cut();
    await next(sock, 'suspended');
    setTimeout(() => network.refuse(false), 100);
    expect(await next(sock, 'error')).toMatchObject({ code: 'ERR_RESUME' });
    await sock.once('open');
    sock.send('again');
    expect(await sock.read(5)).toEqual(bytes('again'));
    expect(targets.length).toBe(2);
  });

  it('gives up when retry returns false', async () => {
    const { network, url } = await setUp(echo);
    const sock = newSock({ retry: () => false });
    sock.open(url);
    await sock.opened;
    network.cut();
    const message = 'The session is lost: The session could not be resumed';
    expect(await next(sock, 'error')).toMatchObject({ code: 'ERR_RESUME', message });
    expect(await sock.closed).toMatchObject({ code: 1006, by: 'network' });
  });

  it('asks for a URL at each try, as a ticket may work only once', async () => {
    const { network, url } = await setUp(echo);
    const asked: number[] = [];
    const sock = newSock({
      url: (attempt) => {
        asked.push(attempt);
        if (attempt === 1) throw new Error('no ticket');
        if (attempt === 2) return Promise.reject(new Error('none either'));
        return `${url}?ticket=${attempt}`;
      },
    });
    sock.open(url);
    await sock.opened;
    network.cut();
    expect(await next(sock, 'resumed')).toMatchObject({ attempts: 3 });
    expect(asked).toEqual([1, 2, 3]);
  });

  it('closes at once while suspended if all is confirmed, and the target gets the end', async () => {
    const { network, url, targets } = await setUp((socket) => void socket.resume());
    const sock = newSock();
    sock.open(url);
    sock.send(bytes('x'));
    await sock.drained({ below: 0 });
    network.cut();
    await next(sock, 'suspended');
    sock.close();
    expect(await sock.closed).toMatchObject({ code: 1000 });
    await once(targets[0], 'end');
  });

  it('measures the round trip time', async () => {
    const { url } = await setUp(echo);
    const sock = newSock();
    expect(sock.roundTripTime).toBeUndefined();
    sock.open(url);
    await expect.poll(() => sock.roundTripTime).toBeGreaterThan(0);
  });

  it('continues in another object from a frozen state; a second one gets ERR_RESUME', async () => {
    const { url } = await setUp(echo);
    const sock = newSock();
    sock.open(url);
    await sock.opened;
    sock.send(bytes('one two '));
    await expect.poll(() => sock.rQlen()).toBe(8);
    expect(sock.rQshiftStr(4)).toBe('one ');
    sock.sQpushString('three');
    const state = sock.freeze();
    const thaw = () => {
      const copy = Websock.thaw(state, { WebSocket, flow: flow({ retry: () => 20 }) });
      closers.push(() => copy.dispose());
      return copy;
    };
    const copy = thaw();
    expect(copy.isSuspended).toBe(true);
    const told = next(copy, 'message');
    await told;
    expect(Buffer.from(await copy.read(9)).toString()).toBe('two three');
    const late = thaw();
    expect(await next(late, 'error')).toMatchObject({ code: 'ERR_RESUME' });
    copy.send(bytes('four'));
    expect(Buffer.from(await copy.read(4)).toString()).toBe('four');
    expect(() => Websock.thaw('nonsense', { WebSocket, flow: flow() })).toThrow(TypeError);
    expect(() => Websock.thaw(state, { WebSocket })).toThrow(TypeError);
  });

  it('accepts a channel that is still connecting', async () => {
    const { network, url } = await setUp(echo);
    const sock = newSock();
    sock.attach(new WebSocket(url, ['v1.flow.websock']) as never);
    await sock.opened;
    network.cut();
    await next(sock, 'resumed');
    sock.send(bytes('on'));
    expect(Buffer.from(await sock.read(2)).toString()).toBe('on');
  });

  it('refuses a WebSocketStream, and uses a pair of streams without flow', async () => {
    const sock = newSock();
    const refusal = 'Cannot use a WebSocketStream with flow: attach a WebSocket';
    expect(() => sock.attach(new FakeSocketStream())).toThrow(new TypeError(refusal));
    const [ours, peer] = streamPair();
    sock.attach(ours);
    sock.send('plain');
    const { value } = await peer.readable.getReader().read();
    expect(new TextDecoder().decode(value)).toBe('plain');
    expect(() => sock.freeze()).toThrow('Cannot freeze: no open channel supports it');
  });

  it('reports ERR_RESUME if the lost channel has no URL', async () => {
    const { network, url } = await setUp(echo);
    const sock = newSock();
    const channel = new WebSocket(url, ['v1.flow.websock']);
    Object.defineProperty(channel, 'url', { value: undefined });
    sock.attach(channel as never);
    await sock.opened;
    network.cut();
    expect(await next(sock, 'error')).toMatchObject({ code: 'ERR_RESUME' });
  });

  it('refuses freeze() and end() without a session, and a state that is too large', async () => {
    const sock = newSock();
    expect(() => sock.freeze()).toThrow(WebsockError);
    await expect(sock.end()).rejects.toMatchObject({ code: 'ERR_STATE' });
    const { url } = await setUp((socket) => void socket.write(new Uint8Array(5 * MIB)));
    const full = newSock({ window: 8 * MIB });
    full.open(url);
    await expect.poll(() => full.rQlen(), { timeout: 10_000 }).toBe(5 * MIB);
    expect(() => full.freeze()).toThrow(/has \d+ characters, and at most 4194304/);
  });
});

describe('another server', () => {
  async function other(handleProtocols: (offered: Set<string>) => string | false) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols });
    await once(server, 'listening');
    closers.push(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  }

  it.each<[string, (offered: Set<string>) => string]>([
    ['picks another subprotocol', () => 'binary'],
    ['takes the first one', (offered) => [...offered][0]],
  ])('that %s is used without flow', async (_, pick) => {
    const { server, url } = await other(pick);
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    const sock = newSock();
    sock.open(url);
    sock.send(bytes('early'));
    await sock.opened;
    expect(sock.protocol).toBe('binary');
    expect(sock.backpressure).toBe('none');
    expect(sock.isSuspended).toBe(false);
    expect(Buffer.from(await sock.read(5)).toString()).toBe('early');
    await expect(sock.end()).rejects.toMatchObject({ code: 'ERR_STATE' });
    expect(() => sock.freeze()).toThrow(WebsockError);
    sock.close(4000, 'mine');
    expect(await sock.closed).toMatchObject({ code: 4000 });
  });

  it('that accepts the subprotocol without speaking it gets no bytes', async () => {
    const { server, url } = await other(() => 'v1.flow.websock');
    const got: unknown[] = [];
    const code = new Promise<number>((resolve) => {
      server.on('connection', (socket) => {
        socket.on('message', (data) => got.push(data));
        socket.on('close', resolve);
        socket.send('welcome');
      });
    });
    const sock = newSock();
    sock.open(url);
    sock.send(bytes('early'));
    expect(await next(sock, 'error')).toMatchObject({ code: 'ERR_CHANNEL' });
    expect(await code).toBe(4400);
    expect(got).toEqual([]);
  });

  it('that cannot be reached is an error and a close, as without flow', async () => {
    const { url, server } = await other(() => false);
    server.close();
    const sock = newSock();
    sock.open(url);
    expect(await next(sock, 'error')).toMatchObject({ code: 'ERR_CHANNEL' });
    expect(await sock.closed).toMatchObject({ code: 1006, by: 'network' });
    const late = newSock({}, { openTimeout: 50 });
    const silent = await listen(
      createServer((socket) => void closers.push(() => socket.destroy())),
    );
    late.open(`ws://127.0.0.1:${silent}/`);
    expect(await next(late, 'error')).toMatchObject({ code: 'ERR_OPEN_TIMEOUT' });
  });
});
