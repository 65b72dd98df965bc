/** When a client that has lost its WebSocket tries again, and when it gives up. */

const FIRST = 500;
const LONGEST = 5000;
/** A hint brings no try so soon (ms) after another. */
const HINT_INTERVAL = 2000;
/** The session's time is the server's, and half as much again. */
const PATIENCE = 1.5;

/** The pause before a try in ms, or false to give up; see `FlowClientSettings`. */
export type Retry = (attempt: number, downtime: number) => number | false;

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

export class Tries {
  readonly #retry: Retry;
  /** The tries since the loss. */
  count = 0;
  /** When the WebSocket was lost, on the wall's clock: a machine's sleep counts. */
  lostAt = 0;
  /** When the present try began. */
  begunAt = -Infinity;
  /** When the next is to begin. */
  nextAt = Infinity;
  /** Whether the session's time was over when the present try began: one comes after every sleep. */
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

  /** Sets the next one's time. @returns false when there is to be none */
  plan(now: number, wall: number): boolean {
    const delay = !this.isLast && this.#retry(this.count + 1, wall - this.lostAt);
    this.nextAt = delay === false ? Infinity : now + delay;
    return delay !== false;
  }

  /** Whether a hint that the network is back may bring a try now. */
  mayHurry(now: number): boolean {
    return now - this.begunAt > HINT_INTERVAL;
  }
}
