/**
 * The transport over streams, a `{ readable, writable }` pair or a WebSocketStream. A pump reads chunk after chunk;
 * while it pauses, backpressure stops the peer.
 */
import { WebsockClosedError, WebsockError } from '../errors.js';
import { encodeBase64 } from './base64.js';
import { FULL, LOW, takeReached } from './buffered.js';
import { ABNORMAL, NO_CODE } from './close-code.js';
import { channelError } from './failure.js';
import {
  ignore,
  linkTo,
  type DuplexChannel,
  type Link,
  type Reader,
  type StreamCloseInfo,
  type Writer,
} from './link.js';
import { deliver, type TextRule } from './message.js';
import { report } from './report.js';
import type { Transport, TransportEnd, TransportHandler, TransportState } from './transport.js';

export { isDuplex, type DuplexChannel, type DuplexStream, type SocketStream } from './link.js';

const BROKEN: TransportEnd = { code: ABNORMAL, reason: '', wasClean: false };
const TRUNCATED = 'The peer closed while reading was paused: the last bytes may be lost';

export class DuplexTransport implements Transport {
  readonly backpressure = true;
  // Readonly in the interface `Transport`.
  state: TransportState;
  protocol = '';
  bufferedAmount = 0;
  readonly #link: Link;
  readonly #text: TextRule;
  readonly #offered: readonly string[];
  #handler: TransportHandler | undefined;
  #reader: Reader | undefined;
  #writer: Writer | undefined;

  #isPaused = false;
  /** Whether the pump is waiting or has not begun: no read is pending. */
  #isStopped = true;
  #isTruncated = false;
  /** Lets a stopped pump check whether it may continue. */
  #wake = ignore;
  /** The arguments of `close()`. Bytes that arrive later are dropped. */
  #closing: StreamCloseInfo | undefined;
  /** Whether everything was written and the end sent to the peer, or the connection has ended. */
  #hasSaid = false;
  /** Set by `end()`; settles when our direction has ended. */
  #ending: Promise<void> | undefined;

  /** The levels of `bufferedAmount` to report. */
  readonly #marks = new Set<number>();
  /** Settles with the last write. */
  #written: Promise<void> = Promise.resolve();

  /**
   * Checks the streams and changes nothing about them.
   * @param offered the subprotocols that the server was offered, for errors
   * @throws TypeError when a member is missing, or a stream of a pair is locked
   */
  constructor(source: DuplexChannel, text: TextRule, offered: readonly string[] = []) {
    this.#link = linkTo(source);
    this.state = this.#link.state;
    this.#text = text;
    this.#offered = offered;
  }

  get url(): string {
    return this.#link.url;
  }

  get canEnd(): boolean {
    return !this.#link.isSocket;
  }

