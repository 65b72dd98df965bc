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
  while (total < 200 * KiB) push();
  queue.skip(190 * KiB);
  expect(queue.has(300 * KiB)).toBe(false);
  // The frame's memory fills, and what follows goes elsewhere.
  while (queue.length < 600 * KiB) push();
  queue.rewind(64 * KiB);
  const size = queue.length;
  expect(same(queue.readBytes(size), pattern(size, 126 * KiB))).toBe(true);
});
