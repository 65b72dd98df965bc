/**
 * A connection with async reads: a read waits for its bytes, a slow reader pauses a channel that has backpressure, and on a channel
 * with half-close each direction ends separately.
 */
import { Connection, LOST, unused } from './connection.js';
import { WebsockError } from './errors.js';
import type { WebsockEvents, WebsockTap } from './events.js';
import { ByteReader, type ReadEnd, type ReaderOwner } from './receive/byte-reader.js';
import { BarredCursor } from './receive/cursor.js';
import type { ReceiveQueue } from './receive/receive-queue.js';
import { Drain } from './send/drain.js';
import type { SendQueue } from './send/send-queue.js';
import { isCleanCode } from './transport/close-code.js';
import { report } from './transport/report.js';
import type { Transport } from './transport/transport.js';

/** Replaces the receive queue for sync reads while async reads are waiting, so that their bytes are not taken away. */
const refusesReads = /* @__PURE__ */ new Proxy({} as ReceiveQueue, {
  get() {
    throw new WebsockError('ERR_READ_PENDING', 'Cannot read now: an async read is pending');
  },
});

export class AsyncConnection extends Connection implements ReaderOwner {
  readonly #barred = new BarredCursor(this.segments);
  #reader: ByteReader | undefined;
  #drain: Drain | undefined;
  /** Whether to `regulate()` when a reader wants more: the channel is paused or, with flow, bytes are unread. */
  #isStopped = false;
  /** Whether `message` is still due, withheld by `pause()` or by waiting reads. */
  #isUntold = false;
  /** Whether the peer's direction has ended, and whether the `end` event is still due. */
  #hasEnded = false;
  #isEndUntold = false;
  /** Whether `end()` was called: later pushes are dropped. */
  #isEnding = false;

