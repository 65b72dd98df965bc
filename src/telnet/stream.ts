/**
 * A telnet connection as a byte stream over any pair of streams: it answers options and removes commands, so that the rest
 * is read and written as if there were no telnet.
 */
import { WebsockClosedError, WebsockError } from '../errors.js';
import { refuseUnknown } from '../known-options.js';
import {
  ByteReader,
  type Delimiter,
  type ReadEnd,
  type ReadOptions,
  type ReadSomeOptions,
  type ReadUntilOptions,
} from '../receive/byte-reader.js';
import { ReceiveQueue } from '../receive/receive-queue.js';
import { CompressedInput, type CreateInflater } from './compressed-input.js';
import { MCCP2, MCCP3 } from './constants.js';
import { Telnet, SHARED_OPTIONS, type TelnetOptions } from './telnet.js';

const HIGH_WATER_MARK = 1024 * 1024;
const LIMIT = 40 * 1024 * 1024;

/** The close codes of an end in order and of a failure, RFC 6455 section 7.4.1. */
const NORMAL = 1000;
const ABNORMAL = 1006;

/** The pair of streams that a {@link TelnetStream} runs over, and locks: a `Websock`, or any other. */
export interface TelnetChannel {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/** The options of a {@link Telnet}, except `send` and `data`, and those of the stream. */
export interface TelnetStreamOptions extends Omit<TelnetOptions, 'send' | 'data'> {
  /** The most bytes that may be unread; more end the stream with `ERR_RECEIVE_OVERFLOW`. Default: 40 MiB. */
  receiveLimit?: number | undefined;
  /** At this many unread bytes the stream stops reading from the channel, unless a read waits for more. Default: 1 MiB. */
  receiveHighWaterMark?: number | undefined;
  /** Creates the inflater for MCCP2 and MCCP3, if `remote` or `accepts` allows them. Default: DecompressionStream. */
  inflater?: CreateInflater | undefined;
}

/**
 * Reads and writes the data of a telnet connection as a byte stream; answers options and removes commands.
 *
 * @example
 * const telnet = new TelnetStream(sock, {
 *   remote: [ECHO, SUPPRESS_GO_AHEAD],
 *   local: [TERMINAL_TYPE],
 *   terminalTypes: ['DUMB'],
 * });
 * await telnet.readUntil('login: ', { limit: 10_000 });
 * await telnet.write('alice\r\n');
 */
export class TelnetStream implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** The telnet protocol beside the data: `resize`, `command`, `enable`, `disable`, `subnegotiate`, `enabled`. */
  readonly telnet: Telnet;
  /** Resolves when the channel has ended, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #queue: ReceiveQueue;
  readonly #reads: ByteReader;
  readonly #input: CompressedInput;
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  readonly #sink: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #mark: number;
  readonly #owner = {
    readEnd: undefined as ReadEnd | undefined,
    readsChanged: () => this.#wake(),
    tellUntold: () => {},
  };
  /** Settles with the last write. */
  #written: Promise<void> = Promise.resolve();
  /** Lets the pump check whether it may continue. */
  #wake = (): void => {};

