/**
 * Passes on what a target sends as fast as its client takes it: pauses the target while the client has no room, and while
 * the target is ahead of its pace.
 */
import type { FlowServer } from '../../../flow/server.js';
import { Pace } from '../pace.js';
import type { Fate } from '../reads.js';
import { Stopwatch } from '../stopwatch.js';
import type { TargetEnd } from '../target-end.js';

export class TargetReader {
  /** How long the client has had no room so far. */
  readonly stalls = new Stopwatch();
  readonly #target: TargetEnd;
  readonly #flow: FlowServer;
  readonly #pace: Pace | undefined;

  /** `rate` is how many bytes a second may pass; 0: no limit. */
  constructor(target: TargetEnd, flow: FlowServer, rate: number) {
    this.#target = target;
    this.#flow = flow;
    this.#pace = rate > 0 ? new Pace(rate, () => this.readOn()) : undefined;
  }

  pass(bytes: Buffer): Fate {
    // Bytes are kept until the client has confirmed them, and with them the whole buffer that they lie in.
    const isSmall = bytes.length < bytes.buffer.byteLength / 2;
    this.#flow.push(isSmall ? Buffer.from(bytes) : bytes);
    this.#pace?.spend(bytes.length);
    const isFull = this.#flow.room === 0;
    if (isFull) this.stalls.start();
    if ((isFull || this.#isAhead) && !this.#target.isPaused) this.#target.pause();
    return isSmall ? 'dropped' : 'kept';
  }

  /** The client has confirmed bytes, or takes more. */
  readOn(): void {
    if (this.#flow.room === 0) return;
    this.stalls.stop();
    if (this.#target.isPaused && !this.#isAhead) this.#target.resume();
  }

  /** Stops pacing: the stream is over. */
  stop(): void {
    this.#pace?.stop();
  }

  get #isAhead(): boolean {
    return this.#pace !== undefined && this.#pace.excess > 0;
  }
}
