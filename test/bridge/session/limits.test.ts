/**
 * How many sessions a token or a user may have, how long a session may last, and how fast it may be.
 */
import { once } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import {
  authenticateWith,
  type BridgeEvent,
  type BridgeOptions,
  createBridge,
  LocalLedger,
  openAuthenticator,
  signedTargets,
  signTarget,
  tokenTargets,
} from '../../../src/bridge/index.js';
import { ask, askRefused } from '../../helpers/access.js';
import {
  closeCode,
  flood,
  newClient,
  openClient,
  openSocket,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { BareRelay } from '../../helpers/relay.js';
import { openFlow } from '../../helpers/flow/bridged.js';
import { cuttable } from '../../helpers/flow/cuttable.js';

/** Two tokens for one echo server. */
async function tokens() {
  const { port } = await startEcho();
  const lookup = (token: string) =>
    /^(?:one|two)$/.test(token) ? { host: '127.0.0.1', port } : undefined;
  return tokenTargets({ lookup });
}

/** Opens a WebSocket, and leaves it open. */
async function open(port: number, path: string, headers: Record<string, string> = {}) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  onTestFinished(() => ws.terminate());
  await once(ws, 'open');
  return ws;
}

const basic = (name: string) => ({
  Authorization: `Basic ${Buffer.from(`${name}:x`).toString('base64')}`,
});

describe('sessions of a token', () => {
  test('have a limit of their own, and a place is free again when one is over', async () => {
    const events: BridgeEvent[] = [];
    const { port } = await startBridge(1, {
      target: await tokens(),
      maxSessionsPerToken: 2,
      log: (_, event) => void events.push(event),
    });
    const first = await open(port, '/?token=one');
    await open(port, '/token/one');
    const { status, body } = await askRefused(port, '/?token=one');
    expect([status, body]).toEqual([429, 'Too many sessions for this token or user.\n']);
    expect(events.at(-1)).toMatchObject({ event: 'refused', kind: 'too_many_per_token' });
    expect(JSON.stringify(events)).not.toContain('one');
    // A client that does not know a token learns nothing about it.
    expect(await ask(port, '/?token=three')).toBe(403);
    await open(port, '/?token=two');
    const closed = closeCode(first);
    first.close();
    await closed;
    await expect.poll(() => ask(port, '/?token=one')).toBe(101);
  });

  test.each([0, 5])(
    'ask the ledger only where there is a limit: %i',
    async (maxSessionsPerToken) => {
      const ledger = new LocalLedger();
      const enter = vi.spyOn(ledger, 'enter');
      const { port } = await startBridge(1, {
        target: await tokens(),
        maxSessionsPerToken,
        ledger,
      });
      await open(port, '/?token=one');
      const keys = enter.mock.calls.map(([claims]) => claims[0]?.key);
      const holder = expect.stringMatching(/^session of [\w+/]{43}=$/) as string;
      expect(keys).toEqual(['connection', 'session', ...(maxSessionsPerToken > 0 ? [holder] : [])]);
    },
  );

  test('a relay client takes no place of a token, whatever it names', async () => {
    const { port: echo } = await startEcho();
    const { port } = await startBridge(1, {
      target: await tokens(),
      relayV4: { allowNetworks: ['127.0.0.1'], allowPorts: [echo] },
      maxSessionsPerToken: 1,
    });
    await new BareRelay(port, `/v4/connect?host=127.0.0.1&port=${echo}&token=one`).begins();
    expect(await ask(port, '/?token=one')).toBe(101);
  });

  test('is not counted for clients whose target can not be reached', async () => {
    const target = tokenTargets({ lookup: () => ({ host: '127.0.0.1', port: 1 }) });
    const { port } = await startBridge(1, { target, maxSessionsPerToken: 1 });
    expect(await ask(port, '/?token=one')).toBe(502);
    expect(await ask(port, '/?token=one')).toBe(502);
  });

  test('are still counted when another bridge takes over, and failures too if they share a ledger', async () => {
    const ledger = new LocalLedger();
    const { port: echo } = await startEcho();
    const lookup = (token: string) =>
      token === 'one' ? { host: '127.0.0.1', port: echo } : undefined;
    const make = () => ({
      target: tokenTargets({ lookup }, { maxFailures: 1, ledger }),
      maxSessionsPerToken: 1,
    });
    const { bridge, port } = await startBridge(1, make());
    const first = await open(port, '/?token=one');
    const next = createBridge(make());
    onTestFinished(() => next.close());
    bridge.handOver(next);
    expect(await ask(port, '/?token=one')).toBe(429);
    const closed = closeCode(first);
    first.close();
    await closed;
    await expect.poll(() => ask(port, '/?token=one')).toBe(101);
    expect(await ask(port, '/?token=other')).toBe(403);
    const last = createBridge(make());
    onTestFinished(() => last.close());
    next.handOver(last);
    expect(await ask(port, '/?token=one')).toBe(429);
  });

  test('a used signature stays used when another bridge takes over', async () => {
    const ledger = new LocalLedger();
    const secret = 's'.repeat(32);
    const { port: echo } = await startEcho();
    const make = () => ({ target: signedTargets(secret, { once: true, ledger }) });
    const { bridge, port } = await startBridge(1, make());
    const path = `/?${signTarget({ secret, target: `127.0.0.1:${echo}` })}`;
    expect(await ask(port, path)).toBe(101);
    const next = createBridge(make());
    onTestFinished(() => next.close());
    bridge.handOver(next);
    expect(await ask(port, path)).toBe(403);
  });
});

