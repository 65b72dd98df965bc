/**
 * Assembles a payload that has to be whole. Its memory grows with what has arrived, whatever length was announced, and is
 * handed over together with the payload.
 */
const EMPTY = Buffer.alloc(0);
const FIRST_SIZE = 128;

export class Gatherer {
  #buffer = EMPTY;
  #length = 0;

  push(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_SIZE, this.#length * 2, length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  /** Returns everything that was pushed since the last call. */
  take(): Buffer {
    const whole = this.#buffer.subarray(0, this.#length);
    this.#buffer = EMPTY;
    this.#length = 0;
    return whole;
  }
}