  get room(): number {
    if (this.state === 'connecting') return 0;
    return this.state === 'open' ? Math.max(0, FULL - this.bufferedAmount) : Infinity;
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    void this.#run();
  }

  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.state === 'connecting') {
      throw new WebsockError('ERR_CHANNEL', 'Cannot send: the stream is not open yet');
    }
    if (this.state !== 'open') return false;
    const size = bytes.length;
    this.bufferedAmount += size;
    if (this.room === 0) this.#marks.add(LOW);
    // A copy: the stream keeps the chunk until the peer takes it.
    const chunk = this.protocol === 'base64' ? encodeBase64(bytes) : new Uint8Array(bytes);
    // A failed write needs no report: the connection ends with it.
    this.#written = this.#writer!.write(chunk as typeof bytes).then(() => this.#took(size), ignore);
    return true;
  }

  notify(below: number): void {
    this.#marks.add(below);
    queueMicrotask(() => this.#took(0));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake();
  }

  close(closeCode?: number, reason?: string): void {
    if (this.#closing || this.state === 'closed') return;
    const info = { closeCode, reason };
    this.#closing = info;
    this.state = 'closing';
    this.#wake();
    this.#written
      .then(() => this.#ending ?? this.#link.close(info, this.#writer))
      .then(() => this.#hasLeft())
      .catch((cause: unknown) => this.#fail(cause));
  }

  end(pending: () => number): Promise<void> {
    return (this.#ending ??= this.#shut(pending));
  }

  detach(): void {
    this.#handler = undefined;
  }

  async #shut(pending: () => number): Promise<void> {
    // The owner sends its pending bytes as the stream accepts earlier ones.
    do await this.#written;
    while (pending() > 0 && this.state === 'open');
    try {
      await this.#writer!.close();
    } catch (cause) {
      throw new WebsockClosedError('end', ABNORMAL, '', 0, { cause });
    }
  }

  /** Runs the connection, from its opening to its end. */
  async #run(): Promise<void> {
    const fail = (cause: unknown): void => this.#fail(cause);
    try {
      // No await if it is already open: bytes may be sent as soon as `start` has returned.
      const streams = this.#link.open();
      const { readable, writable, protocol = '' } = 'then' in streams ? await streams : streams;
      this.protocol = protocol;
      const reader = (this.#reader = readable.getReader());
      const writer = (this.#writer = writable.getWriter());
      const ended = this.#link.ended(reader, writer);
      // A paused pump would miss these. At an end, Chromium rejects the writer's `closed` before it settles the socket's.
      ended.then(() => this.#ending ?? this.#sawEnd(), fail);
      reader.closed.catch(fail);
      writer.closed.catch(() => this.#readOn());
      if (this.state === 'connecting') {
        this.state = 'open';
        this.#tell((handler) => handler.opened(undefined));
      }
      // Lets the handlers of an end that has already come run before the first read.
      await undefined;
      await this.#pump(reader);
      if (this.state === 'closed') return;
      this.state = 'closing';
      writer.close().catch(ignore);
      this.#endWith(await ended);
    } catch (cause) {
      fail(cause);
    }
  }

  /**
   * Reads to the end. Nothing but a pause may come between two reads: as long as one is pending, or starts in the
   * microtask after the last, Chromium loses nothing.
   */
  async #pump(reader: Reader): Promise<void> {
    for (;;) {
      while (this.#isPaused && this.state === 'open') {
        this.#isStopped = true;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      this.#isStopped = false;
      const { done, value } = await reader.read();
      if (done) return;
      if (this.#closing) continue;
      this.#tell((handler) => deliver(value, this.#text, this.protocol, handler));
    }
  }

  /** Everything was written and the end sent: whatever a pair could still read is not wanted. */
  #hasLeft(): void {
    this.#hasSaid = true;
    if (this.canEnd) this.#reader?.cancel().catch(ignore);
  }

  #sawEnd(): void {
    this.#hasSaid = true;
    this.#readOn();
  }

  /** The connection has ended or is about to: reads what is left in the stream. */
  #readOn(): void {
    if (this.state !== 'open') return;
    this.state = 'closing';
    this.#isTruncated = this.#isStopped && this.#link.isSocket;
    this.#wake();
  }

  #fail(cause: unknown): void {
    // After our close, this is the requested end: cancelled streams may reject.
    if (this.#closing && this.#hasSaid) this.#endWith();
    const wasOpen = this.state !== 'connecting';
    this.#end(BROKEN, channelError({ wasOpen, name: this.url, offered: this.#offered }, cause));
    // A stream left open would keep the peer waiting.
    this.#reader?.cancel(cause).catch(ignore);
    this.#writer?.abort(cause).catch(ignore);
  }

  /** @param info the peer's code and reason, if it sent any */
  #endWith(info?: StreamCloseInfo | void): void {
    const { closeCode = NO_CODE, reason = '' } = info ?? this.#closing ?? {};
    const isTruncated = this.#isTruncated;
    this.#end(
      { code: closeCode, reason, wasClean: !isTruncated },
      isTruncated ? new WebsockError('ERR_TRUNCATED', TRUNCATED) : undefined,
    );
  }

  #end(end: TransportEnd, error?: WebsockError): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    if (error) this.#tell((handler) => handler.failed(error));
    this.#tell((handler) => handler.closed(end));
  }

  /** The stream has accepted bytes. */
  #took(size: number): void {
    this.bufferedAmount -= size;
    if (takeReached(this.#marks, this.bufferedAmount) && this.state === 'open') {
      this.#tell((handler) => handler.writable());
    }
  }

  /** Calls the handler and reports what it throws: no caller could catch that, and the pump must continue. */
  #tell(tell: (handler: TransportHandler) => void): void {
    try {
      if (this.#handler) tell(this.#handler);
    } catch (error) {
      report(error);
    }
  }
}
