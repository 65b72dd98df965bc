/** When a client that has lost its WebSocket tries again. */

const FIRST = 500;
const LONGEST = 5000;

/**
 * The pause before a try (ms): up to 0.5 s before the first, then from 0.5 s doubling to 5 s, half of it random: a
 * server that comes back is not met by all its clients at once.
 * @param attempt 1 for the first try since the loss
 * @param random a number from 0 up to 1
 */
export function retryDelay(attempt: number, random: number): number {
  if (attempt === 1) return FIRST * random;
  const longest = Math.min(LONGEST, FIRST * 2 ** (attempt - 2));
  return (longest * (1 + random)) / 2;
}
