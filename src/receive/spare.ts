/**
 * Memory that serves again. Fresh memory costs more than a copy to it: a page fault for each 4 KiB.
 */

/** Keeps one piece of memory, weakly: a collection gives it back. */
export class Spare {
  #memory: WeakRef<Uint8Array<ArrayBuffer>> | undefined;
  #since = 0;

  /**
   * Keeps memory that is no longer used, except by views that were handed out.
   * @param received how many bytes had come by now: the views are good until there are more
   */
  keep(memory: Uint8Array<ArrayBuffer>, received: number): void {
    this.#memory = new WeakRef(memory);
    this.#since = received;
  }

  /**
   * Memory of n bytes or somewhat more; much more would be kept while small chunks trickle in.
   * @param received how many bytes have come by now; left out when more are about to
   */
  take(n: number, received?: number): Uint8Array<ArrayBuffer> {
    const memory = received === this.#since ? undefined : this.#memory?.deref();
    if (!memory || memory.length < n || memory.length > 2 * n) return new Uint8Array(n);
    this.#memory = undefined;
    return memory;
  }
}
