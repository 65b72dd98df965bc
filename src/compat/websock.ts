/**
 * The historical API over `WebsockCore`: noVNC's core/websock.js as it is now, what its versions 0.5 to 1.4 had, and
 * websockify-js' websock.js. Where they left behaviour undefined, it is harmless here; each member says how.
 */
import type { WebsockEventName, WebsockEvents, WebsockHandler } from '../events.js';
import type { WebsockCoreOptions } from '../options.js';
import type { CopyOptions, ReceiveQueue } from '../receive/receive-queue.js';
import type { Channel } from '../transport/channel.js';
import { connectionOf, readsOf, reset, WebsockCore, type Settled } from '../websock-core.js';
import { FlatQueue } from './flat-queue.js';

/** Bytes to send: an ArrayBuffer, a view of one, or an array of numbers, whose low 8 bits are sent. */
export type CompatBytes = ArrayBuffer | ArrayBufferView | readonly number[];

/** Shared, so that reads need not create an object each. */
const VIEW: CopyOptions = { copy: false };

/** The size of noVNC's send buffer. */
const SEND_BUFFER_SIZE = 10 * 1024;

/** The subprotocols that websockify-js offers by default, and so do the pages that use it. */
const DEFAULT_PROTOCOLS = ['binary', 'base64'];

/**
 * A drop-in replacement for noVNC's `core/websock.js` and websockify-js' `websock.js`, with all of the modern
 * {@link WebsockCore} behind it: migrate call by call, then change the import.
 *
 * This class is lenient at the end of the queue. A read of more bytes than are queued does not throw: it returns zeros for the
 * missing ones, which count as a debt. Going back (`rQwait`, `rQi`, `rQunshift8`) repays the debt first. The debt ends with the handler
 * or when bytes arrive, and never consumes them. Inside `tryRead` reads are strict. Without a length, a read takes everything
 * queued; a length that is negative, fractional, NaN or over `receiveLimit` throws a RangeError.
 */
export class Websock extends WebsockCore {
  readonly #offs = new Map<string, () => void>();
  /** How many bytes were read that were not queued, and `bytesReceived` at that time: once more arrive, the debt is void. */
  #debt = 0;
  #debtAt = 0;
  #tries = 0;

