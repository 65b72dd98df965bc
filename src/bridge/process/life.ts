/**
 * A bridge's life: it listens, may announce that it will leave, drains (no new sessions, open ones continue), ends (everything
 * is asked to close) and has ended. It only ever moves forward, and everything that moves it is here.
 */

/** Where in its life a bridge is. */
export type Stage = 'listening' | 'draining' | 'ending' | 'ended';

/** When a bridge ends automatically; times in ms, 0: never. */
export interface LifeOptions {
  /** After its first session. */
  readonly runOnce: boolean;
  /** After this time, with the last session open then. */
  readonly listenTimeout: number;
  /** After this long without a session. */
  readonly idleTimeout: number;
}

/** What a bridge does when it reaches a stage. */
export interface LifeHandler {
  /** Lets no more sessions begin. */
  drain(): void;
  /** Ends everything; resolves when nothing is left. Must not reject. */
  end(): Promise<void>;
  /** Cuts off what takes too long to end. */
  cut(): void;
}

/** How long the end may take before the rest is cut off, in ms. */
const END_TIMEOUT = 5_000;
/** The longest delay that a timer accepts, in ms: with a longer one it fires at once. */
export const MAX_TIMER = 2 ** 31 - 1;

/** The life of one bridge. */
export class Life {
  /** Resolves when the bridge has ended. */
  readonly ended: Promise<void>;
  readonly #options: LifeOptions;
  readonly #handler: LifeHandler;
  #stage: Stage = 'listening';
  #sessions = 0;
  /** When the drain is over, on the clock of `performance.now()`. */
  #deadline = Number.POSITIVE_INFINITY;
  #listenTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #drainTimer: NodeJS.Timeout | undefined;
  #leaveTimer: NodeJS.Timeout | undefined;
  /** When the drain begins, on the same clock. */
  #leaving = Number.POSITIVE_INFINITY;
  #onEnded: () => void = () => {};

  constructor(options: LifeOptions, handler: LifeHandler) {
    this.#options = options;
    this.#handler = handler;
    this.ended = new Promise((resolve) => {
      this.#onEnded = resolve;
    });
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Whether new clients should come here: the bridge listens, and has not announced that it will leave. */
  get isReady(): boolean {
    return this.#stage === 'listening' && this.#leaving === Number.POSITIVE_INFINITY;
  }

  /** The bridge has begun to listen. */
  start(): void {
    if (this.#stage !== 'listening') return;
    const { listenTimeout } = this.#options;
    if (listenTimeout > 0) this.#listenTimer ??= setTimeout(() => this.drain(), listenTimeout);
    this.#waitForSessions();
  }

  /** A session began. */
  opened(): void {
    this.#sessions += 1;
    clearTimeout(this.#idleTimer);
    if (this.#options.runOnce) this.drain();
  }

  /** A session is over. */
  closed(): void {
    this.#sessions -= 1;
    if (this.#sessions > 0) return;
    if (this.#stage === 'draining') void this.#end();
    else if (this.#stage === 'listening') this.#waitForSessions();
  }

  /** Listens for another `time` ms without being ready, then drains for `drain` ms. A further call can only shorten the time. */
  leave(time: number, drain: number): void {
    const leaving = performance.now() + time;
    if (this.#stage !== 'listening' || time <= 0) {
      this.drain(drain);
      return;
    }
    if (leaving >= this.#leaving) return;
    this.#leaving = leaving;
    clearTimeout(this.#leaveTimer);
    this.#leaveTimer = setTimeout(() => this.drain(drain), Math.min(time, MAX_TIMER));
  }

  /** Lets no more sessions begin, and open ones continue for at most `time` ms. A further call can only shorten the time. */
  drain(time = Number.POSITIVE_INFINITY): void {
    if (this.#stage === 'listening') {
      this.#stage = 'draining';
      this.#stopTimers();
      this.#handler.drain();
    }
    if (this.#stage !== 'draining') return;
    if (this.#sessions === 0 || time <= 0) {
      void this.#end();
      return;
    }
    const deadline = performance.now() + time;
    if (deadline >= this.#deadline) return;
    this.#deadline = deadline;
    clearTimeout(this.#drainTimer);
    this.#drainTimer = setTimeout(() => void this.#end(), Math.min(time, MAX_TIMER));
  }

  async #end(): Promise<void> {
    this.#stage = 'ending';
    this.#stopTimers();
    const timer = setTimeout(() => this.#handler.cut(), END_TIMEOUT);
    await this.#handler.end();
    clearTimeout(timer);
    this.#stage = 'ended';
    this.#onEnded();
  }

  #waitForSessions(): void {
    const { idleTimeout } = this.#options;
    if (this.#sessions > 0 || idleTimeout === 0) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.drain(0), idleTimeout);
  }

  #stopTimers(): void {
    const timers = [this.#listenTimer, this.#idleTimer, this.#drainTimer, this.#leaveTimer];
    for (const timer of timers) clearTimeout(timer);
  }
}
