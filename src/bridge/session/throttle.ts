/**
 * One direction of a relay. It pauses its source while its sink holds too much, so that a stalled reader costs a fixed amount
 * of memory; and while the direction is ahead of its pace. The other direction has a throttle of its own, and goes on.
 */
import { Pace } from './pace.js';
import { Stopwatch } from './stopwatch.js';

/**
 * How many bytes may wait for a sink before its source is paused. Enough to keep a fast link busy; with the one
 * message that is under way (at most 1 MiB unless `maxPayload` says otherwise), about 1 MiB waits.
 */
export const QUEUE_LIMIT = 256 * 1024;

/** Roughly what a waiting write costs besides its bytes: if it did not count, one-byte writes would pile up a hundredfold. */
const WRITE_OVERHEAD = 512;

interface Source {
  pause(): void;
  resume(): void;
}

/** Counts what its sink has not taken yet. Pass `done` to each write, then call `wrote`. */
export class Throttle {
  /** Bytes carried so far. */
  bytes = 0;
  readonly #source: Source;
  readonly #queuedBytes: () => number;
  #writes = 0;
  readonly #pace: Pace | undefined;
  #isFull = false;
  #isAhead = false;
  readonly #stops = new Stopwatch();
  #onEmpty: (() => void) | undefined;

  /** `queuedBytes` returns how many bytes are queued in the sink; `rate` is how many may pass a second, 0: no limit. */
  constructor(source: Source, queuedBytes: () => number, rate = 0) {
    this.#source = source;
    this.#queuedBytes = queuedBytes;
    if (rate > 0) this.#pace = new Pace(rate, () => this.#update(this.#isFull, false));
  }

  /** How long its source has been paused so far because its sink was full, in ms. */
  get stalled(): number {
    return this.#stops.total;
  }

  /** Counts a write to the sink of `length` bytes. */
  wrote(length: number): void {
    this.bytes += length;
    this.#writes += 1;
    this.#pace?.spend(length);
    const isFull = this.#isFull || this.#cost() >= QUEUE_LIMIT;
    const isAhead = this.#pace !== undefined && this.#pace.excess > 0;
    if (isFull !== this.#isFull || isAhead !== this.#isAhead) this.#update(isFull, isAhead);
  }

  /**
   * The callback of every write: one function for all, so that a message costs no closure. A sink that is
   * destroyed calls back too, so its source is never left paused.
   */
  readonly done = (): void => {
    this.#writes -= 1;
    if (this.#isFull && this.#cost() <= QUEUE_LIMIT / 2) this.#update(false, this.#isAhead);
    if (this.#writes === 0) this.#onEmpty?.();
  };

  /** Calls back once the sink has taken everything, now or later. Nothing may be written from here on. */
  whenEmpty(callback: () => void): void {
    if (this.#writes === 0) callback();
    else this.#onEmpty = callback;
  }

  /** Stops pacing: everything may pass from here on. */
  lift(): void {
    this.#pace?.lift();
  }

  /** Stops the timer of the pace. */
  stop(): void {
    this.#pace?.stop();
  }

  #update(isFull: boolean, isAhead: boolean): void {
    const wasStopped = this.#isFull || this.#isAhead;
    const isStopped = isFull || isAhead;
    if (isFull) this.#stops.start();
    else this.#stops.stop();
    this.#isFull = isFull;
    this.#isAhead = isAhead;
    if (isStopped && !wasStopped) this.#source.pause();
    if (!isStopped && wasStopped) this.#source.resume();
  }

  #cost(): number {
    return this.#queuedBytes() + this.#writes * WRITE_OVERHEAD;
  }
}
