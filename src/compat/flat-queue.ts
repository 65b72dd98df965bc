/**
 * The receive queue as noVNC 1.0 to 1.4 had it: one array, and the index of the next unread byte. Until more bytes arrive, the array
 * starts at the same place in the stream, so that indices stay valid.
 */
import type { ReceiveQueue } from '../receive/receive-queue.js';

export class FlatQueue {
  readonly #reads: () => ReceiveQueue;
  readonly #received: () => number;
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  /** Where in the stream the array starts, and how many bytes had been received when that was decided. */
  #base = 0;
  #decidedAt = -1;

  /**
   * @param reads returns the queue
   * @param received returns the number of bytes received on this channel
   */
  constructor(reads: () => ReceiveQueue, received: () => number) {
    this.#reads = reads;
    this.#received = received;
  }

  /** The index of the next unread byte. */
  get index(): number {
    const reads = this.#reads();
    const received = this.#received();
    const consumed = received - reads.length;
    if (this.#decidedAt !== received || consumed < this.#base) {
      this.#decidedAt = received;
      this.#base = consumed - reads.kept;
      this.#bytes = undefined;
    }
    return consumed - this.#base;
  }

  /** The bytes: consumed ones, as far as they are kept (zeros elsewhere), then the unread ones. */
  get bytes(): Uint8Array<ArrayBuffer> {
    const reads = this.#reads();
    const { index } = this;
    return (this.#bytes ??= reads.hold(() => {
      const kept = Math.min(index, reads.kept);
      const bytes = new Uint8Array(index + reads.length);
      reads.rewind(kept);
      reads.readInto(bytes.subarray(index - kept));
      reads.rewind(bytes.length - index);
      return bytes;
    }));
  }

  /** A byte of the queue was replaced. */
  changed(): void {
    this.#bytes = undefined;
  }

  /** There is a new channel: the next access decides anew where the array starts. */
  forget(): void {
    this.#decidedAt = -1;
  }
}
