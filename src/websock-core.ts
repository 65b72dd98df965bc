/**
 * The synchronous part of the socket: lifecycle, events, reads from the queue, pushes. Each channel that it opens or attaches
 * gets a connection, which does the work.
 */
import { Connection } from './connection.js';
import { WebsockError } from './errors.js';
import {
  Emitter,
  type CloseInfo,
  type OnceOptions,
  type WebsockEventName,
  type WebsockEvents,
  type WebsockHandler,
} from './events.js';
import { resolveOptions, type WebsockCoreOptions, type WebsockOptions } from './options.js';
import type { Cursor } from './receive/cursor.js';
import { viewOf, type QueueView } from './receive/queue-view.js';
import type { ReceiveQueue } from './receive/receive-queue.js';
import type { Bytes } from './send/send-queue.js';
import { ChannelTransport, type Channel } from './transport/channel.js';
import { checkClose } from './transport/close-code.js';
import { withoutSecrets } from './transport/failure.js';
import type { Transport } from './transport/transport.js';

/** The state of a socket: `unused` before the first open, then that of its channel. */
export type WebsockState = 'unused' | 'connecting' | 'open' | 'closing' | 'closed' | 'unknown';

/**
 * What a function for `tryRead` may return: not a promise, since bytes read later can't be put back. The text is for the
 * compiler's error.
 */
export type Settled<T> = T extends PromiseLike<unknown> ? 'a function that returns no promise' : T;

/** Shared, so that reads need not create an object each. */
const VIEW = { copy: false };

/**
 * The synchronous part of {@link Websock}: reads, pushes, events and lifecycle, over a WebSocket or an
 * RTCDataChannel. Received bytes wait in a queue, from which you read what your protocol needs (`rQ...`, big-endian,
 * unsigned; {@link queue} for the rest); bytes to send are buffered (`sQ...`) and flushed. Message boundaries carry no
 * meaning.
 *
 * A read of more bytes than are queued throws `ReceiveUnderflowError` and consumes nothing; a length that is
 * negative, fractional or NaN is a RangeError.
 *
 * @example
 * const sock = new WebsockCore();
 * sock.on('message', () => {
 *   let text;
 *   while ((text = sock.tryRead(() => sock.rQshiftStr(sock.rQshift16()))) !== undefined) {
 *     console.log(text);
 *   }
 * });
 * sock.open('wss://example.org/chat', ['binary']);
 */
// oxlint-disable-next-line no-unsafe-declaration-merging -- the constructor adds the members where the symbols exist
export class WebsockCore {
  /** @internal Access for the package's own subclasses. A field, since React Native's Babel preset does not support static blocks. */
  static readonly inside = [
    (sock: WebsockCore): Connection => sock.#connection,
    (sock: WebsockCore): ReceiveQueue => sock.#reads,
    (sock: WebsockCore, transport: Transport): void => sock.#begin(transport),
    (sock: WebsockCore): void => {
      sock.#connection.leave();
      sock.#newConnection();
    },
  ] as const;

  readonly #options;
  readonly #emitter = new Emitter();
  readonly #Connection;

  #connection!: Connection;
  /** Where sync reads go: the receive queue, or a stand-in that refuses them while async reads are pending. One field, for speed. */
  #reads!: ReceiveQueue;
  /**
   * The next bytes of `#reads`, or none. Most numbers are read from it directly, bypassing the queue. `rQlen()` reads the length from
   * it too: in a loop of reads the engine then has it at hand, which makes the loop a third faster.
   */
  #cursor!: Cursor;
  #queue: QueueView | undefined;

  /**
   * @throws RangeError for an option outside its range
   * @throws TypeError for an unknown option
   */
  constructor(options?: WebsockCoreOptions);
  /** @internal */
  constructor(options: WebsockCoreOptions | undefined, Kind: typeof Connection);
  constructor(options: WebsockCoreOptions = {}, Kind = Connection) {
    this.#options = resolveOptions(options as WebsockOptions);
    this.#Connection = Kind;
    this.#newConnection();
    // Not class members: where the symbols are missing, they would be named "undefined".
    const { dispose, asyncDispose } = Symbol as { dispose?: symbol; asyncDispose?: symbol };
    const disposers: Record<symbol, () => unknown> = this as never;
    if (dispose) disposers[dispose] = this.dispose;
    if (asyncDispose) disposers[asyncDispose] = this.#closeAndDispose;
  }

