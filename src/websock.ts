/**
 * The socket, as its users see it: the core, and what is asynchronous.
 */
import type { Connection } from './connection.js';
import type { WebsockOptions } from './options.js';
import {
  ByteReader,
  type ReadOptions,
  type ReadSomeOptions,
  type ReadUntilOptions,
} from './receive/byte-reader.js';
import { linesOf } from './receive/lines.js';
import { addNumberReads, type NumberReads } from './receive/number-reads.js';
import { makeReadable } from './receive/readable.js';
import { Drain, type DrainOptions } from './send/drain.js';
import type { Bytes } from './send/send-queue.js';
import { makeWritable } from './send/writable.js';
import { ChannelTransport, type Channel } from './transport/channel.js';
import type { FlowTools } from './transport/flow.js';
import { DuplexTransport, isDuplex, type DuplexChannel } from './transport/duplex.js';
import { begin, connectionOf, WebsockCore } from './websock-core.js';

/** Makes a WebSocketStream; lib.dom does not know it. */
type WebSocketStreamClass = new (url: string, options: { protocols: string[] }) => DuplexChannel;

/**
 * A TCP-style byte stream over a WebSocket, an RTCDataChannel or a pair of streams. Bytes that arrive wait in a receive queue and
 * are read as a protocol wants them, in one go or asynchronously; bytes to send are gathered and flushed. How messages were
 * cut carries no meaning.
 *
 * @example
 * const sock = new Websock();
 * sock.open('wss://example.org/chat', ['binary']);
 * sock.send('hello\n');
 * for await (const line of sock.lines()) console.log(line);
 */
