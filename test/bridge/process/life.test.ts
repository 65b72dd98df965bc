/**
 * A bridge's life, and what it holds until its end.
 */
import { once } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { tokenTargets, type TokenSource } from '../../../src/bridge/index.js';
import {
  closeCode,
  handshake,
  openClient,
  openSocket,
  startBridge,
  startTarget,
} from '../../helpers/bridge.js';

test('clients that reset are counted until their targets have ended', async () => {
  const target = await startTarget((socket) => socket.resume());
  const { port, lines, logged } = await startBridge(target.port, {
    maxConnections: 40,
    maxConnectionsPerAddress: 20,
  });
  const statuses = new Map<string, number>();
  for (let i = 0; i < 400; i += 1) {
    const client = await openSocket(port);
    client.write(handshake());
    const [first] = (await once(client, 'data')) as [Buffer];
    const status = String(first).slice(9, 12);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    client.resetAndDestroy();
    await once(client, 'close');
  }
  expect(target.sockets.length).toBe(20);
  expect(Object.fromEntries(statuses)).toEqual({ 101: 20, 429: 380 });
  for (const socket of target.sockets) socket.end();
  await logged(/closed/);
  await vi.waitFor(() => expect(lines.filter((line) => / closed: /.test(line))).toHaveLength(20));
  await openClient(port);
});

describe('the source of tokens', () => {
  const start = async (close: TokenSource['close']) => {
    const target = await startTarget((socket) => socket.end('x'));
    const source: TokenSource = {
      lookup: () => ({ host: '127.0.0.1', port: target.port }),
      close,
    };
    return startBridge(0, { target: tokenTargets(source) });
  };

  test('is closed once, when the bridge has ended', async () => {
    const closed: string[] = [];
    const { bridge, port } = await start(function (this: TokenSource) {
      closed.push(typeof this.lookup);
    });
    const client = await openSocket(port);
    client.write(handshake().replace('GET / ', 'GET /?token=a '));
    await once(client, 'data');
    expect(closed).toEqual([]);
    await Promise.all([bridge.close(), bridge.close()]);
    expect(closed).toEqual(['function']);
  });

  test('that fails to close is a line in the log', async () => {
    const { bridge, lines } = await start(() => Promise.reject(new Error('still busy')));
    await bridge.close();
    expect(lines.join()).toMatch(/error: .*still busy/);
  });

  test('that never closes holds nothing up for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const asked = vi.fn(() => new Promise<void>(() => {}));
    const { bridge, lines } = await start(asked);
    const closed = bridge.close();
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
    expect(lines.join()).toMatch(/error: .*no answer within 5000 ms/);
  });
});

test('a second close() can shorten the drain, and never lengthens it', async () => {
  const target = await startTarget();
  const { bridge, port } = await startBridge(target.port);
  const ws = await openClient(port);
  const closed = closeCode(ws);
  void bridge.close({ drain: 100_000 });
  void bridge.close({ drain: 100 });
  void bridge.close({ drain: 100_000 });
  expect(await closed).toBe(1001);
});

test('the signal passed to a function aborts when its time is over', async () => {
  let given: AbortSignal | undefined;
  const target = (_: unknown, signal: AbortSignal) => {
    given = signal;
    return new Promise<undefined>(() => {});
  };
  const { port } = await startBridge(0, { target, connectTimeout: 50 });
  const client = await openSocket(port);
  client.write(handshake());
  await once(client, 'data');
  expect(given?.aborted).toBe(true);
});
