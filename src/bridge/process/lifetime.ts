/**
 * When a bridge ends by itself: after its first session, after a time, or when nobody has come for a while.
 */
export interface LifetimeOptions {
  readonly runOnce: boolean;
  /** In ms; 0 is for ever. */
  readonly listenTimeout: number;
  readonly idleTimeout: number;
}

/** Watches the number of sessions. */
export class Lifetime {
  readonly #options: LifetimeOptions;
  readonly #stopListening: () => void;
  readonly #end: () => void;
  #timer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #sessions = 0;
  #last = false;

  /** `stopListening` lets no more connections in, `end` ends it all. */
  constructor(options: LifetimeOptions, stopListening: () => void, end: () => void) {
    this.#options = options;
    this.#stopListening = stopListening;
    this.#end = end;
  }

  /** The bridge listens. */
  start(): void {
    const { listenTimeout } = this.#options;
    if (listenTimeout > 0) this.#timer = setTimeout(() => this.#finish(), listenTimeout);
    this.#waitForClients();
  }

  /** The bridge has ended. */
  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#idleTimer);
  }

  /** A session began. */
  opened(): void {
    this.#sessions += 1;
    clearTimeout(this.#idleTimer);
    if (this.#options.runOnce) this.#finish();
  }

  /** A session is over. */
  closed(): void {
    this.#sessions -= 1;
    if (this.#sessions > 0) return;
    if (this.#last) this.#end();
    else this.#waitForClients();
  }

  /** The sessions that there are will be the last. */
  #finish(): void {
    this.#last = true;
    this.#stopListening();
    if (this.#sessions === 0) this.#end();
  }

  #waitForClients(): void {
    const { idleTimeout } = this.#options;
    if (idleTimeout > 0) this.#idleTimer = setTimeout(this.#end, idleTimeout);
  }
}
