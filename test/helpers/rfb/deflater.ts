/**
 * A zlib stream that lives as long as its connection, as those of ZRLE, Zlib and Tight do: each rectangle continues where the one
 * before it ended.
 */
import { once } from 'node:events';
import { constants, createDeflate } from 'node:zlib';
import { all, type Bytes } from './wire.js';

export class Deflater {
  readonly #deflate = createDeflate({ level: 6 });
  readonly #chunks: Uint8Array[] = [];

  constructor() {
    this.#deflate.on('data', (chunk: Uint8Array) => this.#chunks.push(chunk));
  }

  /** Resolves with the next piece of the stream, flushed so that all of it can be inflated at once. */
  async push(...parts: Uint8Array[]): Promise<Bytes> {
    this.#deflate.write(all(...parts));
    await new Promise<void>((resolve) => this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    return all(...this.#chunks.splice(0));
  }

  /** Frees its memory. */
  async close(): Promise<void> {
    const closed = once(this.#deflate, 'close');
    this.#deflate.destroy();
    await closed;
  }
}
