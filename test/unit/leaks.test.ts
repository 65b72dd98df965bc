import { expect, it, vi } from 'vitest';
import { Websock } from '../../src/index.js';
import { pattern } from '../helpers/bytes.js';
import { FakeWebSocket } from '../../src/testing/index.js';
import { collectGarbage } from '../helpers/gc.js';

it('1,000 cycles of open, attach and close leave no listener, timer or buffer behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (
    listeners--,
    remove(...args)
  );

  const sock = new Websock({
    WebSocket: FakeWebSocket,
    openTimeout: 10_000,
    idleTimeout: 10_000,
    sendHighWaterMark: 10,
  });
  sock.on('message', () => {});
  const things: WeakRef<object>[] = [];
  const cycle = (n: number): void => {
    if (n % 3 === 0) sock.attach(new FakeWebSocket());
    else sock.open('ws://fake/');
    const channel = FakeWebSocket.last;
    if (n % 4 !== 1) channel.open();
    channel.deliver(pattern(100_000));
    const waits = [sock.read(200_000, { signal }), sock.readUntil(7, { signal, limit: 3 })];
    if (n % 4 !== 1) waits.push(sock.write(pattern(100), { signal }) as never);
    for (const wait of waits) wait.catch(() => {});
    things.push(new WeakRef(channel), new WeakRef(sock.readable));
    if (n % 2 === 0) sock.close();
    if (n % 5 === 0) channel.end(1006, '', false);
  };
  for (let n = 0; n < 1000; n++) cycle(n);
  sock.dispose();
  // A dispatch in progress and the WeakRefs keep objects alive until the current job ends.
  await new Promise(setImmediate);
  expect(vi.getTimerCount()).toBe(0);
  expect(listeners).toBe(0);
  vi.useRealTimers();
  sock.attach(new FakeWebSocket());
  collectGarbage();
  await new Promise(setImmediate);
  collectGarbage();
  // The stack may still refer to the last ones.
  expect(things.filter((thing) => thing.deref()).length).toBeLessThan(5);
});
