/**
 * Restores the messages from the runs of bytes that a decoder delivers, for protocols in which message boundaries count.
 */
const NOTHING = Buffer.alloc(0);

export class Messages {
  /** The lengths of the messages that the decoder has completed. */
  readonly #lengths: number[] = [];
  #bytes: Buffer = NOTHING;

  /** Takes the next bytes. */
  push(run: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? run : Buffer.concat([this.#bytes, run]);
  }

  /** Takes the length of a message that has ended, in bytes; its last bytes may still have to be pushed. */
  end(length: number): void {
    this.#lengths.push(length);
  }

  /** Returns the next whole message, if there is one. */
  take(): Buffer | undefined {
    const [length = Infinity] = this.#lengths;
    if (this.#bytes.length < length) return undefined;
    this.#lengths.shift();
    const message = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return message;
  }
}