  /** The async reads; created by the first one. */
  get reader(): ByteReader {
    return (this.#reader ??= new ByteReader(this.receiveQueue, this));
  }

  /** The waits for bytes to leave; created by the first one. */
  get drain(): Drain {
    return (this.#drain ??= new Drain(this));
  }

  /** Watches the bytes of this connection and of the socket's later ones. */
  get tap(): WebsockTap | undefined {
    return this.emitter.tap;
  }

  set tap(tap: WebsockTap | undefined) {
    this.emitter.tap = tap;
    this.readsChanged();
  }

  /** The error for an action that needs a live connection; undefined while this one is live. */
  closedError(action: string): WebsockError | undefined {
    if (this.phase === 'live') return undefined;
    return this.phase === 'unused' ? unused(action) : this.closedBy(action);
  }

  /** Why no more bytes will come; undefined while some may. */
  get readEnd(): ReadEnd | undefined {
    if (this.phase === 'unused') return { isClean: false, error: unused };
    if (this.phase !== 'closed' && !this.#hasEnded) return undefined;
    const { failure } = this;
    const { code, wasClean } = this.ending;
    return {
      isClean: wasClean && !failure && isCleanCode(code),
      error: (action) => (failure?.code === 'ERR_TRUNCATED' ? failure : this.closedBy(action)),
    };
  }

  /** A reader wants more, so a paused channel may have to continue. */
  override goOn(): void {
    if (this.#isStopped) this.regulate();
  }

  /** Pauses a channel with backpressure when enough bytes are queued, and resumes it otherwise. */
  override regulate(): void {
    const { transport } = this;
    if (this.phase !== 'live' || !transport!.backpressure) return;
    const { length, wanted } = this.receiveQueue;
    const { isWaiting = false, isPaused = false, wanted: awaited = 0 } = this.#reader ?? {};
    const isHandled = this.emitter.has('message');
    if (transport!.isFlow) {
      // While bytes are unread, each read changes how much the peer may send.
      this.#isStopped = length > 0;
      if (!isPaused) transport!.allow!(length, Math.max(wanted, awaited), isHandled && !isWaiting);
      return;
    }
    const isEnough =
      length >= this.options.receiveHighWaterMark &&
      length >= awaited &&
      wanted === 0 &&
      !isHandled;
    this.#isStopped = isEnough || isPaused;
    if (this.#isStopped) transport!.pause();
    else transport!.resume();
  }

  /** Adapts to reads that started or stopped waiting, to `pause()` and `resume()`, and to a new tap. */
  override readsChanged(): void {
    super.readsChanged();
    const { isWaiting = false, isPaused = false } = this.#reader ?? {};
    if (isWaiting) this.setReads(refusesReads, this.#barred);
    else this.setReads(this.receiveQueue, this.segments);
    this.isPlain &&= !isWaiting && !isPaused && !this.transport!.backpressure && !this.tap;
    this.regulate();
  }

  protected override stopReads(): void {
    this.#reader?.reject(this.closedBy('read'));
  }

  /** Serves waiting reads first, then emits `message`. */
  protected override arrived(bytes: Uint8Array): void {
    this.#show('received', bytes);
    this.#reader?.serve();
    try {
      this.#isUntold = true;
      this.tellUntold();
    } finally {
      this.regulate();
    }
  }

  /** Emits the `message` and `end` that are due, unless the socket is paused or reads are waiting. */
  tellUntold(): void {
    if (this.#reader?.isPaused || this.#reader?.isWaiting) return;
    const isUntold = this.#isUntold && this.receiveQueue.length > 0;
    this.#isUntold = false;
    try {
      if (isUntold) super.arrived();
    } finally {
      if (this.#isEndUntold) this.#tellEnd();
    }
  }

  // Half-close, and flow, where the stream outlives its channel.

  /** The transport, if it is live and has the ability; otherwise throws `ERR_STATE`. */
  able(ability: 'canEnd' | 'isFlow', action: string): Transport {
    if (this.phase === 'live' && this.transport![ability]) return this.transport!;
    throw new WebsockError('ERR_STATE', `Cannot ${action}: no open channel supports it`);
  }

  /** Ends our direction once everything pushed has been sent. */
  end(): Promise<void> {
    const transport = this.able('canEnd', 'end');
    this.#isEnding = true;
    this.flushWaiting();
    return transport.end!(() => this.sendQueue?.length ?? 0);
  }

  override outgoing(action: string): SendQueue | undefined {
    return this.#isEnding ? undefined : super.outgoing(action);
  }

  ended(): void {
    this.#hasEnded = this.#isEndUntold = true;
    this.ending = { ...LOST, code: 1000, wasClean: true };
    this.#reader?.serve();
    this.tellUntold();
  }

  /** Emits `end`, after the peer's last byte. */
  #tellEnd(): void {
    this.#isEndUntold = false;
    try {
      this.emitter.emit('end', undefined);
    } finally {
      if (this.transport!.endsByItself && this.phase === 'live') void this.end();
    }
  }

  tell<Name extends 'suspended' | 'resumed'>(name: Name, info: WebsockEvents[Name]): void {
    this.emitter.emit(name, info);
  }

  // Sending: the tap, and waits for bytes to leave.

  protected override sent(bytes: Uint8Array): void {
    super.sent(bytes);
    this.#show('sent', bytes);
  }

  /** Calls the tap. Its exceptions are only reported: watching must not disturb the connection. */
  #show(direction: 'received' | 'sent', bytes: Uint8Array): void {
    try {
      this.tap?.(direction, bytes);
    } catch (error) {
      report(error);
    }
  }

  protected override sendFailed(error: WebsockError): void {
    this.#drain?.reject(error);
    super.sendFailed(error);
  }

  protected override drained(): void {
    this.#drain?.check();
    super.drained();
  }

  protected override finish(): void {
    super.finish();
    this.#drain?.reject(this.closedBy('wait for bytes to leave'));
    this.#reader?.serve();
  }
}
