/**
 * The socket with what is synchronous: lifecycle, events, reads off the queue, pushes. Each channel that it opens or attaches
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
import type { Transport } from './transport/transport.js';

/** The state of a socket: `unused` before the first open, then that of its channel. */
export type WebsockState = 'unused' | 'connecting' | 'open' | 'closing' | 'closed' | 'unknown';

/** What a function for `tryRead` may return: no promise, for the bytes it would read later can't be put back. */
export type Settled<T> = T extends PromiseLike<unknown> ? never : T;

/** A close frame's payload is at most 125 bytes, two of them the code: RFC 6455 section 5.5. */
const REASON_MAX = 123;

/** One object, not one per read: `{ copy: false }`. */
const VIEW = { copy: false };

// What the package's own subclasses reach; not for users.

/** The connection that a socket has now. */
export let connectionOf: (sock: WebsockCore) => Connection;
/** The queue that sync reads go to; asking anything of it throws `ERR_READ_PENDING` while an async read waits. */
export let readsOf: (sock: WebsockCore) => ReceiveQueue;
/** Starts on a new channel. Nothing has changed yet if it is refused. */
export let begin: (sock: WebsockCore, transport: Transport) => void;
/** Leaves the channel as `dispose()` does, drops unread bytes, keeps the handlers, and is `unused` again. */
export let reset: (sock: WebsockCore) => void;

