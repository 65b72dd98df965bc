/**
 * A WebSocket's bytes over an HTTP/2 stream (RFC 8441), as a Duplex that behaves like a connection of its own. Node's own
 * stream reports a reset as an end, and unsent bytes as an error.
 */
import { constants, type ServerHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import type { H2Windows } from './h2-windows.js';

/**
 * How long a client may take to end its half of the stream after ours has ended, in ms. Firefox never ends it. What a client
 * still sends is read meanwhile.
 */
const LINGER = 1_000;

/** One stream, half-open allowed. */
export class H2Stream extends Duplex {
  readonly #stream: ServerHttp2Stream;
  /** Whether nothing more can be sent. What has arrived can still be read. */
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

  /** Writes wait here, and go to Node one at a time: it counts what it queues for one stream against the others. */
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

  /** Cuts off a stream before its end by a reset: an END_STREAM flag would look like a regular end. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isGone && !(this.readableEnded && this.writableFinished)) {
      this.#stream.destroy(error ?? new Error('The stream was cut off'));
    }
    done(error);
  }

  /** Ends the readable side once, though both 'end' and 'close' call this. */
  #end(): void {
    if (!this.#hasEnded) this.push(null);
    this.#hasEnded = true;
  }
}
