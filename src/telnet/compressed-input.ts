/**
 * MCCP, the Mud Client Compression Protocol: after a subnegotiation of MCCP2 (from a server) or MCCP3 (from a client), the
 * sender's telnet stream is compressed with zlib, until the zlib stream ends.
 */
import type { Telnet } from './telnet.js';

/** Inflates a zlib stream (RFC 1950). */
export interface Inflater {
  /**
   * Takes compressed bytes and passes on what they contain.
   * @returns undefined, or, once the compressed stream has ended, the bytes after it; a promise delays the next write
   * @throws (or rejects) when the bytes are not a zlib stream
   */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/** Creates an inflater that passes its output to `output`, and any error after a write has settled to `fail`. */
export type CreateInflater = (
  output: (bytes: Uint8Array) => void,
  fail: (error: unknown) => void,
) => Inflater;

/**
 * Sits between a connection and its {@link Telnet} and inflates compressed bytes.
 *
 * The default inflater, DecompressionStream, cannot continue after the end of a compressed stream: for a server that ends
 * the compression and keeps the connection, use another, such as a few lines around pako or `node:zlib`.
 *
 * @example
 * const telnet = new Telnet({
 *   remote: [MCCP2],
 *   subnegotiation: (option) => option === MCCP2 && input.start(),
 *   ...
 * });
 * const input = new CompressedInput(telnet);
 * for await (const bytes of sock) await input.receive(bytes);
 */
export class CompressedInput {
  /** Rejects when the bytes are not a zlib stream: the connection is unusable then. This may happen after the last `receive()`. */
  readonly failed: Promise<never>;
  #fail!: (error: unknown) => void;
  readonly #telnet: Pick<Telnet, 'receive' | 'stop'>;
  readonly #create: CreateInflater;
  #inflater: Inflater | undefined;

  constructor(telnet: Pick<Telnet, 'receive' | 'stop'>, create: CreateInflater = inflateHere) {
    this.#telnet = telnet;
    this.#create = create;
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  /** Inflates from the next byte on. Call it in `subnegotiation`, for MCCP2 or MCCP3; a second call does nothing. */
  start(): void {
    if (this.#inflater) return;
    this.#inflater = this.#create(
      (bytes) => void this.#telnet.receive(bytes),
      (error) => this.#fail(error),
    );
    this.#telnet.stop();
  }

  /**
   * Processes bytes of the connection; await each call before the next.
   * @throws the inflater's error: the connection is unusable then
   */
  async receive(bytes: Uint8Array): Promise<void> {
    for (let rest: Uint8Array | undefined = bytes; rest && rest.length > 0;) {
      if (this.#inflater) {
        // A copy, since a stream may keep it.
        const written = this.#inflater.write(rest.slice());
        rest = await Promise.race([written, this.failed]);
        if (rest) this.#inflater = undefined;
      } else {
        rest = rest.subarray(this.#telnet.receive(rest));
      }
    }
  }
}

const inflateHere: CreateInflater = (output, fail) => {
  const { readable, writable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const read = async (): Promise<void> => {
    for (let next; !(next = await reader.read()).done;) output(next.value);
  };
  read().catch(fail);
  return {
    async write(bytes) {
      await writer.write(bytes);
      return undefined;
    },
  };
};
