/** Connects again after a connection was lost: after a second or so, then later and later, and at once when the network is back. */
import { backoff } from 'websock-client/reconnect';

export class Retry {
  readonly #connect: () => void;
  #attempt = 0;
  #timer: number | undefined;

  constructor(connect: () => void) {
    this.#connect = connect;
    window.addEventListener('online', () => {
      if (this.isPlanned) this.#go();
    });
  }

  /** Whether it is about to connect. */
  get isPlanned(): boolean {
    return this.#timer !== undefined;
  }

  /** Whether a connection that is being made now is one of its own. */
  get isTrying(): boolean {
    return this.#attempt > 0;
  }

  /** Connects in a while. @returns in how many seconds */
  plan(): number {
    const wait = backoff(++this.#attempt);
    this.#timer = window.setTimeout(() => this.#go(), wait);
    return Math.ceil(wait / 1000);
  }

  /** Somebody connects before it does. */
  skip(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** It has connected, or the user wants something else. */
  stop(): void {
    this.skip();
    this.#attempt = 0;
  }

  #go(): void {
    this.skip();
    this.#connect();
  }
}
