/**
 * Who waits for what was sent to leave. It looks when it is told that the amount may have fallen.
 */

/** What `drained()` and `write()` can be told. */
export interface DrainOptions {
  /** Wait until at most this many bytes are left. Default: `sendHighWaterMark`. */
  below?: number | undefined;
  /** Aborting it ends the waiting with the signal's reason; what was sent leaves nevertheless. */
  signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly below: number;
  readonly settle: (error?: unknown) => void;
}

/** The waits for one channel. */
export class Drain {
  #waiting: Waiting[] = [];
  readonly #amount: () => number;
  readonly #notify: (below: number) => void;

  /**
   * @param amount how many bytes have not left
   * @param notify asks for a `check()` when at most so many are left
   */
  constructor(amount: () => number, notify: (below: number) => void) {
    this.#amount = amount;
    this.#notify = notify;
  }

  /** Resolves when at most `below` bytes are left. */
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

  /** Ends the waits that are over, and asks for the next. */
  check(): void {
    const amount = this.#amount();
    for (const { below, settle } of this.#waiting) if (amount <= below) settle();
    if (this.#waiting.length > 0) {
      this.#notify(Math.max(...this.#waiting.map(({ below }) => below)));
    }
  }

  /** Ends all waits. */
  reject(error: Error): void {
    for (const { settle } of this.#waiting) settle(error);
  }
}
