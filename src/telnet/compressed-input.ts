/**
 * MCCP, the Mud Client Compression Protocol: after a subnegotiation of MCCP2 (from a server) or MCCP3 (from a client) what
 * follows is a zlib stream, with telnet in it, until that stream ends.
 */
import type { Telnet } from './telnet.js';

/** What inflates a zlib stream (RFC 1950). */
export interface Inflater {
  /**
   * Takes compressed bytes and passes on what they contain.
   * @returns when more may come: undefined, or the bytes after the end of the compressed stream, once that is reached
   * @throws (or rejects) when the bytes are not a zlib stream
   */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/** Makes an inflater that passes its output to `output`, and to `fail` whatever goes wrong after a write has settled. */
export type CreateInflater = (
  output: (bytes: Uint8Array) => void,
  fail: (error: unknown) => void,
) => Inflater;

/**
 * Sits between a connection and its {@link Telnet} and inflates compressed bytes.
 *
 * The platform's inflater, DecompressionStream, cannot continue after the end of a compressed stream: a server that ends
 * the compression and keeps the connection needs another inflater, such as a few lines around pako or `node:zlib`.
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

  /** To be called in `subnegotiation`, for MCCP2 or MCCP3: the next byte is compressed. Does nothing if it is compressed already. */
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
        // A copy: a stream may keep it.
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
