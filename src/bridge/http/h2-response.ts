/**
 * The answer to a plain request over HTTP/2, with the interface of one over HTTP/1.
 */
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Writable } from 'node:stream';

/** The connection-specific headers, which HTTP/2 does not allow (RFC 9113 section 8.2.2). */
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** A status and headers in the form of HTTP/2, without the connection-specific ones. */
export function headersOverH2(
  status: number,
  headers: Readonly<Record<string, string>>,
): OutgoingHttpHeaders {
  const fields = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ':status': status,
    ...Object.fromEntries(fields.filter(([name = '']) => !OF_THE_CONNECTION.has(name))),
  };
}

/** Sends the headers of an answer, unless the stream is closed: Node would throw. */
export function respond(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  if (!stream.destroyed && !stream.closed) stream.respond(headers);
}

/** The answer on a stream. */
export class H2Response extends Writable {
  statusCode = 0;
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    super();
    this.#stream = stream;
    // The client has left; 'close' follows and is what counts.
    this.on('error', () => {});
    stream.once('close', () => this.destroy());
  }

  writeHead(status: number, headers: Readonly<Record<string, string>>): this {
    this.statusCode = status;
    respond(this.#stream, headersOverH2(status, headers));
    return this;
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#stream.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#stream.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.writableFinished) this.#stream.destroy(error ?? new Error('The answer was cut off'));
    done(error);
  }
}