  readonly #flat = new FlatQueue(
    () => this.#reads,
    () => this.bytesReceived,
  );
  #sendBuffer: Uint8Array<ArrayBuffer> | undefined;

  /** @throws whatever the modern class throws */
  constructor(options?: WebsockCoreOptions) {
    super(options);
    // Replaces the inherited method with a function that also converts to a number.
    const rQlen = (): number => super.rQlen();
    this.rQlen = Object.assign(rQlen, { valueOf: rQlen });
  }

  // ---- Lifecycle ----

  /**
   * Leaves the channel and empties both queues; the handlers stay. Since websockify-js.
   * @deprecated `open` and `attach` do this first
   */
  init(): void {
    this.#forget();
    reset(this);
  }

  /**
   * Opens a WebSocket. Since websockify-js.
   * @param protocols subprotocols to offer; default: `binary` and `base64`, as in websockify-js. The modern class, like noVNC's,
   *   offers none by default.
   */
  override open(uri: string | URL, protocols?: string | readonly string[]): void {
    super.open(uri, protocols ?? DEFAULT_PROTOCOLS);
    this.#forget();
  }

  /** Uses an existing channel. Since noVNC 1.3. */
  override attach(channel: Channel): void {
    super.attach(channel);
    this.#forget();
  }

  /**
   * Sets the handler of an event, replacing an earlier one. An exception propagates to the code that delivered the event. The
   * `error` handler gets a `WebsockError` with the channel's event as its `cause`. Since websockify-js; the modern `on` adds handlers.
   * @returns a function that removes the handler
   * @throws TypeError for an unknown event or a handler that is not a function
   */
  override on<Name extends keyof WebsockEvents & string>(
    event: Name,
    handler: WebsockHandler<Name>,
  ): () => void {
    const isReader = event === 'message' && typeof handler === 'function';
    const off = super.on(event, isReader ? this.#endingDebt(handler) : handler);
    this.#offs.get(event)?.();
    this.#offs.set(event, off);
    return off;
  }

  /** Removes the handler of an event. Since noVNC 0.5. */
  override off(event: WebsockEventName): void {
    this.#offs.get(event)?.();
    this.#offs.delete(event);
  }

  // ---- Receiving ----
  // `rQlen()` was a function in websockify-js, and is one again since noVNC 1.5. In 1.1 to 1.4 it was a getter, hence its
  // `valueOf`: `sock.rQlen > 0` and `sock.rQlen / size` work as well; `sock.rQlen === 0` is never true.

  /** The next byte, without consuming it; 0 when there is none. Since websockify-js. */
  override rQpeek8(): number {
    return this.#reads.length > 0 || this.#tries > 0 ? super.rQpeek8() : 0;
  }

  /** The next n bytes, without consuming them. Since noVNC 1.0. */
  override rQpeekBytes(n = this.#reads.length, copy = true): Uint8Array<ArrayBuffer> {
    try {
      return super.rQpeekBytes(n, copy);
    } catch (error) {
      return this.#pad(error, n);
    }
  }

  /**
   * A copy of unread bytes, from `start` up to but not including `end`. Positions count from the next unread byte; `end` is limited
   * to the end of the queue.
   * Since websockify-js, gone in noVNC 1.5.
   * @throws RangeError for a negative start
   * @deprecated use `rQpeekBytes`
   */
  rQslice(start = 0, end?: number): Uint8Array<ArrayBuffer> {
    if (!(start >= 0)) throw new RangeError(`Cannot slice from ${start}: it must be 0 or more`);
    const { length } = this.#reads;
    const until = Math.min(end ?? length, length);
    return this.#reads.peekBytes(until, VIEW).slice(start);
  }

  /**
   * All bytes that are kept, including consumed ones: {@link rQ}. In old versions of noVNC.
   * @deprecated use `rQpeekBytes(rQlen())`
   */
  rQwhole(): Uint8Array<ArrayBuffer> {
    return this.rQ;
  }

  /** Consumes n bytes without reading them. Since noVNC 0.5. */
  override rQskipBytes(n = this.#reads.length): void {
    try {
      super.rQskipBytes(n);
    } catch (error) {
      const missing = this.#missing(error, n);
      super.rQskipBytes(n - missing);
      this.#owe(missing);
    }
  }

  /**
   * Consumes a byte without reading it. In old versions of noVNC.
   * @deprecated use `rQskipBytes(1)`
   */
  rQskip8(): void {
    this.rQskipBytes(1);
  }

  /** Reads a byte. Since websockify-js. */
  override rQshift8(): number {
    try {
      return super.rQshift8();
    } catch (error) {
      return this.#borrow(error, 1).getUint8(0);
    }
  }

  /** Reads 2 bytes as an unsigned big-endian integer. Since websockify-js. */
  override rQshift16(): number {
    try {
      return super.rQshift16();
    } catch (error) {
      return this.#borrow(error, 2).getUint16(0);
    }
  }

  /** Reads 4 bytes as an unsigned big-endian integer. Since websockify-js, where it was signed. */
  override rQshift32(): number {
    try {
      return super.rQshift32();
    } catch (error) {
      return this.#borrow(error, 4).getUint32(0);
    }
  }

  /** Reads n bytes as Latin-1 text. Since websockify-js. */
  override rQshiftStr(n = this.#reads.length): string {
    try {
      return super.rQshiftStr(n);
    } catch (error) {
      const missing = this.#missing(error, n);
      const text = super.rQshiftStr(n - missing) + '\0'.repeat(missing);
      this.#owe(missing);
      return text;
    }
  }

  /**
   * Reads n bytes. Since websockify-js, where the result was an Array: for one that can `shift()`, write
   * `Array.from(sock.rQshiftBytes())`.
   */
  override rQshiftBytes(n = this.#reads.length, copy = true): Uint8Array<ArrayBuffer> {
    try {
      return super.rQshiftBytes(n, copy);
    } catch (error) {
      return bytesOf(this.#borrow(error, n));
    }
  }

  /**
   * Reads n bytes into the start of `target`. Since noVNC 1.0 or before.
   * @throws RangeError when n is larger than `target`
   */
  override rQshiftTo(target: Uint8Array, n = this.#reads.length): void {
    try {
      super.rQshiftTo(target, n);
    } catch (error) {
      target.set(bytesOf(this.#borrow(error, n)));
    }
  }

  /**
   * Puts the low 8 bits of a number in front of the unread bytes, in place of the last consumed byte. In debt, it repays
   * a byte instead. Since websockify-js, gone in noVNC 0.6.
   * @deprecated peek, or use `tryRead`
   */
  rQunshift8(value: number): void {
    if (this.#owed > 0) return this.#goBack(1);
    this.#reads.unshift(value & 0xff);
    this.#flat.changed();
  }

  /**
   * Whether fewer than n bytes are unread; if so, it first steps back by `goback` bytes. In debt, it returns true for any n.
   * Since websockify-js.
   * @param msg what you are waiting for; used in error messages
   * @throws RangeError when `goback` bytes are no longer kept; then nothing moves
   */
  override rQwait(msg: string, n = this.#reads.length, goback = 0): boolean {
    const owed = this.#owed;
    if (owed === 0) return super.rQwait(msg, n, goback);
    const repaid = goback > 0 ? Math.min(owed, goback) : 0;
    super.rQwait(msg, n + owed, goback - repaid);
    this.#debt = owed - repaid;
    return true;
  }

  /** Runs a parser as the modern class does: reads inside it are strict. */
  override tryRead<T>(fn: () => Settled<T>): T | undefined {
    this.#tries++;
    try {
      return super.tryRead(fn);
    } finally {
      this.#tries--;
    }
  }

  // ---- The receive queue, flat ----

  /**
   * The bytes of the queue in one array: consumed ones, as far as they are kept, then the unread ones from `rQ[rQi]`.
   * Valid until bytes arrive; writing to it has no effect. From noVNC 1.0 to 1.4.
   * @deprecated each message makes a new copy: use `rQpeekBytes`
   */
  get rQ(): Uint8Array<ArrayBuffer> {
    return this.#flat.bytes;
  }

  /**
   * The position of the next unread byte in {@link rQ}; setting it skips or goes back. From noVNC 1.0 to 1.4.
   * @throws RangeError when it is set to a byte that is no longer kept
   * @deprecated use `rQskipBytes`, `rQwait` with a `goback`, or `tryRead`
   */
  get rQi(): number {
    return this.#flat.index + this.#owed;
  }

  set rQi(index: number) {
    const by = index - this.rQi;
    if (by < 0) this.#goBack(-by);
    else this.rQskipBytes(by);
  }

  /**
   * The same as {@link rQ}. Since websockify-js, gone in noVNC 1.0.
   * @deprecated see {@link rQ}
   */
  get_rQ(): Uint8Array<ArrayBuffer> {
    return this.rQ;
  }

  /**
   * The same as {@link rQi}. Since websockify-js, gone in noVNC 1.0.
   * @deprecated see {@link rQi}
   */
  get_rQi(): number {
    return this.rQi;
  }

  /**
   * Sets {@link rQi}. Since websockify-js, gone in noVNC 1.0.
   * @deprecated see {@link rQi}
   */
  set_rQi(index: number): void {
    this.rQi = index;
  }

  // ---- Sending ----
  // `sQpush8`, `sQpush16` and `sQpush32` are inherited. Since noVNC 1.5.

  /**
   * A copy of the bytes that were pushed and not yet handed to the channel. From noVNC 1.0 to 1.4.
   * @deprecated push with `sQpush...`; `bufferedAmount` says how much is waiting
   */
  get sQ(): Uint8Array<ArrayBuffer> {
    return connectionOf(this).unsent();
  }

  /**
   * A buffer of {@link _sQbufferSize} bytes. The caller writes at {@link _sQlen} and increments it; {@link flush} and {@link send}
   * send it. noVNC up to 1.4 used it this way.
   * @deprecated push with `sQpush...`
   */
  get _sQ(): Uint8Array<ArrayBuffer> {
    return (this.#sendBuffer ??= new Uint8Array(SEND_BUFFER_SIZE));
  }

  /**
   * How many bytes of {@link _sQ} are to be sent.
   * @deprecated see {@link _sQ}
   */
  _sQlen = 0;

  /**
   * The size of {@link _sQ}.
   * @deprecated see {@link _sQ}
   */
  get _sQbufferSize(): number {
    return SEND_BUFFER_SIZE;
  }

  /**
   * The same as {@link sQ}. Since websockify-js, gone in noVNC 1.0.
   * @deprecated see {@link sQ}
   */
  get_sQ(): Uint8Array<ArrayBuffer> {
    return this.sQ;
  }

  /** Pushes the low 8 bits of each code unit. Since noVNC 1.5; the modern class refuses a unit over 0xFF. */
  override sQpushString(text: string): void {
    super.sQpushBytes(lowBytes(text));
  }

  /** Pushes bytes. Since noVNC 1.5. */
  override sQpushBytes(bytes: CompatBytes): void {
    super.sQpushBytes(toBytes(bytes));
  }

  /**
   * Sends what was pushed. Since websockify-js.
   * @returns false when the connection is closing or closed, and the bytes were dropped
   */
  override flush(): boolean {
    this.#pushBuffer();
    super.flush();
    return this.readyState === 'open' || this.readyState === 'connecting';
  }

  /** Pushes bytes and flushes; the result is that of {@link flush}. Since websockify-js, gone in noVNC 1.5. */
  override send(bytes: CompatBytes | string): boolean {
    this.#pushBuffer();
    return super.send(typeof bytes === 'string' ? bytes : toBytes(bytes));
  }

  /**
   * Sends the low 8 bits of each code unit. From noVNC 1.0 to 1.4.
   * @deprecated use `sQpushString` and `flush`
   */
  sendString(text: string): boolean {
    return this.send(lowBytes(text));
  }

  /**
   * The same as {@link sendString}. Since websockify-js, gone in noVNC 1.0.
   * @deprecated see {@link sendString}
   */
  send_string(text: string): boolean {
    return this.sendString(text);
  }

  // ---- Inside ----

  get #reads(): ReceiveQueue {
    return readsOf(this);
  }

  /** Starts afresh on a new channel, without debt. */
  #forget(): void {
    this.#debt = 0;
    this.#flat.forget();
    this._sQlen = 0;
  }

  #pushBuffer(): void {
    const size = this._sQlen;
    if (size === 0) return;
    if (!(size > 0 && size <= SEND_BUFFER_SIZE)) {
      throw new RangeError(
        `Cannot send ${size} bytes of _sQ: it holds at most ${SEND_BUFFER_SIZE}`,
      );
    }
    this._sQlen = 0;
    super.sQpushBytes(this._sQ.subarray(0, size));
  }

  #endingDebt<Name extends WebsockEventName>(handler: WebsockHandler<Name>): WebsockHandler<Name> {
    return (payload: WebsockEvents[Name]) => {
      try {
        handler(payload);
      } finally {
        this.#debt = 0;
      }
    };
  }

  get #owed(): number {
    return this.#debtAt === this.bytesReceived ? this.#debt : 0;
  }

  #goBack(n: number): void {
    const repaid = Math.min(this.#owed, n);
    this.#reads.rewind(n - repaid);
    this.#debt -= repaid;
  }

  /**
   * How many bytes are missing for a read that ran short.
   * @throws RangeError when n exceeds the limit of the queue; otherwise rethrows whatever else the read threw
   */
  #missing(error: unknown, n: number): number {
    const isShort = (error as { code?: unknown }).code === 'ERR_RECEIVE_UNDERFLOW';
    if (!isShort || this.#tries > 0) throw error;
    const { length, limit } = this.#reads;
    if (n <= limit) return n - length;
    throw new RangeError(`Cannot read ${n} bytes: ${length} are queued, and the limit is ${limit}`);
  }

  /** Adds to the debt, after a read that consumed all queued bytes and lacked this many. */
  #owe(missing: number): void {
    this.#debt = this.#owed + missing;
    this.#debtAt = this.bytesReceived;
  }

  /** The next n bytes for a read that ran short, with zeros for what is missing. */
  #pad(error: unknown, n: number): Uint8Array<ArrayBuffer> {
    this.#missing(error, n);
    const bytes = new Uint8Array(n);
    bytes.set(this.#reads.peekBytes(this.#reads.length, VIEW));
    return bytes;
  }

  /** Reads like `#pad`, but consumes the bytes; the missing ones become debt. */
  #borrow(error: unknown, n: number): DataView<ArrayBuffer> {
    const missing = this.#missing(error, n);
    const bytes = this.#pad(error, n);
    this.#reads.skip(n - missing);
    this.#owe(missing);
    return new DataView(bytes.buffer);
  }
}

function bytesOf({ buffer }: DataView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

function toBytes(bytes: CompatBytes): ArrayBuffer | ArrayBufferView {
  return Array.isArray(bytes) ? Uint8Array.from(bytes) : (bytes as ArrayBuffer | ArrayBufferView);
}

function lowBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}
