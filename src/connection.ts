/**
 * One connection, from the start of its channel to the end: bytes from the channel go into the receive queue, bytes from the send
 * queue go to the channel, and the emitter reports what happens. Each channel gets its own connection.
 */
import { Deferred } from './deferred.js';
import { WebsockClosedError, WebsockError } from './errors.js';
import type { CloseInfo, Emitter } from './events.js';
import type { ResolvedOptions } from './options.js';
import type { Cursor } from './receive/cursor.js';
import { ReceiveQueue } from './receive/receive-queue.js';
import { Segments } from './receive/segments.js';
import { SendQueue } from './send/send-queue.js';
import { withoutSecrets } from './transport/failure.js';
import type { Transport, TransportEnd, TransportHandler } from './transport/transport.js';

/** The close code sent when a message would exceed `receiveLimit`: RFC 6455 has 1009 for this, but a page may not send it. */
const RECEIVE_OVERFLOW_CODE = 4009;

/** How a connection ended when nothing more is known about it. */
export const LOST: CloseInfo = { code: 1006, reason: '', wasClean: false, by: 'network' };

/** Receives the queue that sync reads use, and its cursor. */
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

  /** While it is `live`, the state is that of the channel. */
  protected phase: 'unused' | 'live' | 'closing' | 'closed' = 'unused';
  /** The arguments of `close()`, while bytes still wait for room in the channel. */
  #pendingClose: [code: number, reason?: string] | undefined;
  /** How the connection ends, as far as known, and the failure that led to it. */
  protected ending = LOST;
  protected failure: WebsockError | undefined;
  bytesSent = 0;
  /** Whether arriving bytes take the fast path: they only have to be queued and announced with `message`. */
  protected isPlain = false;
  /** Whether more than `sendHighWaterMark` bytes are unsent, so that `drain` is due. */
  #isHigh = false;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #lastByteAt = 0;

  /** @param setReads called with the queue and cursor that sync reads use, now and whenever they change */
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

  /** Starts using a channel; called once. */
  start(transport: Transport): void {
    this.#goTo('live');
    this.transport = transport;
    this.sendQueue = this.#newSendQueue(transport);
    transport.start(this);
    if (transport.state === 'open') return this.#wentOpen();
    const { openTimeout } = this.options;
    // No timer if the channel has failed while starting.
    if (openTimeout < Infinity && this.phase === 'live')
      this.#openTimer = setTimeout(() => this.#openLate(), openTimeout);
  }

  /** Leaves the channel for good: sends as much of the pushed bytes as it accepts, closes it, and ignores it from then on. */
  leave(): void {
    // Rejects reads that `pause()` has kept waiting beyond the end.
    if (this.phase === 'closed') this.stopReads();
    const sendQueue = this.sendQueue;
    if (!sendQueue) return;
    const transport = this.transport!;
    transport.detach();
    // One that is closing keeps its code.
    const code = this.phase === 'live' ? 1000 : this.ending.code;
    this.ending = { ...LOST, code, by: 'local' };
    this.stopReads();
    this.finish();
    try {
      sendQueue.flush();
      transport.close(code);
    } catch {
      // Bytes that a failing channel did not accept are lost with it; the next channel must not be affected.
    }
  }

  /**
   * Flushes, then closes; waiting reads are rejected. It always sends a code: websockify 0.10 answers an empty close frame
   * with the reserved 1005, which browsers treat as a failure.
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

  /** The queue to push to, or undefined if pushed bytes are to be dropped; throws before the first open. */
  outgoing(action: string): SendQueue | undefined {
    if (this.phase === 'live') return this.sendQueue;
    if (this.phase !== 'unused') return undefined;
    throw unused(action);
  }

  /** A copy of the bytes that were pushed and not yet handed to the channel. */
  unsent(): Uint8Array<ArrayBuffer> {
    return this.sendQueue?.peek() ?? new Uint8Array(0);
  }

  /** Sends as many of the pushed bytes as the channel has room for. */
  flush(): void {
    this.outgoing('flush')?.flush();
    const mark = this.options.sendHighWaterMark;
    if (this.#isHigh || this.phase !== 'live' || this.bufferedAmount <= mark) return;
    this.#isHigh = true;
    this.notify(mark);
  }

  // Hooks for a subclass.

  /** A reader ran short or asked how many bytes are queued. */
  goOn(): void {}

  /** A handler was added. */
  regulate(): void {}

  /** Decides anew whether arriving bytes may take the fast path. */
  readsChanged(): void {
    this.isPlain = this.phase === 'live' && this.options.idleTimeout === Infinity;
  }

  /** Rejects waiting reads. */
  protected stopReads(): void {}

  /** Announces bytes that have arrived. */
  protected arrived(_bytes?: Uint8Array): void {
    const { emitMessage } = this.emitter;
    this.receiveQueue.hold(() => emitMessage(undefined));
  }

  // Reports from the transport; none come after `detach()`.

  opened(event: Event | undefined): void {
    if (this.phase !== 'live') return;
    try {
      this.#wentOpen();
    } finally {
      // If the flush failed, an error handler may have closed the connection or switched to another channel.
      if (this.phase === 'live') this.emitter.emit('open', event);
    }
  }

  received(bytes: Uint8Array, buffer?: ArrayBuffer): void {
    // `=== true` spares the engine the check for other types.
    const isDone =
      this.isPlain === true && this.segments.deliver(bytes, buffer, this.emitter.emitMessage);
    if (!isDone) this.#receive(bytes);
  }

  /** The stream is broken at this point: later bytes are dropped, and the channel is closed. */
  refused(error: WebsockError, code: number): void {
    if (this.phase !== 'live') return;
    this.#goTo('closing');
    this.failure = error;
    this.ending = { ...LOST, code, by: 'local' };
    try {
      this.emitter.emit('error', error);
    } finally {
      this.transport!.close(code);
    }
  }

  failed(error: WebsockError): void {
    // After our own close, a failure is no error.
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

  /** Enters a phase, off the fast path; on a live connection, `readsChanged()` decides whether to take it. */
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

  /** Receives a message that does not take the fast path. */
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
    const channel = withoutSecrets(transport.url) || 'the channel';
    const message = `Cannot open ${channel}: it did not open within ${openTimeout} ms`;
    const error = new WebsockError('ERR_OPEN_TIMEOUT', message);
    // After `close()` this is no error: only the end is reported, with 1006 because the peer did not answer.
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
      // Timers count whole ms and may fire a little early.
      const isIdle = silence > idleTimeout - 1;
      this.#watchSilence(isIdle ? idleTimeout : idleTimeout - silence);
      if (isIdle) this.emitter.emit('idle', Math.round(silence));
    }, wait);
  }

  /** Sends queued bytes; a failure becomes an event, since no caller is there to catch it. */
  protected flushWaiting(): void {
    try {
      this.sendQueue?.flush();
    } catch (error) {
      this.sendFailed(error as WebsockError);
    }
  }

  /** The channel has accepted bytes. */
  protected sent(bytes: Uint8Array): void {
    this.bytesSent += bytes.length;
  }

  protected sendFailed(error: WebsockError): void {
    // Stop waiting for `drain`: an empty channel would be retried at once, and forever.
    this.#isHigh = false;
    this.emitter.emit('error', error);
  }

  /** Carries out a pending close, unless the channel is full and bytes are waiting for room: `writable` then tries again. */
  #closeWhenSent(): void {
    if (!this.#pendingClose) return;
    const transport = this.transport!;
    if (this.sendQueue!.length > 0 && transport.state === 'open' && transport.room === 0) return;
    const [code, reason] = this.#pendingClose;
    this.#pendingClose = undefined;
    transport.close(code, reason);
  }

  /** Asks for `writable` when at most `below` bytes are unsent. While connecting there is no need: opening checks the level. */
  notify(below: number): void {
    if (this.state !== 'open') return;
    this.transport!.notify(Math.max(0, below - this.sendQueue!.length));
  }

  /** Fewer bytes are unsent than before: emits `drain` if it is due and the level is reached. */
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
