/**
 * What counts as a target's progress, and as one address.
 */
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { networkOf } from '../../../src/bridge/base/limits.js';
import { Progress } from '../../../src/bridge/session/progress.js';

/** A peer with a megabyte in one write, of which the system has taken as much as the test says. */
function slowPeer() {
  vi.useFakeTimers();
  const handle = { writeQueueSize: 1_000_000 };
  const stream = Object.assign(new EventEmitter(), { _handle: handle, writableLength: 1_000_000 });
  onTestFinished(() => {
    stream.emit('close');
    vi.useRealTimers();
  });
  const progress = new Progress(stream as unknown as Duplex);
  progress.written = 1_000_000;
  return { handle, progress };
}

test('a single write that is taken piece by piece is progress', async () => {
  const { handle, progress } = slowPeer();
  let isStuck = false;
  progress.watch(1_000, { takes: true }, () => (isStuck = true));
  for (let round = 0; round < 50; round += 1) {
    handle.writeQueueSize -= 1_000;
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(isStuck).toBe(false);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(isStuck).toBe(true);
});

test.each([
  [undefined, undefined],
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
