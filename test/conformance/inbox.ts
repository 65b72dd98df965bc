/**
 * The part that all peers share: it collects the bytes received and how the channel ends.
 */
import { join } from './bytes.js';
import type { PeerEnd } from './contract.js';
export class Inbox {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #waiting: (() => void)[] = [];
  #end!: (end: PeerEnd) => void;

  /** Resolves with the first end reported. */
  readonly closed = new Promise<PeerEnd>((resolve) => {
    this.#end = resolve;
  });

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  end(code: number, reason = ''): void {
    this.#end({ code, reason });
  }

  /** Resolves with all bytes received, as soon as there are n. */
  async received(n: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#length < n) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return join(this.#chunks);
  }
}
