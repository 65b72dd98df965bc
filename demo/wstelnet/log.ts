/** What the server has sent since the screen was cleared, byte for byte in its own character set, to be saved. */

/** The most bytes kept; beyond that, the oldest are dropped. */
const LOG_MAX = 64 * 1024 * 1024;

export class Log {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  /** Whether the start is missing. */
  isCut = false;

  get length(): number {
    return this.#length;
  }

  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes.slice());
    this.#length += bytes.length;
    while (this.#length > LOG_MAX) {
      this.#length -= this.#pieces.shift()!.length;
      this.isCut = true;
    }
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#length = 0;
    this.isCut = false;
  }

  /** The pieces of the log, oldest first. */
  get pieces(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#pieces;
  }
}
