/**
 * One connection, from its channel's start to its end: the channel's bytes go into the receive queue, those of the
 * send queue onto the channel, and the emitter tells what happens. Each channel gets a connection of its own.
 */
import { Deferred } from './deferred.js';
import { WebsockClosedError, WebsockError } from './errors.js';
import type { CloseInfo, Emitter } from './events.js';
import type { ResolvedOptions } from './options.js';
import type { Cursor } from './receive/cursor.js';
import { ReceiveQueue } from './receive/receive-queue.js';
import { Segments } from './receive/segments.js';
import { SendQueue } from './send/send-queue.js';
import type { Transport, TransportEnd, TransportHandler } from './transport/transport.js';

/** Sent when a message would exceed `receiveLimit`: 1009 is the code for it, but a page may not send that. */
const RECEIVE_OVERFLOW_CODE = 4009;

/** The end of a connection of which nothing is known. */
export const LOST: CloseInfo = { code: 1006, reason: '', wasClean: false, by: 'network' };

/** Told what sync reads go to, and the cursor in that. */
export type SetReads = (reads: ReceiveQueue, cursor: Cursor) => void;

export class Connection implements TransportHandler {
  readonly options: ResolvedOptions;
  protected readonly emitter: Emitter;
  protected readonly setReads: SetReads;

  readonly whenOpen = new Deferred<void>();
  readonly whenClosed = new Deferred<CloseInfo>();
  readonly receiveQueue: ReceiveQueue;
  protected readonly segments: Segments;
  transport: Transport | undefined;
  protected sendQueue: SendQueue | undefined;

  /** `live`: the state is the channel's own. */
  protected phase: 'unused' | 'live' | 'closing' | 'closed' = 'unused';
  /** The arguments of `close()`, while bytes still wait for room in the channel. */
  #pendingClose: [code: number, reason?: string] | undefined;
  /** How it ends, as far as that is known, and what has failed before. */
  protected ending = LOST;
  protected failure: WebsockError | undefined;
  bytesSent = 0;
  /** Whether it is live, bytes that arrive are told with `message`, and that is all there is to do. */
  protected isPlain = false;
  /** Whether more than `sendHighWaterMark` waits to leave, and `drain` is to come. */
  #isHigh = false;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #lastByteAt = 0;

  /** @param setReads called with the object that sync reads use, whenever it changes */
  constructor(options: ResolvedOptions, emitter: Emitter, setReads: SetReads) {
    this.options = options;
    this.emitter = emitter;
    this.setReads = setReads;
    const { receiveLimit: limit } = options;
    this.segments = new Segments(limit);
    this.receiveQueue = new ReceiveQueue({ limit, onShort: () => this.goOn() }, this.segments);
    setReads(this.receiveQueue, this.segments);
  }

  get state(): Transport['state'] | 'unused' {
    return this.phase === 'live' ? this.transport!.state : this.phase;
  }

  get bytesReceived(): number {
    return this.segments.received;
  }

  get bufferedAmount(): number {
    return (this.sendQueue?.length ?? 0) + (this.transport?.bufferedAmount ?? 0);
  }

  /** Starts on a channel, once. */
  start(transport: Transport): void {
    this.#goTo('live');
    this.transport = transport;
    this.sendQueue = this.#newSendQueue(transport);
    transport.start(this);
    if (transport.state === 'open') return this.#wentOpen();
    const { openTimeout } = this.options;
    // Unless it has failed in the start.
    if (openTimeout < Infinity && this.phase === 'live')
      this.#openTimer = setTimeout(() => this.#openLate(), openTimeout);
  }

  /** Leaves the channel for good: it gets what it takes of what was pushed, is closed, and not heard again. */
  leave(): void {
    // Reads that a pause held over the end.
    if (this.phase === 'closed') this.stopReads();
    const sendQueue = this.sendQueue;
    if (!sendQueue) return;
    const transport = this.transport!;
    transport.detach();
    this.ending = { code: 1000, reason: '', wasClean: false, by: 'local' };
    this.stopReads();
    this.finish();
    try {
      sendQueue.flush();
      transport.close(1000);
    } catch {
      // What a failing channel did not take is lost with it; the next one must not suffer.
    }
  }