// oxlint-disable-next-line no-unsafe-declaration-merging -- the class is given these members
export class Websock extends WebsockCore {
  static {
    addNumberReads(this.prototype, (sock) => sock.#reader);
  }

  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Bytes | string> | undefined;
  /** The connection that the two streams are of. */
  #streaming: Connection | undefined;

  /**
   * @throws RangeError for an option outside its range
   * @throws TypeError for an option that there is not
   */
  // oxlint-disable-next-line no-useless-constructor -- it takes more options
  constructor(options?: WebsockOptions) {
    super(options);
  }

  /** As the core does, or a WebSocketStream with `transport: 'auto'` where there is one. */
  override open(url: string | URL, protocols: string | readonly string[] = []): void {
    const { transport, text, WebSocket, flow } = connectionOf(this).options;
    const { WebSocketStream } = globalThis as { WebSocketStream?: WebSocketStreamClass };
    const offered = [protocols].flat();
    if (flow) return begin(this, flow.open(String(url), offered, toolsOf(this)));
    if (transport !== 'auto' || WebSocket || !WebSocketStream) return super.open(url, protocols);
    const stream = new WebSocketStream(String(url), { protocols: offered });
    begin(this, new DuplexTransport(stream, text, offered));
  }

  /**
   * Uses a channel that somebody else made: a WebSocket, an ordered and reliable RTCDataChannel, or anything that has
   * `send`, `close` and `readyState`; its `on...` properties and `binaryType` are set. Or a WebSocketStream, or a pair of streams
   * `{readable, writable}`: of a WebTransport, a TCPSocket, a TransformStream; they get locked. An open channel raises no `open`
   * event; `opened` is resolved. An earlier channel is treated as by {@link open}.
   * @throws TypeError when a member is missing, a stream is locked, or the data channel is unordered or unreliable
   * @throws WebsockError `ERR_STATE` when the channel is closed
   */
  override attach(channel: Channel | DuplexChannel): void {
    const { text, flow } = connectionOf(this).options;
    if (isDuplex(channel)) return begin(this, new DuplexTransport(channel, text));
    const transport = flow?.attach(channel, toolsOf(this));
    if (transport) begin(this, transport);
    else super.attach(channel);
    return undefined;
  }

  /**
   * A socket that goes on from what {@link freeze} has given, in a page that was loaded anew, say. It is open at once, and suspended
   * until the server has answered. Of two that go on from the same state one prevails; the other ends with `ERR_RESUME`.
   * @param options with the option `flow`, as the frozen socket had it
   * @throws TypeError for a string that `freeze()` has not given, or without the option `flow`
   */
  static thaw(state: string, options: WebsockOptions): Websock {
    const sock = new this(options);
    begin(sock, options.flow!.thaw(state, toolsOf(sock)));
    return sock;
  }

  /**
   * Ends this direction alone: the peer reads on to its end, and what it sends still comes. Bytes that are pushed from now on are
   * dropped. It takes the option `flow` and a server that speaks it.
   * @returns resolves when the peer has all that was pushed; rejects with `ERR_STATE` where there is no half-close
   */
  async end(): Promise<void> {
    return connectionOf(this).end();
  }

  /**
   * Stops the socket, and gives its state as a string for `sessionStorage`: what is unread and unsent, and how to resume. It takes
   * the option `flow`. Whoever knows the string can take the stream over.
   * @throws WebsockError `ERR_STATE` when it has no session of flow, or its state is over 4 Mi characters
   */
  freeze(): string {
    const connection = connectionOf(this);
    return connection.flowing('freeze').freeze!(connection.receiveQueue, connection.unsent());
  }

  /** With the option `flow`: whether the network is gone, and the stream waits for it. */
  get isSuspended(): boolean {
    return connectionOf(this).transport?.isSuspended ?? false;
  }

  /** With the option `flow`: how long the newest answer to a ping took (ms), or undefined before there was one. */
  get roundTripTime(): number | undefined {
    return connectionOf(this).transport?.roundTripTime;
  }

  // ---- Async reads ----
  // They wait in a line with each other, and results belong to the caller. While one waits, a sync read throws
  // ERR_READ_PENDING; bytes that arrive go to those who wait, and `message` follows if some remain.

  /**
   * Reads exactly n bytes, as soon as they are there.
   * @returns rejects with `WebsockClosedError` when the connection ends before, with `WebsockError` `ERR_TRUNCATED`
   *   when bytes were lost at the end, with the signal's reason when it is aborted (nothing is consumed), and with
   *   RangeError for an n that is no length or over `receiveLimit`
   */
  read(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.read(n, options);
  }

  /**
   * Reads what is there, at least 1 byte.
   * @returns null at a clean end (code 1000 or 1005); otherwise it rejects as {@link read} does
   */
  readSome(options?: ReadSomeOptions): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#reader.readSome(options);
  }

  /** Fills a view, all of it, and resolves with it; rejects as {@link read} does, and has written nothing then. */
  readInto<View extends ArrayBufferView>(view: View, options?: ReadOptions): Promise<View> {
    return this.#reader.readInto(view, options);
  }

  /**
   * Reads up to a byte or a run of bytes, which a string gives as UTF-8, and that too.
   * @returns rejects as {@link read} does; with `ERR_RECEIVE_OVERFLOW`, nothing consumed, when the first `limit`
   *   bytes (default: `receiveLimit`) are without the delimiter
   */
  readUntil(
    delimiter: number | Uint8Array | string,
    options?: ReadUntilOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.readUntil(delimiter, options);
  }

  /** The next n bytes, as soon as they are there, without consuming them; rejects as {@link read} does. */
  peek(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.peek(n, options);
  }

