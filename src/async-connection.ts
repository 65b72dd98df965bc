/**
 * A connection that is also read asynchronously: reads wait for their bytes, a slow reader stops a channel that has backpressure,
 * and where the channel has half-close each direction ends by itself.
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

/** Stands for the receive queue of sync reads while async ones wait: their bytes must not be taken away. */
const refusesReads = /* @__PURE__ */ new Proxy({} as ReceiveQueue, {
  get() {
    throw new WebsockError('ERR_READ_PENDING', 'Cannot read now: an async read is pending');
  },
});

export class AsyncConnection extends Connection implements ReaderOwner {
  readonly #barred = new BarredCursor(this.segments);
  #reader: ByteReader | undefined;
  #drain: Drain | undefined;
  /** Whether the channel is paused. */
  #isStopped = false;
  /** Whether `message` was withheld by `pause()` or for reads that waited. */
  #isUntold = false;
  /** Whether the peer's direction has ended, and whether that was not told yet. */
  #hasEnded = false;
  #isEndUntold = false;
  /** Whether ours is to end. */
  #isEnding = false;

  /** Who reads. */
  get reader(): ByteReader {
    return (this.#reader ??= new ByteReader(this.receiveQueue, this));
  }

  /** Who waits for bytes to leave. */
  get drain(): Drain {
    return (this.#drain ??= new Drain(this));
  }

  /** Watches the bytes of this connection, and of those after it. */
  get tap(): WebsockTap | undefined {
    return this.emitter.tap;
  }

  set tap(tap: WebsockTap | undefined) {
    this.emitter.tap = tap;
    this.readsChanged();
  }

  /** The error of what can't be done any more; undefined as long as it can. */
  closedError(action: string): WebsockError | undefined {
    if (this.phase === 'live') return undefined;
    return this.phase === 'unused' ? unused(action) : this.closedBy(action);
  }

  /** Why there will be no more bytes; undefined as long as there may be. */
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

  /** A channel that was stopped may continue. */
  override goOn(): void {
    if (this.#isStopped) this.regulate();
  }

  /** Stops a channel that has backpressure when enough is queued, and lets it continue when it is not. */
  override regulate(): void {
    const { transport } = this;
    if (this.phase !== 'live' || !transport!.backpressure) return;
    const { length, wanted } = this.receiveQueue;
    const { isWaiting = false, isPaused = false, wanted: awaited = 0 } = this.#reader ?? {};
    const isHandled = this.emitter.has('message');
    if (transport!.isFlow) {
      // Whoever reads on changes what is allowed.
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

  /** Reads have begun or ended to wait, or what holds them back has changed. */
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

  /** Reads that wait come first, then `message`. */
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

  /** Tells of bytes that have arrived, unless they are withheld (still). */
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

  // Where each direction ends by itself; and flow, where the stream outlives its channel.

  /** The transport, if it is open and can do that. */
  able(ability: 'canEnd' | 'isFlow', action: string): Transport {
    if (this.phase === 'live' && this.transport![ability]) return this.transport!;
    throw new WebsockError('ERR_STATE', `Cannot ${action}: there is no open channel that can`);
  }

  /** Ends our direction after what was pushed. */
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

  /** The peer's end, behind its last byte. */
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

  // Waits for bytes to leave.

  protected override sent(bytes: Uint8Array): void {
    super.sent(bytes);
    this.#show('sent', bytes);
  }

  /** Whoever only watches must not disturb. */
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
