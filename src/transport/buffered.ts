/**
 * How many unsent bytes a channel may buffer, and how to learn that its buffer has drained.
 */

/**
 * A channel that has buffered 1 MiB in memory gets no more bytes until it is down to 256 KiB. A data channel needs this:
 * at 16 MiB Chromium's `send` throws and the bytes are lost.
 */
export const FULL = 1024 * 1024;
export const LOW = 256 * 1024;

/** The shortest and longest polling interval (ms), for a channel that has no event. */
const FIRST_LOOK = 1;
const LAST_LOOK = 50;

/** Removes the marks that the buffer has fallen to; returns whether there were any. */
export function takeReached(marks: Set<number>, buffered: number): boolean {
  let reached = false;
  for (const mark of marks) if (buffered <= mark) reached = marks.delete(mark);
  return reached;
}

/** The channel to watch: a WebSocket or an RTCDataChannel. */
interface Buffering {
  readonly bufferedAmount?: number;
  bufferedAmountLowThreshold?: number;
}

/** Reports when a channel's buffer has fallen to a given number of bytes. */
export class BufferWatch {
  readonly #channel: Buffering;
  readonly #hasEvent: boolean;
  readonly #tell: () => void;
  /** The levels to report. */
  readonly #marks = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_LOOK;

  /** @param hasEvent whether it is a data channel: then call `look` on its `bufferedamountlow`, if that fires */
  constructor(channel: Buffering, hasEvent: boolean, tell: () => void) {
    this.#channel = channel;
    this.#hasEvent = hasEvent;
    this.#tell = tell;
  }

  get amount(): number {
    return this.#channel.bufferedAmount ?? 0;
  }

  /** Asks for one report, made asynchronously, once at most `below` bytes are buffered. */
  add(below: number): void {
    this.#marks.add(below);
    this.#wait = FIRST_LOOK;
    queueMicrotask(() => this.look());
  }

  /** Checks the levels and reports if one is reached. @param isLow report in any case */
  look(isLow = false): void {
    const isReached = takeReached(this.#marks, this.amount);
    // Before the report: its receiver may throw, or call `add` again.
    if (this.#hasEvent) this.#setThreshold();
    this.#lookAgain();
    if (isReached || isLow) this.#tell();
  }

  stop(): void {
    this.#marks.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Sets the threshold to the next level on the way down; the event fires only when that is crossed. */
  #setThreshold(): void {
    const needsLow = this.amount > LOW || this.#marks.size === 0;
    this.#channel.bufferedAmountLowThreshold = Math.max(...this.#marks, needsLow ? LOW : 0);
  }

  /** Polls: a WebSocket lowers `bufferedAmount` without an event, and so do the data channels of some libraries. */
  #lookAgain(): void {
    if (this.#marks.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.look();
    }, this.#wait);
    this.#wait = Math.min(2 * this.#wait, LAST_LOOK);
    // The timer need not keep Node alive: the connection does that anyway.
    (this.#timer as { unref?(): void }).unref?.();
  }
}
