/**
 * The socket as its users see it: the core plus the asynchronous part.
 */
import { AsyncConnection } from './async-connection.js';
import type { WebsockTap } from './events.js';
import type { WebsockOptions } from './options.js';
import type {
  ByteReader,
  ReadOptions,
  ReadSomeOptions,
  ReadUntilOptions,
} from './receive/byte-reader.js';
import { linesOf } from './receive/lines.js';
import { addNumberReads, type NumberReads } from './receive/number-reads.js';
import { makeReadable } from './receive/readable.js';
import type { DrainOptions } from './send/drain.js';
import type { Bytes } from './send/send-queue.js';
import { makeWritable } from './send/writable.js';
import { ChannelTransport, type Channel } from './transport/channel.js';
import type { FlowTools } from './transport/flow.js';
import { DuplexTransport, isDuplex, type DuplexChannel } from './transport/duplex.js';
import { begin, connectionOf as coresConnectionOf, WebsockCore } from './websock-core.js';

/** The class WebSocketStream, which lib.dom does not declare. */
type WebSocketStreamClass = new (url: string, options: { protocols: string[] }) => DuplexChannel;

/**
 * A TCP-style byte stream over a WebSocket, an RTCDataChannel or a pair of streams. Received bytes wait in a queue, from which you
 * read what your protocol needs, synchronously or asynchronously; bytes to send are buffered and flushed. Message boundaries
 * carry no meaning.
 *
 * @example
 * const sock = new Websock();
 * sock.open('wss://example.org/chat', ['binary']);
 * sock.send('hello\n');
 * for await (const line of sock.lines()) console.log(line);
 */
// oxlint-disable-next-line no-unsafe-declaration-merging -- addNumberReads() adds these members
export class Websock extends WebsockCore {
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Bytes | string> | undefined;
  /** The connection that the two streams belong to. */
  #streaming: AsyncConnection | undefined;

  /**
   * @throws RangeError for an option outside its range
   * @throws TypeError for an unknown option
   */
  constructor(options?: WebsockOptions) {
    super(options, AsyncConnection);
  }

  /**
   * Opens a WebSocket as {@link WebsockCore.open} does, or with `transport: 'auto'` a WebSocketStream if the platform has it
   * (unless the option `WebSocket` or `flow` is set).
   */
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
   * Uses an existing channel: a WebSocket, an ordered and reliable RTCDataChannel, or anything that has
   * `send`, `close` and `readyState`; its `on...` properties and `binaryType` are set. Also accepts a WebSocketStream, or a
   * `{readable, writable}` pair of streams from a WebTransport, a TCPSocket or a TransformStream, and locks the streams. A channel
   * that is already open causes no `open` event; `opened` is resolved. An earlier channel is closed, as by {@link open}.
   * @throws TypeError when a member is missing, a stream is locked, or the data channel is unordered or unreliable; for a
   * WebSocketStream with the option `flow`
   * @throws WebsockError `ERR_STATE` when the channel is closed
   */
  override attach(channel: Channel | DuplexChannel): void {
    const { text, flow } = connectionOf(this).options;
    const transport = flow?.attach(channel, toolsOf(this));
    if (transport) begin(this, transport);
    else if (isDuplex(channel)) begin(this, new DuplexTransport(channel, text));
    else super.attach(channel);
  }

  /**
   * Creates a socket that continues from the state returned by {@link freeze}, for example after a page reload. It is open at once,
   * and suspended until the server has answered. If two sockets continue from the same state, one prevails and the other ends with `ERR_RESUME`.
   * @param options must include the option `flow`, as on the frozen socket
   * @throws TypeError for a string that is not from `freeze()`, or without the option `flow`
   */
  static thaw(state: string, options: WebsockOptions): Websock {
    const sock = new this(options);
    begin(sock, options.flow!.thaw(state, toolsOf(sock)));
    return sock;
  }

