/**
 * Memory for small views of bytes that do not lie side by side.
 */

/** How much of it is used before there is other memory. */
const SIZE = 32 * 1024;

/** Views from this size on (bytes) are no longer small. */
export const SCRATCH_MAX = SIZE / 4;

/** Gives memory that serves again when more bytes have arrived: a view is good until then. */
export class Scratch {
  #memory: Uint8Array<ArrayBuffer> | undefined;
  #used = 0;
  #since = 0;

  /**
   * Memory of n bytes, at most SCRATCH_MAX.
   * @param received how many bytes have come by now
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
