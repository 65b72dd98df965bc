/**
 * Typed and pasted text on its way out: a paste of megabytes is sent in pieces, as fast as the connection takes them, and
 * can be stopped.
 */

/** How many characters are sent at once. */
const PIECE = 16 * 1024;

export interface OutboxHandler {
  /** Sends a piece. */
  deliver(piece: string): void;
  /** Resolves when more may be sent; rejects when nothing can be. */
  room(): Promise<void>;
  /** `sent` characters of `total` have been sent; `total` is 0 when nothing waits any more. */
  progress(sent: number, total: number): void;
}

export class Outbox {
  readonly #handler: OutboxHandler;
  #text = '';
  #sent = 0;
  #isBusy = false;

  constructor(handler: OutboxHandler) {
    this.#handler = handler;
  }

  /** How many characters wait. */
  get waiting(): number {
    return this.#text.length - this.#sent;
  }

  /** Sends text after what waits already. If nothing waits, a key press is sent before this returns. */
  push(text: string): void {
    this.#text += text;
    if (!this.#isBusy) void this.#run();
    else this.#handler.progress(this.#sent, this.#text.length);
  }

  /** Drops what waits. */
  stop(): void {
    this.#text = '';
    this.#sent = 0;
    this.#handler.progress(0, 0);
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    try {
      while (this.waiting > 0) {
        this.#handler.deliver(this.#next());
        if (this.waiting === 0) break;
        this.#handler.progress(this.#sent, this.#text.length);
        await this.#handler.room();
      }
      this.stop();
    } catch {
      // The connection is gone; the message about its end says how much was not sent.
      this.#handler.progress(0, 0);
    } finally {
      this.#isBusy = false;
    }
  }

  /** The next piece; a pair of surrogates stays together. */
  #next(): string {
    const start = this.#sent;
    let end = Math.min(start + PIECE, this.#text.length);
    if (end < this.#text.length && /[\ud800-\udbff]/.test(this.#text[end - 1])) end--;
    this.#sent = end;
    return this.#text.slice(start, end);
  }
}