  /**
   * @throws {RangeError} a terminal type or limit is invalid
   * @throws {TypeError} a stream is locked, or an option is unknown
   */
  constructor(channel: TelnetChannel, options: TelnetStreamOptions = {}) {
    const own = { receiveLimit: 1, receiveHighWaterMark: 1, inflater: 1 };
    refuseUnknown(options, { ...SHARED_OPTIONS, ...own });
    const { local, remote, areYouThere, terminalTypes, subnegotiationLimit } = options;
    const { receiveLimit = LIMIT, receiveHighWaterMark = HIGH_WATER_MARK, inflater } = options;
    this.#mark = receiveHighWaterMark;
    this.#queue = new ReceiveQueue({ limit: receiveLimit });
    this.#reads = new ByteReader(this.#queue, this.#owner);
    this.telnet = new Telnet({
      local,
      remote,
      areYouThere,
      terminalTypes,
      subnegotiationLimit,
      accepts: (side, option) => options.accepts?.(side, option) ?? false,
      change: (side, option, enabled) => options.change?.(side, option, enabled),
      command: (code) => options.command?.(code),
      prompt: () => options.prompt?.(),
      windowSize: (columns, rows) => options.windowSize?.(columns, rows),
      terminalType: (name) => options.terminalType?.(name),
      subnegotiation: (option, payload) => {
        if (option === MCCP2 || option === MCCP3) this.#input.start();
        options.subnegotiation?.(option, payload);
      },
      send: (bytes) => this.#send(bytes),
      data: (bytes) => {
        this.#queue.push(bytes.slice());
        this.#reads.serve();
      },
    });
    this.#input = new CompressedInput(this.telnet, inflater);
    this.#input.failed.catch((error: unknown) => this.#fail(error));
    this.#source = channel.readable.getReader();
    this.#sink = channel.writable.getWriter();
    this.closed = this.#pump();
  }

  /** How many bytes have arrived but are unread. */
  get length(): number {
    return this.#queue.length;
  }

  /**
   * Reads exactly `n` bytes.
   * @throws {WebsockClosedError} the connection ended first; unread bytes stay readable
   */
  read(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reads.read(n, options);
  }

  /** Reads what is available, at least one byte; null at the end of the connection. */
  readSome(options?: ReadSomeOptions): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#reads.readSome(options);
  }

  /**
   * Reads up to and including a delimiter: a byte, bytes, or text as UTF-8.
   * @throws {WebsockError} `ERR_RECEIVE_OVERFLOW`: the first `limit` bytes do not contain it
   * @throws {WebsockClosedError} the connection ended first
   */
  readUntil(delimiter: Delimiter, options?: ReadUntilOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reads.readUntil(delimiter, options);
  }

  /** Iterates over the bytes that arrive, in chunks, to the end; leaving the loop leaves the connection open. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let chunk; (chunk = await this.readSome());) yield chunk;
  }

  /**
   * Sends bytes, or text as UTF-8. End lines of text with CR LF; a CR alone goes out as CR NUL, unless this end sends BINARY.
   * Resolves when the channel has accepted them.
   * @throws the channel's error
   */
  async write(data: Uint8Array | string): Promise<void> {
    this.telnet.write(typeof data === 'string' ? new TextEncoder().encode(data) : data);
    await this.#written;
  }

  /** Ends the connection once everything written has been accepted. */
  async close(): Promise<void> {
    await this.#sink.close().catch(() => {});
    await this.#source.cancel().catch(() => {});
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    this.#written = this.#sink.write(bytes);
    // Nobody awaits the write of an answer; if it fails, the connection ends and says so.
    this.#written.catch(() => {});
  }

  /** Reads to the end. Pauses while enough is unread, and while the peer accepts no answers. */
  async #pump(): Promise<void> {
    try {
      for (;;) {
        await this.#sink.ready;
        while (this.#queue.length >= Math.max(this.#mark, this.#reads.wanted)) {
          await new Promise<void>((resolve) => (this.#wake = resolve));
        }
        const { done, value } = await this.#source.read();
        if (done) break;
        await this.#input.receive(value);
      }
      this.#ended(undefined);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    this.#ended(cause);
    // The pump may be waiting on either of these.
    void this.#source.cancel(cause).catch(() => {});
    void this.#sink.abort(cause).catch(() => {});
  }

  #ended(cause: unknown): void {
    this.#owner.readEnd ??= {
      isClean: cause === undefined,
      error: (action) => endError(action, this.#queue.length, cause),
    };
    this.#reads.serve();
  }
}

function endError(action: string, available: number, cause: unknown): Error {
  // An overflow of the queue and the end of a socket have errors of their own.
  if (cause instanceof WebsockError) return cause;
  const code = cause === undefined ? NORMAL : ABNORMAL;
  return new WebsockClosedError(action, code, '', available, { cause });
}