  /**
   * Flushes, then closes; waiting reads are given up. Never without a code: websockify 0.10 answers an empty close frame
   * with the reserved 1005, which is a failure to browsers.
   */
  close(code = 1000, reason?: string): void {
    if (this.phase !== 'live') return;
    const by = this.state === 'closing' ? 'remote' : 'local';
    this.#goTo('closing');
    this.#pendingClose = [code, reason];
    this.ending = { code, reason: reason ?? '', wasClean: true, by };
    this.stopReads();
    try {
      this.flushWaiting();
    } finally {
      this.#closeWhenSent();
    }
  }

  /** The queue to push to, or undefined when bytes are to be dropped. */
  outgoing(action: string): SendQueue | undefined {
    if (this.phase === 'live') return this.sendQueue;
    if (this.phase !== 'unused') return undefined;
    throw unused(action);
  }

  /** A copy of what was pushed and has not gone to the channel. */
  unsent(): Uint8Array<ArrayBuffer> {
    return this.sendQueue?.peek() ?? new Uint8Array(0);
  }

  /** Sends what was pushed, as far as the channel has room. */
  flush(): void {
    this.outgoing('flush')?.flush();
    const mark = this.options.sendHighWaterMark;
    if (this.#isHigh || this.phase !== 'live' || this.bufferedAmount <= mark) return;
    this.#isHigh = true;
    this.notify(mark);
  }

  // For a connection that does more.

  /** More bytes are waited for than there are. */
  goOn(): void {}

  /** Handlers came or went. */
  regulate(): void {}

  /** What there is to do with bytes that arrive may have changed. */
  readsChanged(): void {
    this.isPlain = this.phase === 'live' && this.options.idleTimeout === Infinity;
  }

  /** Nothing more will be read. */
  protected stopReads(): void {}

  /** Bytes have arrived: tells of them. */
  protected arrived(_bytes?: Uint8Array): void {
    const { emitMessage } = this.emitter;
    this.receiveQueue.hold(() => emitMessage(undefined));
  }

  // Reports of the transport; none follow `detach()`.

  opened(event: Event | undefined): void {
    if (this.phase !== 'live') return;
    try {
      this.#wentOpen();
    } finally {
      // Unless the flush failed, and an error handler has closed it or gone on to another channel.
      if (this.phase === 'live') this.emitter.emit('open', event);
    }
  }

  received(bytes: Uint8Array, buffer?: ArrayBuffer): void {
    // `=== true`: the engine need not check for other types.
    const isDone =
      this.isPlain === true && this.segments.deliver(bytes, buffer, this.emitter.emitMessage);
    if (!isDone) this.#receive(bytes);
  }

  /** The stream is broken here: nothing that comes later is shown, and the channel is closed. */
  refused(error: WebsockError, code: number): void {
    if (this.phase !== 'live') return;
    this.#goTo('closing');
    this.failure = error;
    this.ending = { ...LOST, by: 'local' };
    try {
      this.emitter.emit('error', error);
    } finally {
      this.transport!.close(code);
    }
  }

  failed(error: WebsockError): void {
    // After our own close it is not an error.
    if (this.phase !== 'live') return;
    this.failure = error;
    this.emitter.emit('error', error);
  }

  writable(): void {
    try {
      this.flushWaiting();
    } finally {
      this.#closeWhenSent();
      this.drained();
    }
  }

  closed(end: TransportEnd): void {
    this.transport!.detach();
    const known = this.ending.by;
    const by = known === 'network' && end.code !== LOST.code ? 'remote' : known;
    this.ending = { ...end, by };
    this.finish();
    this.emitter.emit('close', this.ending);
  }

  /** Going live, it is for `readsChanged()` to say what a message's way is. */
  #goTo(phase: 'live' | 'closing' | 'closed'): void {
    this.phase = phase;
    this.isPlain = false;
  }

