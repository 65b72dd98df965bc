/**
 * Memory for small views of bytes that are not contiguous.
 */

/** The size of a piece of memory (bytes); the next piece is allocated when it is used up. */
const SIZE = 32 * 1024;

/** The most bytes that a small view may have. */
export const SCRATCH_MAX = SIZE / 4;

/** Hands out memory, and reuses it once more bytes have arrived: views are valid until then. */
export class Scratch {
  #memory: Uint8Array<ArrayBuffer> | undefined;
  #used = 0;
  #since = 0;

  /**
   * Returns memory of n bytes, at most SCRATCH_MAX.
   * @param received how many bytes have been received so far
   */
  take(n: number, received: number): Uint8Array<ArrayBuffer> {
    if (this.#since !== received) {
      this.#since = received;
      this.#used = 0;
    }
    if (!this.#memory || n > SIZE - this.#used) {
      this.#memory = new Uint8Array(SIZE);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += n;
    return this.#memory.subarray(start, this.#used);
  }
}
