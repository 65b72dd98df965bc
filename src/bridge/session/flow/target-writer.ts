/**
 * Writes what a client sends to its target: while one write is under way, the rest is gathered for the next, since many
 * small writes would cost more than their bytes.
 */
import { Gatherer } from '../framing/gather.js';
import { Pace } from '../pace.js';
import { Stopwatch } from '../stopwatch.js';
import type { TargetEnd } from '../target-end.js';

export class TargetWriter {
  /** How long bytes have waited for the target so far. */
  readonly stalls = new Stopwatch();
  readonly #target: TargetEnd;
  readonly #onLess: () => void;
  readonly #pace: Pace | undefined;
  readonly #waiting = new Gatherer();
  #waitingLength = 0;

  /** `rate` is how many bytes a second may pass; 0: no limit. `onLess` is called when `unread` is less than before. */
  constructor(target: TargetEnd, rate: number, onLess: () => void) {
    this.#target = target;
    this.#onLess = onLess;
    this.#pace = rate > 0 ? new Pace(rate, onLess) : undefined;
  }

  /** Bytes that the target has not taken yet. */
  get queued(): number {
    return this.#target.isWritable ? this.#target.queued + this.#waitingLength : 0;
  }

  /** Bytes that still fill the client's window: the target has not taken them, or they are ahead of their pace. */
  get unread(): number {
    return Math.max(this.queued, this.#pace?.excess ?? 0);
  }

  write(bytes: Buffer): void {
    const target = this.#target;
    this.#pace?.spend(bytes.length);
    if (!target.isWritable) return;
    if (target.queued > 0) {
      this.#waiting.push(bytes);
      this.#waitingLength += bytes.length;
      this.stalls.start();
      return;
    }
    // A small piece of a large read would keep the whole read in memory while it waits.
    const isSmall = bytes.length < bytes.buffer.byteLength / 2;
    target.write(isSmall ? Buffer.from(bytes) : bytes, this.#taken);
  }

  /** Writes what is waiting, even if the target has not taken what came before it. */
  flush(): void {
    this.stalls.stop();
    if (this.#waitingLength === 0) return;
    this.#waitingLength = 0;
    const bytes = this.#waiting.take();
    if (this.#target.isWritable) this.#target.write(bytes, this.#taken);
  }

  /** Stops pacing and writes what is waiting: the stream is over. */
  stop(): void {
    this.#pace?.stop();
    this.flush();
  }

  readonly #taken = (): void => {
    if (this.#target.queued === 0) this.flush();
    this.#onLess();
  };
}
