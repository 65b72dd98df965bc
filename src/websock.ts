/**
 * The socket: opens or attaches a channel, puts its bytes into the receive queue and those of the send queue
 * onto it, keeps the state and tells the events. It composes; the queues and the transport do the work.
 */
import { WebsockClosedError, WebsockError } from './errors.js';
import { Emitter, type CloseInfo, type WebsockEventName, type WebsockHandler } from './events.js';
import { resolveOptions, type ResolvedOptions, type WebsockOptions } from './options.js';
import { ReceiveQueue } from './receive/receive-queue.js';
import { SendQueue, type Bytes } from './send/send-queue.js';
import { ChannelTransport, type Channel } from './transport/channel.js';
import type { Transport, TransportEnd, TransportHandler } from './transport/transport.js';

/** The state of a {@link Websock}: `unused` before the first open, then that of its channel. */
export type WebsockState = 'unused' | 'connecting' | 'open' | 'closing' | 'closed' | 'unknown';

/** Sent when a message would exceed `receiveLimit`: 1009 is the code for it, but a page may not send that. */
const RECEIVE_OVERFLOW_CODE = 4009;

/** A close frame's payload is at most 125 bytes, two of them the code: RFC 6455 section 5.5. */
const REASON_MAX = 123;

/** One object, not one per read: `{ copy: false }`. */
const VIEW = { copy: false };

/**
 * A TCP-style byte stream over a WebSocket or an RTCDataChannel. Bytes that arrive wait in a receive queue and
 * are read as a protocol wants them (`rQ...`, big-endian, unsigned); bytes to send are gathered (`sQ...`) and
 * flushed. How messages were cut carries no meaning.
 *
 * A read of more bytes than are queued throws `ReceiveUnderflowError` and consumes nothing; a length that is
 * negative, fractional or NaN is a RangeError.
 *
 * @example
 * const sock = new Websock();
 * sock.on('message', () => {
 *   let text;
 *   while ((text = sock.tryRead(() => sock.rQshiftStr(sock.rQshift16()))) !== undefined) {
 *     console.log(text);
 *   }
 * });
 * sock.open('wss://example.org/chat', ['binary']);
 */
export class Websock {
  readonly #options: ResolvedOptions;
  readonly #emitter = new Emitter();

  #receiveQueue: ReceiveQueue;
  #sendQueue: SendQueue | undefined;
  #transport: Transport | undefined;

  /** `live`: the state is the channel's own. */
  #phase: 'unused' | 'live' | 'closing' | 'closed' = 'unused';
  /** What `close()` was told, while bytes still wait for the channel's room. */
  #pendingClose: [code?: number, reason?: string] | undefined;

  #opened = new Deferred<void>();
  #closed = new Deferred<CloseInfo>();
  #bytesReceived = 0;
  #bytesSent = 0;

