import { expect, test } from 'vitest';
import { Throttle, QUEUE_LIMIT } from '../../../src/bridge/session/throttle.js';

/** A throttle whose sink takes nothing until told to, and a record of the calls to its source. */
function stalled() {
  const calls: string[] = [];
  const sink = { queued: 0 };
  const source = { pause: () => calls.push('pause'), resume: () => calls.push('resume') };
  const throttle = new Throttle(source, () => sink.queued);
  const write = (length: number) => {
    sink.queued += length;
    throttle.wrote(length);
  };
  const take = (length: number) => {
    sink.queued -= length;
    throttle.done();
  };
  return { calls, throttle, write, take };
}

test('stops its source at the limit, once, and lets it go on at half of it', () => {
  const { calls, write, take, throttle } = stalled();
  const piece = QUEUE_LIMIT / 4;
  for (let i = 0; i < 6; i += 1) write(piece);
  expect(calls).toEqual(['pause']);
  for (let i = 0; i < 4; i += 1) take(piece);
  expect(calls).toEqual(['pause']);
  take(piece);
  expect(calls).toEqual(['pause', 'resume']);
  expect(throttle.bytes).toBe(6 * piece);
});

test('counts what a write costs besides its bytes', () => {
  const { calls, write } = stalled();
  for (let i = 0; i < 600; i += 1) write(1);
  expect(calls).toEqual(['pause']);
});

test('calls back when everything is taken, or at once if nothing waits', () => {
  const { calls, throttle, write, take } = stalled();
  throttle.whenEmpty(() => calls.push('empty already'));
  write(1);
  write(1);
  throttle.whenEmpty(() => calls.push('empty'));
  take(1);
  expect(calls).toEqual(['empty already']);
  take(1);
  expect(calls).toEqual(['empty already', 'empty']);
});