  // ---- Lifecycle ----

  /**
   * Opens a WebSocket, as `new WebSocket(url, protocols)` does; there is no default subprotocol. An earlier
   * channel is closed with 1000 and ignored from then on, and both queues start empty.
   * @param protocols subprotocols to offer, RFC 6455 section 1.9
   * @throws WebsockError `ERR_STATE` when the runtime has no WebSocket and the option `WebSocket` is not set
   * @throws DOMException (SyntaxError) as WebSocket does; an earlier channel then stays in use
   */
  open(url: string | URL, protocols: string | readonly string[] = []): void {
    const { text, WebSocket = globalThis.WebSocket } = this.#options;
    if (!WebSocket) {
      const advice = 'this runtime has no WebSocket: pass one as the option WebSocket';
      throw new WebsockError('ERR_STATE', `Cannot open ${withoutSecrets(url)}: ${advice}`);
    }
    const socket = new WebSocket(url, protocols as string | string[]);
    this.#begin(new ChannelTransport(socket, text, [protocols].flat()));
  }

  /**
   * Uses an existing channel: a WebSocket, an ordered and reliable RTCDataChannel, or anything that has
   * `send`, `close` and `readyState`; its `on...` properties and `binaryType` are set. A channel that is already open causes no `open`
   * event; `opened` is resolved. An earlier channel is closed, as by {@link open}.
   * @throws TypeError when a member is missing, or the data channel is unordered or unreliable
   * @throws WebsockError `ERR_STATE` when the channel is closed
   */
  attach(channel: Channel): void {
    this.#begin(new ChannelTransport(channel, this.#options.text));
  }

  /**
   * Flushes, then closes. Bytes that arrive later are dropped, queued ones stay readable, and pending async reads are
   * rejected. `close` is emitted when the connection has ended, without an `error` before it unless the flush fails. Without a
   * connection, or called again, it does nothing.
   * @param code 1000 (default) or 3000 to 4999
   * @param reason at most 123 bytes of UTF-8
   * @throws RangeError for any other code or a longer reason; the connection then stays open
   */
  close(code?: number, reason?: string): void {
    checkClose(code, reason);
    this.#connection.close(code, reason);
  }

  /**
   * Closes with 1000 and removes all handlers, so no further event is emitted. Unread bytes stay readable, and
   * the socket can be opened again.
   */
  dispose(): void {
    this.#emitter.clear();
    this.#connection.leave();
  }

  /** The state: `unused`, `connecting`, `open`, `closing`, `closed`; `unknown` if the channel reports anything else. */
  get readyState(): WebsockState {
    return this.#connection.state;
  }

  /** The URL of the WebSocket; empty for other channels. */
  get url(): string {
    return this.#connection.transport?.url ?? '';
  }

  /** The subprotocol that the server chose, or an empty string. */
  get protocol(): string {
    return this.#connection.transport?.protocol ?? '';
  }

  /** How many bytes were received on this connection. */
  get bytesReceived(): number {
    return this.#connection.bytesReceived;
  }

  /** How many bytes were handed to the channel on this connection. */
  get bytesSent(): number {
    return this.#connection.bytesSent;
  }

  /** Resolves when the connection is open; rejects with `WebsockClosedError` when it ends first. New for each connection. */
  get opened(): Promise<void> {
    return this.#connection.whenOpen.promise;
  }

  /** Resolves when the connection has ended; never rejects. New for each connection. */
  get closed(): Promise<CloseInfo> {
    return this.#connection.whenClosed.promise;
  }

  // `keyof WebsockEvents`, not its alias: the compiler's error for a wrong name then lists the valid ones.

  /**
   * Adds a handler for an event; {@link WebsockEvents} lists them. Handlers run synchronously. If one throws, the others still run,
   * and then the exception propagates to the code that delivered the event (the browser reports it).
   * @returns a function that removes the handler
   * @throws TypeError for an unknown event or a handler that is not a function
   */
  on<Name extends keyof WebsockEvents & string>(
    event: Name,
    handler: WebsockHandler<Name>,
  ): () => void {
    return this.#listen(event, handler);
  }

