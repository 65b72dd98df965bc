/**
 * What counts as a target's progress, and as one address.
 */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { networkOf } from '../../src/bridge/base/limits.js';
import { watchTarget } from '../../src/bridge/session/progress.js';

/** A target with a megabyte in one write, of which the system has taken what it is told. */
function slowTarget() {
  vi.useFakeTimers();
  const handle = { writeQueueSize: 1_000_000 };
  const socket = Object.assign(new EventEmitter(), {
    _handle: handle,
    bytesRead: 0,
    bytesWritten: 1_000_000,
    writableLength: 1_000_000,
    isPaused: () => false,
  });
  onTestFinished(() => {
    socket.emit('close');
    vi.useRealTimers();
  });
  const told: string[] = [];
  return { handle, told, watch: { target: socket as unknown as Socket, told } };
}

test('a single write that is taken bit by bit is progress', () => {
  const { handle, told, watch } = slowTarget();
  watchTarget(watch.target, { read: 0, send: 1_000 }, (why) => told.push(why));
  for (let round = 0; round < 50; round += 1) {
    handle.writeQueueSize -= 1_000;
    vi.advanceTimersByTime(500);
  }
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1_500);
  expect(told).toEqual(['the target took nothing for 1000 ms']);
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