describe('sessions of a user', () => {
  test('are counted by the authenticated name', async () => {
    const { port: echo } = await startEcho();
    const authenticate = (request: { headers: Headers }) => request.headers.has('authorization');
    const { port } = await startBridge(echo, {
      authenticate: authenticateWith({ authenticate }),
      maxSessionsPerToken: 1,
    });
    await open(port, '/', basic('alice'));
    expect(await ask(port, '/', basic('alice'))).toBe(429);
    expect(await ask(port, '/', basic('bob'))).toBe(101);
  });

  test('whoever is refused takes no place', async () => {
    const { port: echo } = await startEcho();
    const auth = await openAuthenticator('BasicHTTPAuth', 'alice:x');
    const { port } = await startBridge(echo, {
      authenticate: authenticateWith(auth),
      maxSessionsPerToken: 1,
    });
    const wrong = { Authorization: `Basic ${Buffer.from('alice:y').toString('base64')}` };
    expect(await ask(port, '/', wrong)).toBe(401);
    expect(await ask(port, '/', basic('alice'))).toBe(101);
  });

  test('a limit that applies to nobody is refused', () => {
    const options = { target: { host: 'a', port: 1 }, maxSessionsPerToken: 1 };
    expect(() => createBridge(options)).toThrow('there are neither tokens nor users');
  });
});

test('connections and sessions count on when another bridge takes over', async () => {
  const echo = await startEcho();
  const { bridge, port } = await startBridge(echo.port, { maxConnectionsPerAddress: 1 });
  const first = await openClient(port);
  const next = createBridge({
    target: { host: '127.0.0.1', port: echo.port },
    maxConnectionsPerAddress: 1,
  });
  onTestFinished(() => next.close());
  bridge.handOver(next);
  expect(await ask(port, '/')).toBe(429);
  const closed = closeCode(first);
  first.close();
  await closed;
  await expect.poll(() => ask(port, '/')).toBe(101);
});

