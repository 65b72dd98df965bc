/**
 * Finds the messages again in the runs of bytes that a decoder tells, for protocols in which their borders count.
 */
const NOTHING = Buffer.alloc(0);

export class Messages {
  /** The lengths of messages that are complete for the decoder. */
  readonly #lengths: number[] = [];
  #bytes: Buffer = NOTHING;

  /** The next bytes. */
  push(run: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? run : Buffer.concat([this.#bytes, run]);
  }

  /** A message of this many bytes has ended; its last ones may still be pushed. */
  end(length: number): void {
    this.#lengths.push(length);
  }

  /** The next message that is whole. */
  take(): Buffer | undefined {
    const [length = Infinity] = this.#lengths;
    if (this.#bytes.length < length) return undefined;
    this.#lengths.shift();
    const message = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return message;
  }
}