  /**
   * Ends this direction only: the peer can read to the end, and can still send. Bytes pushed after this call are
   * dropped. Needs a pair of streams, or the option `flow` and a server that supports it.
   * @returns resolves when the peer has received everything that was pushed (with a pair, when its `writable` has closed); rejects
   * with `ERR_STATE` when there is no open channel with half-close, and with `WebsockClosedError` when the connection ends first
   */
  async end(): Promise<void> {
    return connectionOf(this).end();
  }

  /**
   * Stops the socket and returns its state as a string for `sessionStorage`: the unread and unsent bytes, and what it takes to resume.
   * Needs the option `flow`. Anyone who knows the string can take over the stream.
   * @throws WebsockError `ERR_STATE` when the socket has no flow session, or its state exceeds 4 Mi characters
   */
  freeze(): string {
    const connection = connectionOf(this);
    return connection.able('isFlow', 'freeze').freeze!(
      connection.receiveQueue,
      connection.unsent(),
    );
  }

  /** With the option `flow`: whether the connection is lost and the stream is waiting for another. */
  get isSuspended(): boolean {
    return connectionOf(this).transport?.isSuspended ?? false;
  }

  /** With the option `flow`: the round-trip time of the latest ping (ms), or undefined before the first. */
  get roundTripTime(): number | undefined {
    return connectionOf(this).transport?.roundTripTime;
  }

  // ---- Watching ----

  /**
   * A function that is called with all bytes in order: received bytes before anything else sees them, sent bytes once the channel
   * has accepted them. They are the bytes of the stream: text as UTF-8, the subprotocol `base64` decoded, with flow each
   * byte once. Bytes that the socket drops or rejects are not shown.
   *
   * It may be set and unset at any time, and stays set for later connections. Its exceptions are reported
   * (`reportError`) and have no other effect.
   *
   * @example
   * sock.tap = (direction, bytes) => console.log(direction, bytes.length);
   */
  get tap(): WebsockTap | undefined {
    return connectionOf(this).tap;
  }

  set tap(tap: WebsockTap | undefined) {
    connectionOf(this).tap = tap;
  }

  /** A copy of the options in effect, defaults included. */
  get options(): Required<Omit<WebsockOptions, 'WebSocket' | 'flow'>> {
    return { ...connectionOf(this).options };
  }

  // ---- Async reads ----
  // They are served in order, and results belong to the caller. While one is pending, a sync read throws
  // ERR_READ_PENDING; bytes that arrive go to pending reads first, and `message` follows if some remain.

  /**
   * Reads exactly n bytes, as soon as they are available.
   * @returns rejects with `WebsockClosedError` when the connection ends first, with `WebsockError` `ERR_TRUNCATED`
   *   when bytes were lost at the end, with the signal's reason when it is aborted (nothing is consumed), and with
   *   RangeError for an n that is not a length or exceeds `receiveLimit`
   */
  read(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.read(n, options);
  }