  /** @throws RangeError for an option outside its range */
  constructor(options: WebsockOptions = {}) {
    this.#options = resolveOptions(options);
    this.#receiveQueue = this.#newReceiveQueue();
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
    const WebSocketClass = this.#options.WebSocket ?? globalThis.WebSocket;
    if (!WebSocketClass) {
      const advice = 'there is no WebSocket in this runtime: give one as the option WebSocket';
      throw new WebsockError('ERR_STATE', `Cannot open ${String(url)}: ${advice}`);
    }
    this.#begin(
      new WebSocketClass(url, typeof protocols === 'string' ? protocols : [...protocols]),
    );
  }

  /**
   * Uses a channel that somebody else made: a WebSocket, an ordered and reliable RTCDataChannel, or anything
   * with their members. Its `on...` properties and its `binaryType` are set. An open channel raises no `open`
   * event; `opened` is resolved. An earlier channel is treated as by {@link open}.
   * @throws TypeError when a member is missing, or the data channel is unordered or unreliable
   * @throws WebsockError `ERR_STATE` when the channel is closed
   */
  attach(channel: Channel): void {
    this.#begin(channel);
  }

  /**
   * Flushes, then closes. Bytes that come later are dropped, those queued stay readable; `close` tells when the
   * connection has ended. Without a connection, or a second time, it does nothing.
   * @param code 1000 or 3000 to 4999
   * @param reason at most 123 bytes of UTF-8
   * @throws RangeError for another code or a longer reason; then the connection stays open
   */
  close(code?: number, reason?: string): void {
    checkClose(code, reason);
    if (this.#phase !== 'live') return;
    this.#phase = 'closing';
    this.#pendingClose = [code, reason];
    try {
      this.#flushWaiting();
    } finally {
      this.#closeWhenSent();
    }
  }

  /**
   * Closes with 1000 and takes all handlers away: no event is told from now on. Unread bytes stay readable, and
   * the socket can be opened again.
   */
  dispose(): void {
    this.#emitter.clear();
    this.#leave();
  }

  /** The state: `unused`, `connecting`, `open`, `closing`, `closed`; `unknown` for a strange channel. */
  get readyState(): WebsockState {
    return this.#phase === 'live' ? this.#transport!.state : this.#phase;
  }

  /** The URL of the WebSocket; empty for a data channel. */
  get url(): string {
    return this.#transport?.url ?? '';
  }

  /** The subprotocol that the server chose; empty for none. */
  get protocol(): string {
    return this.#transport?.protocol ?? '';
  }

  /** How many bytes were received on this connection. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** How many bytes were handed to the channel on this connection. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Resolves when the connection is open; rejects with `WebsockClosedError` when it ends before. New for each open. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Resolves when the connection has ended, and never rejects. New for each open. */
  get closed(): Promise<CloseInfo> {
    return this.#closed.promise;
  }

  /**
   * Adds a handler: `open`, `message`, `close` or `error`. Handlers run synchronously; what one throws goes to
   * whoever delivered the event (the browser reports it) after the others have run.
   * @returns a function that takes the handler away again
   * @throws TypeError for an unknown event, or a handler that is no function
   */
  on<Name extends WebsockEventName>(event: Name, handler: WebsockHandler<Name>): () => void {
    return this.#emitter.on(event, handler);
  }

  /** Takes a handler away; without one, all handlers of the event. */
  off<Name extends WebsockEventName>(event: Name, handler?: WebsockHandler<Name>): void {
    this.#emitter.off(event, handler);
  }

  // ---- Receiving ----

  /** How many bytes are unread. */
  rQlen(): number {
    return this.#receiveQueue.length;
  }

  /** The next byte, without consuming it. */
  rQpeek8(): number {
    return this.#receiveQueue.peekUint8();
  }

  /** The next n bytes, without consuming them; see {@link rQshiftBytes} for `copy`. */
  rQpeekBytes(n: number, copy = true): Uint8Array<ArrayBuffer> {
    return this.#receiveQueue.peekBytes(n, copy ? undefined : VIEW);
  }

  /** Consumes n bytes unseen. */
  rQskipBytes(n: number): void {
    this.#receiveQueue.skip(n);
  }

  /** Reads a byte. */
  rQshift8(): number {
    return this.#receiveQueue.readUint8();
  }

  /** Reads 2 bytes as an unsigned big-endian integer. */
  rQshift16(): number {
    return this.#receiveQueue.readUint16();
  }

  /** Reads 4 bytes as an unsigned big-endian integer. */
  rQshift32(): number {
    return this.#receiveQueue.readUint32();
  }

  /** Reads n bytes as Latin-1 text. */
  rQshiftStr(n: number): string {
    return this.#receiveQueue.readLatin1(n);
  }

  /**
   * Reads n bytes.
   * @param copy `false`: the result may be a view into the queue, valid until more bytes arrive, not to be written to
   */
  rQshiftBytes(n: number, copy = true): Uint8Array<ArrayBuffer> {
    return this.#receiveQueue.readBytes(n, copy ? undefined : VIEW);
  }

  /** Reads n bytes, or as many as it holds, into the start of `target`. */
  rQshiftTo(target: Uint8Array, n?: number): void {
    this.#receiveQueue.readInto(target, n);
  }

  /**
   * Whether fewer than n bytes are queued. If so, it first steps back by `goback` bytes, so that a handler can
   * return and start over with the next `message`.
   * @param msg what is waited for, for the error's message
   * @throws RangeError when so many bytes are no longer kept: see {@link ReceiveQueue.rewind}; nothing moves
   */
  rQwait(msg: string, n: number, goback = 0): boolean {
    if (!(Number.isInteger(n) && n >= 0 && Number.isInteger(goback) && goback >= 0)) {
      throw new RangeError(
        `Cannot wait for ${n} bytes of ${msg}, going back ${goback}: both must be whole numbers, 0 or more`,
      );
    }
    if (this.#receiveQueue.has(n)) return false;
    if (goback > 0) this.#receiveQueue.rewind(goback);
    return true;
  }

  /**
   * Runs a parser that reads straight on. When the queue runs short inside it, all is put back and the result is
   * undefined; see {@link ReceiveQueue.tryRead}.
   * @throws TypeError when fn returns a promise; and whatever fn throws, with the queue put back
   */
  tryRead<T>(fn: () => T): T | undefined {
    return this.#receiveQueue.tryRead(fn);
  }

  // ---- Sending ----
  // Before the first open a push throws ERR_STATE. While connecting bytes wait; after the end they are dropped.

  /** Pushes the low 8 bits of a number. */
  sQpush8(value: number): void {
    this.#outgoing('push')?.writeUint8(value);
  }

  /** Pushes the low 16 bits of a number, big-endian. */
  sQpush16(value: number): void {
    this.#outgoing('push')?.writeUint16(value);
  }

  /** Pushes the low 32 bits of a number, big-endian. */
  sQpush32(value: number): void {
    this.#outgoing('push')?.writeUint32(value);
  }

  /**
   * Pushes text as Latin-1.
   * @throws RangeError when a code unit is over 0xFF; then nothing is pushed
   */
  sQpushString(text: string): void {
    this.#outgoing('push')?.writeLatin1(text);
  }

  /**
   * Pushes bytes, taken at the call.
   * @throws WebsockError `ERR_SEND_OVERFLOW` when more than `sendLimit` bytes would wait; then none is pushed
   */
  sQpushBytes(bytes: Bytes): void {
    this.#outgoing('push')?.writeBytes(bytes);
  }

  /** Sends what was pushed; while connecting it leaves when the connection is open. */
  flush(): void {
    this.#outgoing('flush')?.flush();
  }

  /**
   * Pushes bytes and flushes.
   * @returns false when the connection is closing or closed, and the bytes were dropped
   */
  send(bytes: Bytes): boolean {
    const queue = this.#outgoing('send');
    queue?.writeBytes(bytes);
    queue?.flush();
    return queue !== undefined && (this.readyState === 'open' || this.readyState === 'connecting');
  }

  // ---- Inside ----

  #newReceiveQueue(): ReceiveQueue {
    return new ReceiveQueue({ limit: this.#options.receiveLimit });
  }

  #newSendQueue(transport: Transport): SendQueue {
    const sink = {
      get room() {
        return transport.room;
      },
      send: (bytes: Uint8Array<ArrayBuffer>) => {
        if (transport.send(bytes)) this.#bytesSent += bytes.length;
      },
    };
    const { sendBufferSize: bufferSize, sendLimit: limit, maxMessageSize } = this.#options;
    return new SendQueue(sink, { bufferSize, limit, maxMessageSize });
  }

  /** The queue to push to, or undefined when bytes are to be dropped. */
  #outgoing(action: string): SendQueue | undefined {
    if (this.#phase === 'live') return this.#sendQueue;
    if (this.#phase !== 'unused') return undefined;
    throw new WebsockError('ERR_STATE', `Cannot ${action}: call open() or attach() first`);
  }

  /** Starts on a new channel. Nothing has changed yet if it is refused. */
  #begin(channel: object): void {
    const transport = new ChannelTransport(channel, this.#options.text);
    if (transport.state === 'closed') {
      throw new WebsockError('ERR_STATE', 'Cannot attach the channel: it is closed');
    }
    this.#leave();
    if (this.#phase === 'closed') {
      this.#opened = new Deferred();
      this.#closed = new Deferred();
    }
    this.#phase = 'live';
    this.#transport = transport;
    this.#receiveQueue = this.#newReceiveQueue();
    this.#sendQueue = this.#newSendQueue(transport);
    this.#bytesReceived = 0;
    this.#bytesSent = 0;
    transport.start(this.#handlerOf(transport));
    if (transport.state === 'open') this.#opened.resolve();
  }

  /** Leaves the current channel for good: it gets what it takes of what was pushed, is closed, and not heard again. */
  #leave(): void {
    if (this.#phase !== 'live' && this.#phase !== 'closing') return;
    const transport = this.#transport!;
    const sendQueue = this.#sendQueue!;
    transport.detach();
    this.#end({ code: 1000, reason: '', wasClean: false });
    try {
      sendQueue.flush();
      transport.close(1000);
    } catch {
      // What a failing channel did not take is lost with it; the next one must not suffer.
    }
  }

  /** What the transport tells; after `detach()` it tells nothing, so the transport is always the current one. */
  #handlerOf(transport: Transport): TransportHandler {
    const emitter = this.#emitter;
    const dispatchMessage = (): void => emitter.emit('message', undefined);
    return {
      opened: (event) => {
        if (this.#phase !== 'live') return;
        this.#opened.resolve();
        try {
          this.#flushWaiting();
        } finally {
          // Unless the flush failed, and an error handler has closed it or gone on to another channel.
          if (this.#phase === 'live' && this.#transport === transport) {
            this.#emitter.emit('open', event);
          }
        }
      },
      received: (bytes) => {
        if (this.#phase !== 'live' || bytes.length === 0) return;
        const queue = this.#receiveQueue;
        try {
          queue.push(bytes);
        } catch (error) {
          return this.#refuse(transport, error as WebsockError, RECEIVE_OVERFLOW_CODE);
        }
        this.#bytesReceived += bytes.length;
        queue.hold(dispatchMessage);
      },
      refused: (error, code) => this.#refuse(transport, error, code),
      failed: (error) => this.#emitter.emit('error', error),
      writable: () => {
        try {
          this.#flushWaiting();
        } finally {
          this.#closeWhenSent();
        }
      },
      closed: (end) => {
        transport.detach();
        this.#end(end);
        this.#emitter.emit('close', end);
      },
    };
  }

  /** The stream is broken here: nothing that comes later is shown, and the channel is closed. */
  #refuse(transport: Transport, error: WebsockError, code: number): void {
    if (this.#phase !== 'live') return;
    this.#phase = 'closing';
    try {
      this.#emitter.emit('error', error);
    } finally {
      transport.close(code);
    }
  }

  /** Sends what waits; a failure is an event, for there is no caller who pushed. */
  #flushWaiting(): void {
    try {
      this.#sendQueue?.flush();
    } catch (error) {
      this.#emitter.emit('error', error as WebsockError);
    }
  }

  /** Closes the channel, unless it is full and bytes wait for its room: then `writable` comes back here. */
  #closeWhenSent(): void {
    if (!this.#pendingClose) return;
    const transport = this.#transport!;
    if (this.#sendQueue!.length > 0 && transport.state === 'open' && transport.room === 0) return;
    const [code, reason] = this.#pendingClose;
    this.#pendingClose = undefined;
    transport.close(code, reason);
  }

  #end({ code, reason, wasClean }: TransportEnd): void {
    this.#phase = 'closed';
    this.#sendQueue = undefined;
    this.#pendingClose = undefined;
    this.#opened.reject(new WebsockClosedError('open', code, reason, this.rQlen()));
    this.#closed.resolve({ code, reason, wasClean });
  }
}

/** A promise and its ends. A rejection that nobody looks at is not reported. */
class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (error: Error) => void;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => {});
  }
}

function checkClose(code?: number, reason = ''): void {
  if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
    throw new RangeError(`Cannot close with ${code}: the code must be 1000 or from 3000 to 4999`);
  }
  const size = new TextEncoder().encode(reason).length;
  if (size > REASON_MAX) {
    throw new RangeError(`Cannot close with a reason of ${size} bytes: ${REASON_MAX} is the most`);
  }
}