/**
 * The part of {@link Websock} that needs no promises: sync reads, pushes, events and lifecycle, over a WebSocket or an
 * RTCDataChannel. Bytes that arrive wait in a receive queue and are read as a protocol wants them (`rQ...`, big-endian,
 * unsigned; {@link queue} for the rest); bytes to send are gathered (`sQ...`) and flushed. How messages were cut carries no
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
// oxlint-disable-next-line no-unsafe-declaration-merging -- the constructor adds them where there are the symbols
export class WebsockCore {
  static {
    connectionOf = (sock) => sock.#connection;
    readsOf = (sock) => sock.#reads;
    begin = (sock, transport) => sock.#begin(transport);
    reset = (sock) => {
      sock.#connection.leave();
      sock.#newConnection();
    };
  }

  readonly #options;
  readonly #emitter = new Emitter();

  #connection!: Connection;
  /** What sync reads go to: the receive queue, or what refuses them while async ones wait. One field, for speed. */
  #reads!: ReceiveQueue;
  /**
   * Numbers are mostly read in place, without the way through the queue: the next bytes of `#reads`, or none. The
   * length is read off it too: so the engine knows it already in a loop of reads, which runs a third faster.
   */
  #cursor!: Cursor;
  #queue: QueueView | undefined;

  /**
   * @throws RangeError for an option outside its range
   * @throws TypeError for an option that there is not
   */
  constructor(options: WebsockCoreOptions = {}) {
    this.#options = resolveOptions(options as WebsockOptions);
    this.#newConnection();
    // Members of the class would be called "undefined" where the symbols are missing.
    const { dispose, asyncDispose } = Symbol as { dispose?: symbol; asyncDispose?: symbol };
    const disposers: Record<symbol, () => unknown> = this as never;
    if (dispose) disposers[dispose] = this.dispose;
    if (asyncDispose) disposers[asyncDispose] = this.#closeAndDispose;
  }

  // ---- Lifecycle ----

  /**
   * Opens a WebSocket, as `new WebSocket(url, protocols)` does; there is no default subprotocol. An earlier
   * channel is closed with 1000 and not heard of again, and both queues start empty.
   * @param protocols subprotocols to offer, RFC 6455 section 1.9
   * @throws WebsockError `ERR_STATE` when the runtime has no WebSocket and the option `WebSocket` is not set
   * @throws DOMException (SyntaxError) as WebSocket does; then an earlier channel goes on
   */
  open(url: string | URL, protocols: string | readonly string[] = []): void {
    const { text, WebSocket = globalThis.WebSocket } = this.#options;
    if (!WebSocket) {
      const advice = 'this runtime has no WebSocket: pass one as the option WebSocket';
      throw new WebsockError('ERR_STATE', `Cannot open ${String(url)}: ${advice}`);
    }
    const socket = new WebSocket(url, protocols as string | string[]);
    this.#begin(new ChannelTransport(socket, text, [protocols].flat()));
  }

  /**
   * Uses a channel that somebody else made: a WebSocket, an ordered and reliable RTCDataChannel, or anything that has
   * `send`, `close` and `readyState`; its `on...` properties and `binaryType` are set. An open channel raises no `open` event;
   * `opened` is resolved. An earlier channel is treated as by {@link open}.
   * @throws TypeError when a member is missing, or the data channel is unordered or unreliable
   * @throws WebsockError `ERR_STATE` when the channel is closed
   */
  attach(channel: Channel): void {
    this.#begin(new ChannelTransport(channel, this.#options.text));
  }

  /**
   * Flushes, then closes. Bytes that come later are dropped, those queued stay readable; async reads that wait are
   * rejected. `close` tells when the connection has ended, and no `error` comes before it. Without a connection, or a second
   * time, it does nothing.
   * @param code 1000 (default) or 3000 to 4999
   * @param reason at most 123 bytes of UTF-8
   * @throws RangeError for another code or a longer reason; then the connection stays open
   */
  close(code?: number, reason?: string): void {
    checkClose(code, reason);
    this.#connection.close(code, reason);
  }

  /**
   * Closes with 1000 and takes all handlers away: no event is told from now on. Unread bytes stay readable, and
   * the socket can be opened again.
   */
  dispose(): void {
    this.#emitter.clear();
    this.#connection.leave();
  }

  /** The state: `unused`, `connecting`, `open`, `closing`, `closed`; `unknown` for a strange channel. */
  get readyState(): WebsockState {
    return this.#connection.state;
  }

  /** The URL of the WebSocket; empty for another channel. */
  get url(): string {
    return this.#connection.transport?.url ?? '';
  }

  /** The subprotocol that the server chose; empty for none. */
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

  /** Resolves when the connection is open; rejects with `WebsockClosedError` when it ends before. New for each open. */
  get opened(): Promise<void> {
    return this.#connection.whenOpen.promise;
  }

  /** Resolves when the connection has ended, and never rejects. New for each open. */
  get closed(): Promise<CloseInfo> {
    return this.#connection.whenClosed.promise;
  }

  /**
   * Adds a handler: `open`, `message`, `close`, `error`, `drain` or `idle`. Handlers run synchronously; what one throws goes to
   * whoever delivered the event (the browser reports it) after the others have run.
   * @returns a function that takes the handler away again
   * @throws TypeError for an unknown event, or a handler that is no function
   */
  on<Name extends WebsockEventName>(event: Name, handler: WebsockHandler<Name>): () => void {
    return this.#listen(event, handler);
  }

  /**
   * Resolves with what the event hands to its handlers, when it happens next; rejects with the signal's reason.
   * @throws TypeError for an unknown event
   */
  once<Name extends WebsockEventName>(
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

  /** Takes a handler away; without one, all handlers of the event. */
  off<Name extends WebsockEventName>(event: Name, handler?: WebsockHandler<Name>): void {
    this.#emitter.off(event, handler);
  }

  // ---- Receiving ----

  /** How many bytes are unread. */
  rQlen(): number {
    // Who reads without a handler asks this, or runs short: then a channel that was stopped may go on.
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

  /** Consumes n bytes unseen. */
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
   * @param copy `false`: the result may be a view into the queue, valid until more bytes arrive, not to be written to
   */
  rQshiftBytes(n: number, copy = true): Uint8Array<ArrayBuffer> {
    return this.#reads.readBytes(n, copy ? undefined : VIEW);
  }

  /** Reads n bytes, or as many as it holds, into the start of `target`. */
  rQshiftTo(target: Uint8Array, n?: number): void {
    this.#reads.readInto(target, n);
  }

  /**
   * Whether fewer than n bytes are queued. If so, it first steps back by `goback` bytes, so that a handler can
   * return and start over with the next `message`.
   * @param msg what is waited for, for the error's message
   * @param n `Infinity`: more than there are
   * @throws RangeError when so many bytes are no longer kept: see {@link ReceiveQueue.rewind}; nothing moves
   */
  rQwait(msg: string, n: number, goback = 0): boolean {
    if (!((isCount(n) || n === Infinity) && isCount(goback))) throw noWait(msg, n, goback);
    if (this.#reads.has(n)) return false;
    if (goback > 0) this.#reads.rewind(goback);
    return true;
  }

  /**
   * Runs a parser that reads straight on. When the queue runs short inside it, all is put back and the result is
   * undefined; see {@link ReceiveQueue.tryRead}.
   * @throws TypeError when fn returns a promise; and whatever fn throws, with the queue put back
   */
  tryRead<T>(fn: () => Settled<T>): T | undefined {
    return this.#reads.tryRead(fn);
  }

  /**
   * The queue itself, with all its reads: little-endian, signed, 64-bit, floats, UTF-8, `indexOf`. The same rules hold:
   * while an async read waits it throws `ERR_READ_PENDING`. It stays the socket's over all its connections.
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
  // Before the first open a push throws ERR_STATE. While connecting bytes wait; after the end they are dropped.

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
   * Pushes bytes, taken at the call.
   * @throws WebsockError `ERR_SEND_OVERFLOW` when more than `sendLimit` bytes would wait; then none is pushed
   */
  sQpushBytes(bytes: Bytes): void {
    this.#connection.outgoing('push')?.writeBytes(bytes);
  }

  /** Sends what was pushed; while connecting it leaves when the connection is open. */
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

  /** How many bytes have not left: those in our queue and, where the runtime tells, those in the channel. */
  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  // ---- Inside ----

  #listen<Name extends WebsockEventName>(event: Name, handler: WebsockHandler<Name>): () => void {
    const off = this.#emitter.on(event, handler);
    // A channel that was stopped for want of a reader may have one now.
    this.#connection.regulate();
    return off;
  }

  async #closeAndDispose(): Promise<void> {
    this.close(1000);
    if (this.readyState !== 'unused') await this.closed;
    this.dispose();
  }

  #newConnection(): void {
    this.#connection = new Connection(this.#options, this.#emitter, (reads, cursor) => {
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

/** `using` and `await using`: the members that these ask for, where the consumer's lib knows the symbols. */
export interface WebsockCore extends Disposable, AsyncDisposable {}

declare global {
  // Empty ones merge with those of lib.esnext.disposable, where that is used.
  interface Disposable {}
  interface AsyncDisposable {}
}

function checkClose(code = 1000, reason = ''): void {
  if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
    throw new RangeError(`Cannot close with ${code}: the code must be 1000 or from 3000 to 4999`);
  }
  // Jest's jsdom has no TextEncoder, and an empty reason needs none.
  const size = reason === '' ? 0 : new TextEncoder().encode(reason).length;
  if (size > REASON_MAX) {
    throw new RangeError(`Cannot close with a reason of ${size} bytes: the limit is ${REASON_MAX}`);
  }
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0;

function noWait(msg: string, n: number, goback: number): RangeError {
  const rule = 'both must be whole numbers, 0 or more';
  return new RangeError(`Cannot wait for ${n} bytes of ${msg}, going back ${goback}: ${rule}`);
}