  /**
   * Reads what is available, at least 1 byte.
   * @returns null at a clean end (code 1000 or 1005); otherwise it rejects as {@link read} does
   */
  readSome(options?: ReadSomeOptions): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#reader.readSome(options);
  }

  /** Fills a whole view and resolves with it; rejects as {@link read} does, without having written anything. */
  readInto<View extends ArrayBufferView>(view: View, options?: ReadOptions): Promise<View> {
    return this.#reader.readInto(view, options);
  }

  /**
   * Reads up to and including a delimiter: a byte, a run of bytes, or a string (as UTF-8).
   * @returns rejects as {@link read} does; with `ERR_RECEIVE_OVERFLOW`, and nothing consumed, when the first `limit`
   *   bytes (default: `receiveLimit`) do not contain the delimiter
   */
  readUntil(
    delimiter: number | Uint8Array | string,
    options?: ReadUntilOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.readUntil(delimiter, options);
  }

  /** The next n bytes, as soon as they are available, without consuming them; rejects as {@link read} does. */
  peek(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.peek(n, options);
  }

  /** Reads chunk after chunk until a clean end; leaving the loop leaves the socket open. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const connection = connectionOf(this);
    for (let chunk; (chunk = await this.#readOff(connection));) yield chunk;
  }

  /**
   * Reads line after line, as UTF-8 without the line end (LF or CR LF), until a clean end; text after the last line end
   * counts as a line. Leaving the loop leaves the socket open.
   * @param options `limit`: the most bytes in a line, line end included, default `receiveLimit`; a longer line throws
   * `ERR_RECEIVE_OVERFLOW`. `signal`: aborting it makes the loop throw the signal's reason; an incomplete line stays unread
   */
  lines(options?: ReadUntilOptions): AsyncGenerator<string, void, undefined> {
    return linesOf(this.#reader, options);
  }

  /**
   * The received bytes as a stream, one per connection: a byte stream if the platform has those. Reading it works like
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
   * Whether a slow reader stops the peer: `'transport'` over a WebSocketStream, a pair of streams or a flow session;
   * `'none'` over a plain WebSocket or a data channel, where bytes queue up to `receiveLimit`.
   */
  get backpressure(): 'transport' | 'none' {
    return connectionOf(this).transport?.backpressure ? 'transport' : 'none';
  }

  /** Withholds `message` and pending async reads; with backpressure, stops the channel. Sync reads still work. */
  pause(): void {
    this.#reader.isPaused = true;
    this.#reader.serve();
  }

  /** Ends {@link pause}: pending reads are served, and `message` is emitted if bytes have arrived and remain. */
  resume(): void {
    this.#reader.isPaused = false;
    this.#reader.serve();
    connectionOf(this).tellUntold();
  }

  // ---- Sending ----

  /**
   * Sends bytes, or text as UTF-8, and waits until at most `below` bytes (default: `sendHighWaterMark`) are unsent. The
   * array may be reused afterwards. A loop that awaits each write thus keeps at most that plus one chunk in memory.
   * @returns rejects with `WebsockClosedError` when the connection is closing or ends meanwhile, with the signal's
   *   reason when the wait is aborted (the bytes are still sent), and with whatever {@link send} throws
   */
  async write(data: Bytes | string, options?: DrainOptions): Promise<void> {
    const closed = connectionOf(this).closedError('write');
    if (closed) throw closed;
    this.send(data);
    await this.drained(options);
  }

  /**
   * Resolves when at most `below` bytes (default: `sendHighWaterMark`) are unsent. For a WebSocket this is polled, since
   * the platform has no event for it.
   * @returns rejects with `WebsockClosedError` when the connection ends first, and with the signal's reason when it is aborted
   */
  async drained({
    below = connectionOf(this).options.sendHighWaterMark,
    signal,
  }: DrainOptions = {}): Promise<void> {
    const closed = connectionOf(this).closedError('wait for bytes to leave');
    if (closed) throw closed;
    if (!(below >= 0)) throw new RangeError(`Cannot wait for ${below} bytes: it must be 0 or more`);
    this.flush();
    await connectionOf(this).drain.wait(below, signal);
  }

  /** A stream of chunks to send, one per connection: each chunk is a {@link write}. Closing or aborting it closes the socket. */
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
    return connectionOf(this).reader;
  }

  /** The connection that new streams belong to; streams of an earlier connection stay with that one. */
  #streams(): AsyncConnection {
    const connection = connectionOf(this);
    if (this.#streaming !== connection) this.#readable = this.#writable = undefined;
    this.#streaming = connection;
    return connection;
  }

  /** Reads as {@link readSome} does, but never from a later connection than the given one. */
  async #readOff(
    connection: AsyncConnection,
    options?: ReadSomeOptions,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    if (connection !== connectionOf(this)) throw connection.closedError('read')!;
    return this.#reader.readSome(options);
  }
}

/** The current connection of a socket; the constructor chose its class. */
const connectionOf = (sock: Websock): AsyncConnection => coresConnectionOf(sock) as AsyncConnection;

/** What the option `flow` needs from a socket. */
const toolsOf = (sock: Websock): FlowTools => ({
  options: connectionOf(sock).options,
  Plain: ChannelTransport,
});

addNumberReads(Websock.prototype, (sock) => connectionOf(sock).reader);

export interface Websock extends NumberReads {}
