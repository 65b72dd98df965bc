/**
 * The sizes of numbers, and sizes on both sides of every threshold in the queues.
 */
import { weighted, type Random } from './random.js';
import type { Tape } from './tape.js';

/** The kinds of numbers in both queues, and their sizes; BigUint64 is handled separately. */
export const NUMBERS = [
  ['Uint8', 1],
  ['Uint16', 2],
  ['Uint32', 4],
  ['Int8', 1],
  ['Int16', 2],
  ['Int32', 4],
  ['Float32', 4],
  ['Float64', 8],
] as const;

/** The largest message. */
export const LARGEST = 1024 * 1024;

/** How many of 1000 messages have which size: tiny, gathered, adopted, around the arenas' sizes, and huge. */
const SIZES = weighted<readonly [min: number, max: number]>([
  [780, [0, 40]],
  [130, [41, 4000]],
  [60, [4080, 4112]],
  [15, [8176, 8208]],
  [6, [16_000, 66_000]],
  [5, [65_520, 65_552]],
  [3, [131_056, 131_088]],
  [1, [250_000, LARGEST]],
]);

/** The size of a message. */
export function anySize(random: Random): number {
  const [min, max] = random.pick(SIZES);
  return random.between(min, max);
}

/** How much to read: mostly a few bytes; now and then a message's size, nearly everything, or more than there is. */
export function anyLength(random: Random, unread: number): number {
  const choice = random.below(128);
  if (choice < 3) return Math.max(0, unread - random.below(3));
  if (choice === 3) return random.below(unread + 1);
  if (choice < 8) return unread + random.between(1, 40);
  if (choice < 18) return anySize(random);
  return random.below(Math.min(unread, 64) + 1);
}

/** How far to step back: mostly a little; sometimes to the edge of what must be kept, or beyond. */
export function anyStepBack(random: Random, { mustStepBack, mayStepBack }: Tape): number {
  const choice = random.below(16);
  if (choice === 0) return mustStepBack;
  if (choice === 1) return mustStepBack + random.between(1, 100);
  if (choice === 2) return mayStepBack + 1;
  if (choice < 5) return random.below(mustStepBack + 1);
  return random.below(Math.min(mustStepBack, 64) + 1);
}
