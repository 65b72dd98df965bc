/**
 * Memory for reuse. Fresh memory costs more than copying bytes into it: one page fault per 4 KiB.
 */

/** Keeps one piece of memory, weakly: garbage collection may free it. */
export class Spare {
  #memory: WeakRef<Uint8Array<ArrayBuffer>> | undefined;
  #since = 0;

  /**
   * Keeps memory that nobody uses any more, except through views that were handed out.
   * @param received how many bytes have been received so far: the views are valid until there are more
   */
  keep(memory: Uint8Array<ArrayBuffer>, received: number): void {
    this.#memory = new WeakRef(memory);
    this.#since = received;
  }

  /**
   * Returns memory of n to 2n bytes; a larger piece would be kept while small chunks trickle in.
   * @param received how many bytes have been received so far; omitted when more are about to be added
   */
  take(n: number, received?: number): Uint8Array<ArrayBuffer> {
    const memory = received === this.#since ? undefined : this.#memory?.deref();
    if (!memory || memory.length < n || memory.length > 2 * n) return new Uint8Array(n);
    this.#memory = undefined;
    return memory;
  }
}
