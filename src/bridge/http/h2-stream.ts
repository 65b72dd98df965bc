/**
 * A WebSocket's bytes over a stream of HTTP/2 (RFC 8441), as a stream that behaves like a connection of its own. Node's
 * own tells of a reset as of an end, and of unsent bytes as of an error.
 */
import { constants, type ServerHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import type { H2Windows } from './h2-windows.js';

/**
 * How long a client may take to end its half after we have ended ours, in ms. Firefox never does, and what a client
 * still sends is read meanwhile.
 */
const LINGER = 1_000;

/** One stream, half-open allowed. */
export class H2Stream extends Duplex {
  readonly #stream: ServerHttp2Stream;
  /** Whether nothing can be sent any more. What came before is still to be read. */
  #isGone = false;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: ServerHttp2Stream, windows: H2Windows) {
    super({ allowHalfOpen: true });
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => {
      windows.took(bytes.length);
      if (!this.push(bytes)) stream.pause();
    });
    stream.once('end', () => this.#end());
    stream.once('close', () => {
      this.#isGone = true;
      clearTimeout(this.#timer);
      this.#end();
      if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy());
    });
  }

  override _read(): void {
    this.#stream.resume();
  }

  /** Writes wait their turn here, one at a time: what Node queues of one stream it holds against the others. */
  override _write(bytes: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.#isGone) done();
    else this.#stream.write(bytes, () => done());
  }

  override _final(done: () => void): void {
    if (this.#isGone) {
      done();
      return;
    }
    const { NGHTTP2_NO_ERROR } = constants;
    this.#stream.end(() => {
      done();
      if (this.#isGone) return;
      this.#timer = setTimeout(() => this.#stream.close(NGHTTP2_NO_ERROR), LINGER);
    });
  }

  /** Before its end a stream is cut by a reset alone: an end of it would look like one. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isGone && !(this.readableEnded && this.writableFinished)) {
      this.#stream.destroy(error ?? new Error('The stream was cut off'));
    }
    done(error);
  }

  /** A stream may end twice: by its end and by its close. */
  #end(): void {
    if (!this.#hasEnded) this.push(null);
    this.#hasEnded = true;
  }
}
