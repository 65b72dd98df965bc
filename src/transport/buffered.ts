/**
 * How much a channel may hold of what it has not sent yet, and how to hear that it holds little again.
 */

/**
 * A channel that buffers in memory is left alone from 1 MiB on until it is down to 256 KiB. A data channel must
 * be: at 16 MiB Chromium's `send` throws and the bytes are lost.
 */
export const FULL = 1024 * 1024;
export const LOW = 256 * 1024;

/** Milliseconds between two looks at a channel that tells nothing by itself. */
const FIRST_LOOK = 1;
const LAST_LOOK = 50;

/** Takes out the marks that the buffer has come down to; tells whether there were any. */
export function takeReached(marks: Set<number>, buffered: number): boolean {
  let reached = false;
  for (const mark of marks) if (buffered <= mark) reached = marks.delete(mark);
  return reached;
}

/** What is watched: a WebSocket or an RTCDataChannel. */
interface Buffering {
  readonly bufferedAmount?: number;
  bufferedAmountLowThreshold?: number;
}

/** Tells when a channel is down to a number of buffered bytes. */
export class BufferWatch {
  readonly #channel: Buffering;
  readonly #hasEvent: boolean;
  readonly #tell: () => void;
  /** The numbers that are waited for. */
  readonly #marks = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_LOOK;

  /** @param hasEvent whether it is a data channel: then call `look` on its `bufferedamountlow`, if that comes */
  constructor(channel: Buffering, hasEvent: boolean, tell: () => void) {
    this.#channel = channel;
    this.#hasEvent = hasEvent;
    this.#tell = tell;
  }

  get amount(): number {
    return this.#channel.bufferedAmount ?? 0;
  }

  /** Tells once, later, when at most `below` bytes are buffered. */
  add(below: number): void {
    this.#marks.add(below);
    this.#wait = FIRST_LOOK;
    queueMicrotask(() => this.look());
  }

  /** Looks whether there is something to tell. @param isLow there is */
  look(isLow = false): void {
    const isReached = takeReached(this.#marks, this.amount);
    // Before telling: what is told may throw, or ask again.
    if (this.#hasEvent) this.#setThreshold();
    this.#lookAgain();
    if (isReached || isLow) this.#tell();
  }

  stop(): void {
    this.#marks.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The next mark on the way down; the event comes only when it is crossed. */
  #setThreshold(): void {
    const needsLow = this.amount > LOW || this.#marks.size === 0;
    this.#channel.bufferedAmountLowThreshold = Math.max(...this.#marks, needsLow ? LOW : 0);
  }

  /** Polls: a WebSocket counts `bufferedAmount` down in silence, and so do the data channels of some libraries. */
  #lookAgain(): void {
    if (this.#marks.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.look();
    }, this.#wait);
    this.#wait = Math.min(2 * this.#wait, LAST_LOOK);
    // Node would stay alive for a timer; for the connection it does anyway.
    (this.#timer as { unref?(): void }).unref?.();
  }
}