describe('the duration of a session', () => {
  test('ends it with 1008, with the flow protocol too, and what was carried is whole', async () => {
    const echo = await startEcho();
    const { port, logged } = await startBridge(echo.port, { maxDuration: 400 });
    const sock = await openFlow(port);
    const ws = await openClient(port);
    sock.send('word');
    expect(new TextDecoder().decode(await sock.read(4))).toBe('word');
    expect(await closeCode(ws)).toBe(1008);
    expect((await sock.closed).wasClean).toBe(false);
    await logged(/#1 closed: 1008, the session reached its limit of 400 ms, 4 bytes up, 4 down/);
    await logged(/#2 closed: 1008/);
  });

  test('ends a raw connection', async () => {
    const { port: targetPort } = await startTarget((socket) =>
      socket.on('end', () => socket.end()),
    );
    const options = { raw: true, maxDuration: 200 } as const;
    const { port, logged } = await startBridge(targetPort, options);
    const socket = await openSocket(port);
    socket.resume().on('end', () => socket.end());
    await once(socket, 'end');
    await logged(/closed: 1008, the session reached its limit of 200 ms/);
  });
});

/** One second's worth passes at once, with the flow protocol a second one; the rest takes about a second or more. */
const RATE = 64 * 1024;
const BYTES = 3 * RATE;
const AT_LEAST = 900;

describe('the rate of a session', () => {
  /** Resolves with the time until `count` shows that everything has arrived, in ms. */
  const time = async (count: () => number) => {
    const started = performance.now();
    await expect.poll(count, { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(BYTES);
    return performance.now() - started;
  };

  const carriers: readonly [string, Partial<BridgeOptions>][] = [
    ['a WebSocket', {}],
    ['a connection as it is', { raw: true }],
    ['the flow protocol', { flowWindow: 65_536 }],
  ];

  test.each(carriers)('%s: to the client', async (name, options) => {
    const { port: targetPort } = await startTarget(flood);
    const { port, bridge } = await startBridge(targetPort, { rate: RATE, ...options });
    let received = 0;
    if (options.raw) {
      (await openSocket(port)).on('data', ({ length }: Buffer) => (received += length));
    } else if (options.flowWindow) {
      const sock = await openFlow(port);
      void (async () => {
        for await (const bytes of sock) received += bytes.length;
      })().catch(() => {});
    } else {
      newClient(port).on('message', ({ length }: Buffer) => (received += length));
    }
    expect(await time(() => received), name).toBeGreaterThan(AT_LEAST);
    // The rest waits at its source, not in the bridge.
    expect(bridge.carried.down - received).toBeLessThan(2 * RATE);
  });

  test.each(carriers)('%s: to the target', async (name, options) => {
    let received = 0;
    const { port: targetPort } = await startTarget((socket) =>
      socket.on('data', ({ length }) => (received += length)),
    );
    const { port } = await startBridge(targetPort, { rate: RATE, ...options });
    const bytes = Buffer.alloc(2 * BYTES);
    if (options.raw) (await openSocket(port)).write(bytes);
    else if (options.flowWindow) (await openFlow(port)).send(bytes);
    else (await openClient(port)).send(bytes);
    expect(await time(() => received), name).toBeGreaterThan(AT_LEAST);
  });

  test('one direction does not slow the other, and a close is heard at once', async () => {
    const target = await startTarget((socket) => {
      socket.once('data', () => socket.write('x')).resume();
    });
    const { port, logged } = await startBridge(target.port, { rate: 1_024 });
    const ws = await openClient(port);
    // Many minutes' worth.
    for (let i = 0; i < 10; i += 1) ws.send(Buffer.alloc(100_000));
    await once(ws, 'message');
    target.sockets[0]?.end();
    expect(await closeCode(ws)).toBe(1000);
    await logged(/closed: 1000, the target closed/);
  });

  test('nothing is lost at the end', async () => {
    const { port: targetPort } = await startTarget((socket) => socket.end(Buffer.alloc(BYTES / 2)));
    for (const options of [{}, { raw: true }]) {
      const { port } = await startBridge(targetPort, { rate: RATE / 2, ...options });
      let received = 0;
      const count = ({ length }: Buffer) => (received += length);
      if (options.raw) await once((await openSocket(port)).on('data', count), 'end');
      else expect(await closeCode(newClient(port).on('message', count))).toBe(1000);
      expect(received).toBe(BYTES / 2);
    }
  });

  test.each([1, 1_023, -1, 0.5])('%d is refused', (rate) => {
    expect(() => createBridge({ target: { host: 'a', port: 1 }, rate })).toThrow(/a rate of/);
  });
});

test('a session of the flow protocol keeps its place while it waits, and takes none when it goes on', async () => {
  const { port } = await startBridge(1, { target: await tokens(), maxSessionsPerToken: 1 });
  const cutter = await cuttable(port);
  onTestFinished(() => cutter.close());
  const sock = await openFlow(cutter.port, {}, '/?token=one');
  const resumed = sock.once('resumed');
  cutter.cut();
  expect(await ask(port, '/?token=one')).toBe(429);
  await resumed;
});

test('a ledger that continues from another counts together with it', () => {
  const [one, other] = [new LocalLedger(), new LocalLedger()];
  const claims = [{ key: 'place', limit: 2 }];
  const leave = one.enter(claims);
  other.enter(claims);
  other.continueFrom(one);
  expect(one.enter(claims)).toBe(0);
  if (typeof leave === 'function') leave();
  expect(typeof other.enter(claims)).toBe('function');
});