  /** Reads chunk after chunk until a clean end; leaving the loop leaves the socket open. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const connection = connectionOf(this);
    for (let chunk; (chunk = await this.#readOff(connection));) yield chunk;
  }

  /**
   * Reads line after line, as UTF-8 without the line end (LF or CR LF), until a clean end; what stands behind the last line end
   * then is a line too. Leaving the loop leaves the socket open.
   * @param options `limit`: the most bytes in a line with its end, default `receiveLimit`; a longer one is `ERR_RECEIVE_OVERFLOW`
   */
  lines(options?: ReadUntilOptions): AsyncGenerator<string, void, undefined> {
    return linesOf(this.#reader, options);
  }

  /**
   * What arrives as a stream, one for each connection: a byte stream where the platform has those. Reading it is as
   * {@link readSome}; cancelling it closes the socket.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const connection = this.#streams();
    return (this.#readable ??= makeReadable({
      readSome: (options) => this.#readOff(connection, options),
      close: () => connection.close(),
    }));
  }

  /**
   * Whether a reader that does not keep up stops the peer: `'transport'` over a WebSocketStream or a pair of
   * streams, `'none'` over a WebSocket or a data channel, where bytes queue up to `receiveLimit`.
   */
  get backpressure(): 'transport' | 'none' {
    return connectionOf(this).transport?.backpressure ? 'transport' : 'none';
  }

  /** Withholds `message` and holds waiting reads; with backpressure, stops the channel. Sync reads go on. */
  pause(): void {
    this.#reader.isPaused = true;
    this.#reader.serve();
  }

  /** Ends {@link pause}: waiting reads are served, and `message` comes if bytes have arrived and remain. */
  resume(): void {
    this.#reader.isPaused = false;
    this.#reader.serve();
    connectionOf(this).tellUntold();
  }

  // ---- Sending ----

  /**
   * Sends bytes, or text as UTF-8, and waits until at most `below` bytes (default: `sendHighWaterMark`) have not left. They are taken
   * at the call. So `await` in a loop of writes keeps no more than that and a chunk in memory.
   * @returns rejects with `WebsockClosedError` when the connection is closing or ends meanwhile, with the signal's
   *   reason when the waiting is aborted (the bytes leave nevertheless), and as {@link send} throws
   */
  async write(data: Bytes | string, options?: DrainOptions): Promise<void> {
    const closed = connectionOf(this).closedError('write');
    if (closed) throw closed;
    this.send(data);
    await this.drained(options);
  }

  /**
   * Resolves when at most `below` bytes (default: `sendHighWaterMark`) have not left. For a WebSocket that is polled, since
   * the platform has no event for it.
   * @returns rejects with `WebsockClosedError` when the connection ends first, and with the signal's reason
   */
  async drained({
    below = connectionOf(this).options.sendHighWaterMark,
    signal,
  }: DrainOptions = {}): Promise<void> {
    const closed = connectionOf(this).closedError('wait for bytes to leave');
    if (closed) throw closed;
    if (!(below >= 0)) throw new RangeError(`Cannot wait for ${below} bytes: it must be 0 or more`);
    this.flush();
    await this.#drain.wait(below, signal);
  }

  /** A stream of chunks to send, one for each connection: each is a {@link write}. Closing or aborting it closes the socket. */
  get writable(): WritableStream<Bytes | string> {
    const connection = this.#streams();
    return (this.#writable ??= makeWritable({
      write: async (bytes, options) => {
        const closed = connection.closedError('write');
        if (closed) throw closed;
        await this.write(bytes, options);
      },
      close: (code) => connection.close(code),
      closed: connection.whenClosed.promise,
      closedError: () => connection.closedError('write'),
    }));
  }

  // ---- Inside ----

  get #reader(): ByteReader {
    const connection = connectionOf(this);
    return (connection.reader ??= new ByteReader(connection.receiveQueue, connection));
  }

  get #drain(): Drain {
    const connection = connectionOf(this);
    return (connection.drain ??= new Drain(connection));
  }

  /** The connection that streams are to be made of; those of an earlier one are its. */
  #streams(): Connection {
    const connection = connectionOf(this);
    if (this.#streaming !== connection) this.#readable = this.#writable = undefined;
    this.#streaming = connection;
    return connection;
  }

  /** As {@link readSome}, but never off a later connection than the one that is meant. */
  async #readOff(
    connection: Connection,
    options?: ReadSomeOptions,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    if (connection !== connectionOf(this)) throw connection.closedError('read')!;
    return this.#reader.readSome(options);
  }
}

/** What the option `flow` needs of a socket. */
const toolsOf = (sock: Websock): FlowTools => ({
  options: connectionOf(sock).options,
  Plain: ChannelTransport,
});

export interface Websock extends NumberReads {}