  /**
   * Resolves with the event's payload the next time it is emitted; rejects with the signal's reason when aborted.
   * @throws TypeError for an unknown event
   */
  once<Name extends keyof WebsockEvents & string>(
    event: Name,
    { signal }: OnceOptions = {},
  ): Promise<WebsockEvents[Name]> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const abort = (): void => end(() => reject(signal!.reason as Error));
      const off = this.#listen(event, (payload) => end(() => resolve(payload)));
      const end = (settle: () => void): void => {
        off();
        signal?.removeEventListener('abort', abort);
        settle();
      };
      signal?.addEventListener('abort', abort);
    });
  }

  /** Removes a handler; without one, all handlers of the event. */
  off<Name extends keyof WebsockEvents & string>(
    event: Name,
    handler?: WebsockHandler<Name>,
  ): void {
    this.#emitter.off(event, handler);
  }

  // ---- Receiving ----

  /** How many bytes are unread. */
  rQlen(): number {
    // A reader without a handler either calls this or runs short; both let a paused channel continue.
    this.#connection.goOn();
    return this.#cursor.length;
  }

  /** The next byte, without consuming it. */
  rQpeek8(): number {
    return this.#reads.peekUint8();
  }

  /** The next n bytes, without consuming them; see {@link rQshiftBytes} for `copy`. */
  rQpeekBytes(n: number, copy = true): Uint8Array<ArrayBuffer> {
    return this.#reads.peekBytes(n, copy ? undefined : VIEW);
  }

  /** Consumes n bytes without reading them. */
  rQskipBytes(n: number): void {
    this.#reads.skip(n);
  }

  /** Reads a byte. */
  rQshift8(): number {
    const cursor = this.#cursor;
    if (cursor.position >= cursor.end) return this.#reads.readUint8();
    return cursor.bytes[cursor.position++];
  }

  /** Reads 2 bytes as an unsigned big-endian integer. */
  rQshift16(): number {
    const cursor = this.#cursor;
    const { bytes, position } = cursor;
    if (position + 2 > cursor.end) return this.#reads.readUint16();
    cursor.position = position + 2;
    return (bytes[position] << 8) | bytes[position + 1];
  }

  /** Reads 4 bytes as an unsigned big-endian integer. */
  rQshift32(): number {
    const cursor = this.#cursor;
    const { bytes, position } = cursor;
    if (position + 4 > cursor.end) return this.#reads.readUint32();
    cursor.position = position + 4;
    const high = (bytes[position] << 8) | bytes[position + 1];
    return ((high << 16) | (bytes[position + 2] << 8) | bytes[position + 3]) >>> 0;
  }

  /** Reads n bytes as Latin-1 text. */
  rQshiftStr(n: number): string {
    return this.#reads.readLatin1(n);
  }

  /**
   * Reads n bytes.
   * @param copy `false`: the result may be a view into the queue, valid until more bytes arrive; don't write to it
   */
  rQshiftBytes(n: number, copy = true): Uint8Array<ArrayBuffer> {
    return this.#reads.readBytes(n, copy ? undefined : VIEW);
  }

  /** Reads n bytes (default: `target.length`) into the start of `target`. */
  rQshiftTo(target: Uint8Array, n?: number): void {
    this.#reads.readInto(target, n);
  }

  /**
   * Whether fewer than n bytes are queued. If so, it first steps back by `goback` bytes, so that a handler can
   * return and start over with the next `message`.
   * @param msg what you are waiting for; used in error messages
   * @param n `Infinity`: more than are queued
   * @throws RangeError when `goback` bytes are no longer kept, see {@link ReceiveQueue.rewind}; then nothing moves
   */
  rQwait(msg: string, n: number, goback = 0): boolean {
    if (!((isCount(n) || n === Infinity) && isCount(goback))) throw noWait(msg, n, goback);
    if (this.#reads.has(n)) return false;
    if (goback > 0) this.#reads.rewind(goback);
    return true;
  }

  /**
   * Runs a parser that reads straight through. When the queue runs short inside it, everything is put back and the result is
   * undefined; see {@link ReceiveQueue.tryRead}.
   * @throws TypeError when fn returns a promise, or whatever fn throws; the queue is put back in both cases
   */
  tryRead<T>(fn: () => Settled<T>): T | undefined {
    return this.#reads.tryRead(fn as () => T);
  }

  /**
   * The queue itself, with all its reads: little-endian, signed, 64-bit, floats, UTF-8, `indexOf`. The same rules apply:
   * it throws `ERR_READ_PENDING` while an async read is pending. It is the same object for all connections of the socket.
   *
   * @example
   * const size = sock.queue.readUint32(true); // little-endian
   * const name = sock.queue.readUtf8(size);
   */
  get queue(): QueueView {
    return (this.#queue ??= viewOf(() => {
      this.#connection.goOn();
      return this.#reads;
    }));
  }

  // ---- Sending ----
  // Before the first open a push throws ERR_STATE. While connecting, bytes are queued; after the end they are dropped.

  /** Pushes the low 8 bits of a number. */
  sQpush8(value: number): void {
    this.#connection.outgoing('push')?.writeUint8(value);
  }

  /** Pushes the low 16 bits of a number, big-endian. */
  sQpush16(value: number): void {
    this.#connection.outgoing('push')?.writeUint16(value);
  }

  /** Pushes the low 32 bits of a number, big-endian. */
  sQpush32(value: number): void {
    this.#connection.outgoing('push')?.writeUint32(value);
  }

  /**
   * Pushes text as Latin-1.
   * @throws RangeError when a code unit is over 0xFF; then nothing is pushed
   */
  sQpushString(text: string): void {
    this.#connection.outgoing('push')?.writeLatin1(text);
  }

  /**
   * Pushes bytes. The array may be reused afterwards.
   * @throws WebsockError `ERR_SEND_OVERFLOW` when more than `sendLimit` bytes would be queued; then none are pushed
   */
  sQpushBytes(bytes: Bytes): void {
    this.#connection.outgoing('push')?.writeBytes(bytes);
  }

  /** Sends what was pushed; while connecting, it is sent once the connection is open. */
  flush(): void {
    this.#connection.flush();
  }

  /**
   * Pushes bytes, or text as UTF-8, and flushes.
   * @returns false when the connection is closing or closed, and the bytes were dropped
   */
  send(data: Bytes | string): boolean {
    const queue = this.#connection.outgoing('send');
    if (typeof data === 'string') queue?.writeUtf8(data);
    else queue?.writeBytes(data);
    this.#connection.flush();
    return queue !== undefined && (this.readyState === 'open' || this.readyState === 'connecting');
  }

  /** How many bytes are unsent: those in the send queue and, where the runtime reports them, those in the channel. */
  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  // ---- Inside ----

  #listen<Name extends WebsockEventName>(event: Name, handler: WebsockHandler<Name>): () => void {
    const off = this.#emitter.on(event, handler);
    // A channel that was paused because nobody was reading may have a reader now.
    this.#connection.regulate();
    return off;
  }

  async #closeAndDispose(): Promise<void> {
    this.close(1000);
    if (this.readyState !== 'unused') await this.closed;
    this.dispose();
  }

  #newConnection(): void {
    this.#connection = new this.#Connection(this.#options, this.#emitter, (reads, cursor) => {
      this.#reads = reads;
      this.#cursor = cursor;
    });
  }

  #begin(transport: Transport): void {
    if (transport.state === 'closed') {
      throw new WebsockError('ERR_STATE', 'Cannot attach the channel: it is closed');
    }
    this.#connection.leave();
    if (this.readyState === 'closed') this.#newConnection();
    this.#connection.start(transport);
  }
}

export const [
  /** The current connection of a socket. */
  connectionOf,
  /** The queue that sync reads use; any call on it throws `ERR_READ_PENDING` while an async read is pending. */
  readsOf,
  /** Switches to a new channel; if that is closed, throws and changes nothing. */
  begin,
  /** Leaves the channel as `dispose()` does, but keeps the handlers and drops unread bytes; the socket is `unused` again. */
  reset,
] = WebsockCore.inside;

/** The members that `using` and `await using` need, where the consumer's lib declares the symbols. */
export interface WebsockCore extends Disposable, AsyncDisposable {}

declare global {
  // Empty declarations, which merge with those of lib.esnext.disposable if that is used.
  interface Disposable {}
  interface AsyncDisposable {}
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0;

function noWait(msg: string, n: number, goback: number): RangeError {
  const rule = 'both must be whole numbers, 0 or more';
  return new RangeError(`Cannot wait for ${n} bytes of ${msg}, going back ${goback}: ${rule}`);
}
