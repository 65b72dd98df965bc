/**
 * Waits for bytes to leave, and checks whenever the number of unsent bytes may have fallen.
 */

/** Options of `drained()` and `write()`. */
export interface DrainOptions {
  /** Wait until at most this many bytes are unsent. Default: `sendHighWaterMark`. */
  below?: number | undefined;
  /** Aborting it ends the wait with the signal's reason; the bytes are still sent. */
  signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly below: number;
  readonly settle: (error?: unknown) => void;
}

/** The channel whose bytes are to leave. */
export interface Draining {
  /** How many bytes are unsent. */
  readonly bufferedAmount: number;
  /** Asks for a `check()` once at most `below` bytes are unsent. */
  notify(below: number): void;
}

/** The waits for one channel. */
export class Drain {
  #waiting: Waiting[] = [];
  readonly #channel: Draining;

  constructor(channel: Draining) {
    this.#channel = channel;
  }

  /** Resolves when at most `below` bytes are unsent. */
  wait(below: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const abort = (): void => waiting.settle(signal!.reason);
      const waiting: Waiting = {
        below,
        settle: (error) => {
          this.#waiting = this.#waiting.filter((other) => other !== waiting);
          signal?.removeEventListener('abort', abort);
          if (error === undefined) resolve();
          else reject(error as Error);
        },
      };
      signal?.addEventListener('abort', abort);
      this.#waiting.push(waiting);
      this.check();
    });
  }

  /** Resolves the waits whose level is reached, and asks for the next check. */
  check(): void {
    const { bufferedAmount: amount } = this.#channel;
    for (const { below, settle } of this.#waiting) if (amount <= below) settle();
    if (this.#waiting.length > 0) {
      this.#channel.notify(Math.max(...this.#waiting.map(({ below }) => below)));
    }
  }

  /** Rejects all waits. */
  reject(error: Error): void {
    for (const { settle } of this.#waiting) settle(error);
  }
}
