/**
 * `websock-client/reconnect`, on fake channels and a fake clock.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Websock } from '../../src/index.js';
import { backoff, reconnect, type ReconnectOptions } from '../../src/reconnect.js';
import { FakeWebSocket } from '../../src/testing/index.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A socket that `reconnect` keeps open, and the channels created for it. */
function keep(options: ReconnectOptions = { delay: () => 1000 }) {
  const channels: FakeWebSocket[] = [];
  class Noted extends FakeWebSocket {
    constructor() {
      super();
      channels.push(this);
    }
  }
  const sock = new Websock({ WebSocket: Noted });
  sock.on('error', () => {});
  const stop = reconnect(sock, () => sock.open('ws://fake/'), options);
  return { sock, stop, channels };
}

const later = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('reconnect', () => {
  it.each([1000, 1001, 1005, 1006, 1011])('opens again after an end with %i', async (code) => {
    const { channels } = keep();
    expect(channels.length).toBe(1);
    channels[0].open();
    channels[0].end(code, '', code !== 1006);
    await later(999);
    expect(channels.length).toBe(1);
    await later(1);
    expect(channels.length).toBe(2);
  });

  it.each([1000, 1006])('gives up after close(), even if the end has %i', async (code) => {
    const { sock, channels } = keep();
    channels[0].open();
    sock.close();
    channels[0].end(code, '', code !== 1006);
    await later(60_000);
    expect(channels.length).toBe(1);
  });

  it('gives up after dispose(), and after the socket refuses a message', async () => {
    const { sock, channels } = keep();
    channels[0].open();
    sock.dispose();
    const other = keep();
    other.channels[0].open().deliver(5 as never);
    other.channels[0].end(4003);
    await later(60_000);
    expect([channels.length, other.channels.length]).toEqual([1, 1]);
  });

  it('stops on stop() or abort, even between attempts, and leaves the connection open', async () => {
    const { sock, stop, channels } = keep();
    channels[0].open();
    channels[0].end(1006, '', false);
    await later(500);
    stop();
    const aborter = new AbortController();
    const other = keep({ signal: aborter.signal });
    other.channels[0].open();
    aborter.abort();
    expect(other.sock.readyState).toBe('open');
    other.channels[0].end(1006, '', false);
    await later(60_000);
    expect([channels.length, other.channels.length, sock.readyState]).toEqual([1, 1, 'closed']);
    expect(keep({ signal: AbortSignal.abort() }).channels.length).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts attempts since the last lasting connection, and gives up on null', async () => {
    const told: unknown[] = [];
    const { channels } = keep({
      delay: (attempt, { code }) => (told.push([attempt, code]), attempt < 3 ? 1000 : null),
    });
    channels[0].open();
    await later(10_000);
    channels[0].end(1001);
    await later(1000);
    channels[1].end(1006, '', false);
    await later(1000);
    channels[2].open();
    await later(9999);
    channels[2].end(1000);
    await later(60_000);
    expect(told).toEqual([
      [1, 1001],
      [2, 1006],
      [3, 1000],
    ]);
    expect(channels.length).toBe(3);
  });

  it.each(['online', 'pageshow'])('tries at once on %s, and stops listening', async (name) => {
    const scope = new EventTarget();
    vi.stubGlobal('addEventListener', scope.addEventListener.bind(scope));
    const { channels } = keep({ delay: () => 30_000 });
    channels[0].end(1006, '', false);
    await later(10);
    scope.dispatchEvent(new Event(name));
    await later(0);
    expect(channels.length).toBe(2);
    scope.dispatchEvent(new Event(name));
    await later(60_000);
    expect(channels.length).toBe(2);
  });

  it('treats a rejected async open as a failed attempt, and throws what the first throws', async () => {
    const sock = new Websock({ WebSocket: FakeWebSocket });
    const open = vi.fn(async () => {
      if (open.mock.calls.length < 3) throw new Error('no token');
      sock.open('ws://fake/');
    });
    const reasons: string[] = [];
    reconnect(sock, open, { delay: (_attempt, { reason }) => (reasons.push(reason), 1000) });
    await later(2000);
    expect([sock.readyState, reasons]).toEqual(['connecting', Array(2).fill('Error: no token')]);
    const fail = (): never => {
      throw new SyntaxError('bad url');
    };
    expect(() => reconnect(new Websock(), fail)).toThrow(SyntaxError);
  });

  it('leaves a socket alone that is already open, or opened by others', async () => {
    const sock = new Websock({ WebSocket: FakeWebSocket });
    const open = vi.fn(() => sock.open('ws://fake/'));
    sock.attach(new FakeWebSocket().open());
    reconnect(sock, open, { delay: () => 1000 });
    expect(open).not.toHaveBeenCalled();
    sock.attach(new FakeWebSocket().open());
    await later(5000);
    expect(open).not.toHaveBeenCalled();
  });
});

describe('backoff', () => {
  it('doubles from 1 s to 30 s, minus up to half', () => {
    const random = vi.spyOn(Math, 'random');
    random.mockReturnValue(0);
    expect([1, 2, 3, 5, 6, 99].map(backoff)).toEqual([1000, 2000, 4000, 16_000, 30_000, 30_000]);
    random.mockReturnValue(0.99);
    expect(backoff(1)).toBe(505);
    random.mockRestore();
  });
});
