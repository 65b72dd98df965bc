/** Decides when a client that has lost its WebSocket tries again, and when it gives up. */

const FIRST = 500;
const LONGEST = 5000;
/** A hint that the network is back starts no try this soon (ms) after another. */
const HINT_INTERVAL = 2000;
/** The client keeps trying for this many times as long as the server waits. */
const PATIENCE = 1.5;

/** The pause before a try in ms, or false to give up; see `FlowClientSettings`. */
export type Retry = (attempt: number, downtime: number) => number | false;

/**
 * The pause before a try (ms): up to 0.5 s before the first, then from 0.5 s doubling to 5 s. Half of it is random, so
 * that a server that comes back does not meet all its clients at once.
 * @param attempt 1 for the first try since the loss
 * @param random a number from 0 up to 1
 */
export function retryDelay(attempt: number, random: number): number {
  if (attempt === 1) return FIRST * random;
  const longest = Math.min(LONGEST, FIRST * 2 ** (attempt - 2));
  return (longest * (1 + random)) / 2;
}

export class Tries {
  readonly #retry: Retry;
  /** How many tries have begun since the loss. */
  count = 0;
  /** When the WebSocket was lost, in wall-clock ms, so that a machine's sleep counts. */
  lostAt = 0;
  /** When the current try began. */
  begunAt = -Infinity;
  /** When the next try is to begin. */
  nextAt = Infinity;
  /** Whether time was up when the current try began: even after the longest sleep there is one try. */
  isLast = false;

  constructor(retry: Retry = (attempt) => retryDelay(attempt, Math.random())) {
    this.#retry = retry;
  }

  /** The WebSocket is lost. */
  lost(wall: number): void {
    this.lostAt = wall;
    this.count = 0;
    this.isLast = false;
  }

  /** A try begins. `linger`: how long the server waits (ms). */
  begin(now: number, wall: number, linger: number): void {
    this.count++;
    this.begunAt = now;
    this.nextAt = Infinity;
    this.isLast = wall - this.lostAt > PATIENCE * linger;
  }

  /** Schedules the next try. @returns false if there is to be none */
  plan(now: number, wall: number): boolean {
    const delay = !this.isLast && this.#retry(this.count + 1, wall - this.lostAt);
    this.nextAt = delay === false ? Infinity : now + delay;
    return delay !== false;
  }

  /** Whether a hint that the network is back may start a try now. */
  mayHurry(now: number): boolean {
    return now - this.begunAt > HINT_INTERVAL;
  }
}
