/** Reconnects after a loss: within a second, then at growing intervals, and at once when the network is back. */
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

  /** Whether another attempt is planned. */
  get isPlanned(): boolean {
    return this.#timer !== undefined;
  }

  /** Whether an attempt under way is a retry. */
  get isTrying(): boolean {
    return this.#attempt > 0;
  }

  /** Plans the next attempt. @returns in how many seconds it begins */
  plan(): number {
    const wait = backoff(++this.#attempt);
    this.#timer = window.setTimeout(() => this.#go(), wait);
    return Math.ceil(wait / 1000);
  }

  /** Cancels the planned attempt, because another one begins now. */
  skip(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Stops retrying: the page has connected, or the user wants something else. */
  stop(): void {
    this.skip();
    this.#attempt = 0;
  }

  #go(): void {
    this.skip();
    this.#connect();
  }
}
