/**
 * One direction of a relay. It stops its source while its sink holds too much, so a stalled reader costs
 * a fixed amount and the other direction, which has a throttle of its own, goes on.
 */
/**
 * Bytes that may wait for a sink before its source is stopped. Enough to keep a fast link busy; with the one
 * message that is under way (at most 1 MiB unless `maxPayload` says otherwise) about 1 MiB waits.
 */
export const QUEUE_LIMIT = 256 * 1024;

/** What a waiting write costs besides its bytes, roughly: else one-byte writes would pile up a hundredfold. */
const WRITE_OVERHEAD = 512;

interface Source {
  pause(): void;
  resume(): void;
}

/** Counts what its sink has not taken yet. Pass `done` to each write, then call `wrote`. */
export class Throttle {
  /** Bytes carried so far. */
  bytes = 0;
  /** How long its source was stopped so far, in ms. */
  stalled = 0;
  readonly #source: Source;
  readonly #queuedBytes: () => number;
  #writes = 0;
  #stopped = false;
  #stoppedAt = 0;
  #onEmpty: (() => void) | undefined;

  /** `queuedBytes` returns how many bytes are queued in the sink. */
  constructor(source: Source, queuedBytes: () => number) {
    this.#source = source;
    this.#queuedBytes = queuedBytes;
  }

  /** Counts a write to the sink of `length` bytes. */
  wrote(length: number): void {
    this.bytes += length;
    this.#writes += 1;
    if (!this.#stopped && this.#cost() >= QUEUE_LIMIT) {
      this.#stopped = true;
      this.#stoppedAt = performance.now();
      this.#source.pause();
    }
  }

  /**
   * The callback of every write: one function for all, so that a message costs no closure. A sink that is
   * destroyed calls back too, so its source is never left stopped.
   */
  readonly done = (): void => {
    this.#writes -= 1;
    if (this.#stopped && this.#cost() <= QUEUE_LIMIT / 2) {
      this.#stopped = false;
      this.stalled += performance.now() - this.#stoppedAt;
      this.#source.resume();
    }
    if (this.#writes === 0) this.#onEmpty?.();
  };

  /** Calls back once the sink has taken everything, now or later. Nothing may be written from here on. */
  whenEmpty(callback: () => void): void {
    if (this.#writes === 0) callback();
    else this.#onEmpty = callback;
  }

  #cost(): number {
    return this.#queuedBytes() + this.#writes * WRITE_OVERHEAD;
  }
}
