/** Adds up the times between starts and stops. */
export class Stopwatch {
  /** The sum of all finished times, in ms. */
  total = 0;
  #since: number | undefined;

  start(): void {
    this.#since ??= performance.now();
  }

  stop(): void {
    if (this.#since === undefined) return;
    this.total += performance.now() - this.#since;
    this.#since = undefined;
  }
}
