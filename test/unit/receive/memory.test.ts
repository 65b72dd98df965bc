/**
 * What the queue's memory must not do: serve again while bytes that are kept lie in it.
 */
import { expect, it } from 'vitest';
import { ReceiveQueue } from '../../../src/index.js';
import { pattern, same } from '../../helpers/bytes.js';

const KiB = 1024;

it('does not reuse the memory of what was read before a frame, as long as that is kept', () => {
  const queue = new ReceiveQueue();
  let total = 0;
  const push = (): void => queue.push(pattern(3000, (total += 3000) - 3000));
  // So many that the next piece of memory is as large as the one that is left for the frame.
  while (queue.length < 200 * KiB) push();
  queue.skip(190 * KiB);
  expect(queue.has(300 * KiB)).toBe(false);
  // The frame's memory fills, and what follows goes elsewhere.
  while (queue.length < 600 * KiB) push();
  queue.rewind(64 * KiB);
  const size = queue.length;
  expect(same(queue.readBytes(size), pattern(size, 126 * KiB))).toBe(true);
});

it('lets go of what was read number by number, as messages arrive', () => {
  const queue = new ReceiveQueue();
  for (let i = 0; i < 100; i++) {
    queue.push(new ArrayBuffer(4 * KiB));
    while (queue.length > 0) queue.readUint32();
  }
  expect(queue.kept).toBeLessThan(80 * KiB);
  queue.rewind(64 * KiB);
});

it('does not reuse the memory of a view before more bytes arrive, however many messages are read', () => {
  const queue = new ReceiveQueue();
  for (let i = 0; i < 4; i++) queue.push(pattern(300 * KiB, i * 300 * KiB));
  queue.skip(300 * KiB + 1);
  queue.rewind(64 * KiB + 1);
  const view = queue.readBytes(64 * KiB, { copy: false });
  for (let i = 0; i < 2; i++) queue.skip(300 * KiB);
  queue.skip(queue.length);
  expect(same(view, pattern(64 * KiB, 236 * KiB))).toBe(true);
});