  #newSendQueue(transport: Transport): SendQueue {
    const sink = {
      get room() {
        return transport.room;
      },
      send: (bytes: Uint8Array<ArrayBuffer>, isOwn?: boolean) => {
        if (transport.send(bytes, isOwn)) this.sent(bytes);
      },
    };
    const { sendBufferSize: bufferSize, sendLimit: limit, maxMessageSize } = this.options;
    return new SendQueue(sink, { bufferSize, limit, maxMessageSize });
  }

  /** A message for which there is more to do. */
  #receive(bytes: Uint8Array): void {
    if (this.phase !== 'live' || bytes.length === 0) return;
    try {
      this.receiveQueue.push(bytes);
    } catch (error) {
      return this.refused(error as WebsockError, RECEIVE_OVERFLOW_CODE);
    }
    this.#lastByteAt = performance.now();
    this.arrived(bytes);
  }

  #wentOpen(): void {
    clearTimeout(this.#openTimer);
    this.whenOpen.resolve();
    this.#lastByteAt = performance.now();
    this.#watchSilence(this.options.idleTimeout);
    this.readsChanged();
    this.flushWaiting();
    this.drained();
  }

  #openLate(): void {
    const transport = this.transport!;
    const { openTimeout } = this.options;
    const channel = transport.url || 'the channel';
    const message = `Cannot open ${channel}: there was no connection in ${openTimeout} ms`;
    const error = new WebsockError('ERR_OPEN_TIMEOUT', message);
    // After `close()` there is only the end to tell, and that the peer did not answer.
    const isOurs = this.phase === 'closing';
    this.ending = isOurs ? { ...LOST, by: 'local' } : LOST;
    this.failure = error;
    transport.detach();
    transport.close();
    this.finish();
    try {
      if (!isOurs) this.emitter.emit('error', error);
    } finally {
      this.emitter.emit('close', this.ending);
    }
  }

  #watchSilence(wait: number): void {
    const { idleTimeout } = this.options;
    if (idleTimeout === Infinity) return;
    this.#idleTimer = setTimeout(() => {
      const silence = performance.now() - this.#lastByteAt;
      // Timers are whole ms, and may come a little early.
      const isIdle = silence > idleTimeout - 1;
      this.#watchSilence(isIdle ? idleTimeout : idleTimeout - silence);
      if (isIdle) this.emitter.emit('idle', Math.round(silence));
    }, wait);
  }

  /** Sends what waits; a failure becomes an event, since no caller pushed. */
  protected flushWaiting(): void {
    try {
      this.sendQueue?.flush();
    } catch (error) {
      this.sendFailed(error as WebsockError);
    }
  }

  /** The channel has taken bytes. */
  protected sent(bytes: Uint8Array): void {
    this.bytesSent += bytes.length;
  }

  protected sendFailed(error: WebsockError): void {
    // Nobody waits on: an empty channel would be tried again at once, and for ever.
    this.#isHigh = false;
    this.emitter.emit('error', error);
  }

  /** Closes the channel, unless it is full and bytes wait for its room: then `writable` comes back here. */
  #closeWhenSent(): void {
    if (!this.#pendingClose) return;
    const transport = this.transport!;
    if (this.sendQueue!.length > 0 && transport.state === 'open' && transport.room === 0) return;
    const [code, reason] = this.#pendingClose;
    this.#pendingClose = undefined;
    transport.close(code, reason);
  }

  /** Asks for `writable` when at most this many bytes are unsent. While connecting it comes by itself. */
  notify(below: number): void {
    if (this.state !== 'open') return;
    this.transport!.notify(Math.max(0, below - this.sendQueue!.length));
  }

  /** Fewer bytes wait to leave than did. */
  protected drained(): void {
    if (!this.#isHigh || this.phase !== 'live') return;
    const mark = this.options.sendHighWaterMark;
    this.#isHigh = this.bufferedAmount > mark;
    if (this.#isHigh) this.notify(mark);
    else this.emitter.emit('drain', undefined);
  }

  protected finish(): void {
    this.#goTo('closed');
    this.sendQueue = undefined;
    this.#pendingClose = undefined;
    clearTimeout(this.#openTimer);
    clearTimeout(this.#idleTimer);
    this.whenOpen.reject(this.closedBy('open'));
    this.whenClosed.resolve(this.ending);
  }

  protected closedBy(action: string): WebsockClosedError {
    const { code, reason } = this.ending;
    const { length } = this.receiveQueue;
    return new WebsockClosedError(action, code, reason, length, { cause: this.failure });
  }
}

export function unused(action: string): WebsockError {
  return new WebsockError('ERR_STATE', `Cannot ${action}: call open() or attach() first`);
}
