/**
 * One connection, from its channel's start to its end: the channel's bytes go into the receive queue, those of the
 * send queue onto the channel, and the emitter tells what happens. Each channel gets a connection of its own.
 */
import { WebsockClosedError, WebsockError } from './errors.js';
import type { CloseInfo, Emitter, WebsockEvents } from './events.js';
import type { ResolvedOptions } from './options.js';
import type { ByteReader, ReadEnd } from './receive/byte-reader.js';
import { BarredCursor, type Cursor } from './receive/cursor.js';
import { deliver, ReceiveQueue, segmentsOf } from './receive/receive-queue.js';
import type { Segments } from './receive/segments.js';
import type { Drain } from './send/drain.js';
import { SendQueue } from './send/send-queue.js';
import { isCleanCode } from './transport/close-code.js';
import type { Transport, TransportEnd, TransportHandler } from './transport/transport.js';

/** Sent when a message would exceed `receiveLimit`: 1009 is the code for it, but a page may not send that. */
const RECEIVE_OVERFLOW_CODE = 4009;

/** Stands for the receive queue of sync reads while async ones wait: their bytes must not be taken away. */
const refusesReads = /* @__PURE__ */ new Proxy({} as ReceiveQueue, {
  get() {
    throw new WebsockError('ERR_READ_PENDING', 'Cannot read now: an async read is pending');
  },
});

/** The end of a connection of which nothing is known. */
const LOST: CloseInfo = { code: 1006, reason: '', wasClean: false, by: 'network' };

/** Told what sync reads go to, and the cursor in that. */
type SetReads = (reads: ReceiveQueue, cursor: Cursor) => void;

export class Connection implements TransportHandler {
  readonly options: ResolvedOptions;
  readonly #emitter: Emitter;
  readonly #setReads: SetReads;

  readonly whenOpen = new Deferred<void>();
  readonly whenClosed = new Deferred<CloseInfo>();
  readonly receiveQueue: ReceiveQueue;
  readonly #segments: Segments;
  readonly #barred: BarredCursor;
  /** Who reads asynchronously, and who waits for bytes to leave: made by the socket that can, when first asked to. */
  reader: ByteReader | undefined;
  drain: Drain | undefined;
  /** Whether the channel is paused. */
  isStopped = false;
  #transport: Transport | undefined;
  #sendQueue: SendQueue | undefined;

  /** `live`: the state is the channel's own. */
  #phase: 'unused' | 'live' | 'closing' | 'closed' = 'unused';
  /** The arguments of `close()`, while bytes still wait for room in the channel. */
  #pendingClose: [code: number, reason?: string] | undefined;
  /** How it ends, as far as that is known, and what has failed before. */
  #ending = LOST;
  #failure: WebsockError | undefined;
  #bytesSent = 0;
  /** Whether it is live, bytes that arrive are told with `message`, and that is all there is to do. */
  #isPlain = false;
  /** Whether `message` was withheld by `pause()` or for reads that waited. */
  #isUntold = false;
  /** Whether the peer's direction has ended, and whether that was not told yet. */
  #hasEnded = false;
  #isEndUntold = false;
  /** Whether ours is to end. */
  #isEnding = false;
  /** Whether more than `sendHighWaterMark` waits to leave, and `drain` is to come. */
  #isHigh = false;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #lastByteAt = 0;

  /** @param setReads called with the object that sync reads use, whenever it changes */
  constructor(options: ResolvedOptions, emitter: Emitter, setReads: SetReads) {
    this.options = options;
    this.#emitter = emitter;
    this.#setReads = setReads;
    const { receiveLimit: limit } = options;
    this.receiveQueue = new ReceiveQueue({ limit, onShort: () => this.goOn() });
    this.#segments = segmentsOf(this.receiveQueue);
    this.#barred = new BarredCursor(this.#segments);
    this.readsChanged();
  }

  get state(): Transport['state'] | 'unused' {
    return this.#phase === 'live' ? this.#transport!.state : this.#phase;
  }

  get transport(): Transport | undefined {
    return this.#transport;
  }

  get bytesReceived(): number {
    return this.#segments.received;
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  get bufferedAmount(): number {
    return (this.#sendQueue?.length ?? 0) + (this.#transport?.bufferedAmount ?? 0);
  }

  /** Starts on a channel, once. */
  start(transport: Transport): void {
    this.#goTo('live');
    this.#transport = transport;
    this.#sendQueue = this.#newSendQueue(transport);
    transport.start(this);
    if (transport.state === 'open') return this.#wentOpen();
    const { openTimeout } = this.options;
    // Unless it has failed in the start.
    if (openTimeout < Infinity && this.#phase === 'live')
      this.#openTimer = setTimeout(() => this.#openLate(), openTimeout);
  }

  /** Leaves the channel for good: it gets what it takes of what was pushed, is closed, and not heard again. */
  leave(): void {
    // Reads that a pause held over the end.
    if (this.#phase === 'closed') this.reader?.reject(this.#closedError('read'));
    const sendQueue = this.#sendQueue;
    if (!sendQueue) return;
    const transport = this.#transport!;
    transport.detach();
    this.#ending = { code: 1000, reason: '', wasClean: false, by: 'local' };
    this.reader?.reject(this.#closedError('read'));
    this.#end();
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
    if (this.#phase !== 'live') return;
    const by = this.state === 'closing' ? 'remote' : 'local';
    this.#goTo('closing');
    this.#pendingClose = [code, reason];
    this.#ending = { code, reason: reason ?? '', wasClean: true, by };
    this.reader?.reject(this.#closedError('read'));
    try {
      this.#flushWaiting();
    } finally {
      this.#closeWhenSent();
    }
  }

  /** Ends our direction behind what was pushed. */
  end(): Promise<void> {
    const transport = this.flowing('end');
    this.#isEnding = true;
    this.#flushWaiting();
    return transport.end!(() => this.#sendQueue?.length ?? 0);
  }

  /** The transport, if it is open and a flow. */
  flowing(action: string): Transport {
    if (this.#phase === 'live' && this.#transport!.isFlow) return this.#transport!;
    throw new WebsockError('ERR_STATE', `Cannot ${action}: there is no open flow session`);
  }

  /** The queue to push to, or undefined when bytes are to be dropped. */
  outgoing(action: string): SendQueue | undefined {
    if (this.#phase === 'live') return this.#isEnding ? undefined : this.#sendQueue;
    if (this.#phase !== 'unused') return undefined;
    throw unused(action);
  }

  /** A copy of what was pushed and has not gone to the channel. */
  unsent(): Uint8Array<ArrayBuffer> {
    return this.#sendQueue?.peek() ?? new Uint8Array(0);
  }

  /** Sends what was pushed, as far as the channel has room. */
  flush(): void {
    this.outgoing('flush')?.flush();
    const mark = this.options.sendHighWaterMark;
    if (this.#isHigh || this.#phase !== 'live' || this.bufferedAmount <= mark) return;
    this.#isHigh = true;
    this.notify(mark);
  }

  /** The error of what can't be done any more; undefined as long as it can. */
  closedError(action: string): WebsockError | undefined {
    if (this.#phase === 'live') return undefined;
    return this.#phase === 'unused' ? unused(action) : this.#closedError(action);
  }

  /** Why there will be no more bytes; undefined as long as there may be. */
  get readEnd(): ReadEnd | undefined {
    if (this.#phase === 'unused') return { isClean: false, error: unused };
    if (this.#phase !== 'closed' && !this.#hasEnded) return undefined;
    const failure = this.#failure;
    const { code, wasClean } = this.#ending;
    return {
      isClean: wasClean && !failure && isCleanCode(code),
      error: (action) => (failure?.code === 'ERR_TRUNCATED' ? failure : this.#closedError(action)),
    };
  }

  /** More bytes are waited for than there are: a channel that was stopped may go on. */
  goOn(): void {
    if (this.isStopped) this.regulate();
  }

  /** Stops a channel that has backpressure when enough is queued, and lets it go on when it is not. */
  regulate(): void {
    const transport = this.#transport;
    if (this.#phase !== 'live' || !transport!.backpressure) return;
    const { length, wanted } = this.receiveQueue;
    if (transport!.isFlow) {
      // Whoever reads on changes what is allowed.
      this.isStopped = length > 0;
      const { isWaiting, isPaused, wanted: awaited = 0 } = this.reader ?? {};
      if (isPaused) return;
      const isTold = this.#emitter.has('message') && !isWaiting;
      return transport!.allow!(length, Math.max(wanted, awaited), isTold);
    }
    const isEnough =
      length >= this.options.receiveHighWaterMark &&
      length >= (this.reader?.wanted ?? 0) &&
      wanted === 0 &&
      !this.#emitter.has('message');
    this.isStopped = isEnough || !!this.reader?.isPaused;
    if (this.isStopped) transport!.pause();
    else transport!.resume();
    return undefined;
  }

  // Reports of the transport; none follow `detach()`.

  opened(event: Event | undefined): void {
    if (this.#phase !== 'live') return;
    try {
      this.#wentOpen();
    } finally {
      // Unless the flush failed, and an error handler has closed it or gone on to another channel.
      if (this.#phase === 'live') this.#emitter.emit('open', event);
    }
  }

  received(bytes: Uint8Array, buffer?: ArrayBuffer): void {
    // `=== true`: the engine need not ask what else it might be.
    const isDone =
      this.#isPlain === true &&
      deliver(this.receiveQueue, bytes, buffer, this.#emitter.emitMessage);
    if (!isDone) this.#receive(bytes);
  }

  /** The stream is broken here: nothing that comes later is shown, and the channel is closed. */
  refused(error: WebsockError, code: number): void {
    if (this.#phase !== 'live') return;
    this.#goTo('closing');
    this.#failure = error;
    this.#ending = { ...LOST, by: 'local' };
    try {
      this.#emitter.emit('error', error);
    } finally {
      this.#transport!.close(code);
    }
  }

  failed(error: WebsockError): void {
    // After our own close it is not an error.
    if (this.#phase !== 'live') return;
    this.#failure = error;
    this.#emitter.emit('error', error);
  }

  writable(): void {
    try {
      this.#flushWaiting();
    } finally {
      this.#closeWhenSent();
      this.#drained();
    }
  }

  ended(): void {
    this.#hasEnded = this.#isEndUntold = true;
    this.#ending = { ...LOST, code: 1000, wasClean: true };
    this.reader?.serve();
    this.tellUntold();
  }

  tell<Name extends 'suspended' | 'resumed'>(name: Name, info: WebsockEvents[Name]): void {
    this.#emitter.emit(name, info);
  }

  closed(end: TransportEnd): void {
    this.#transport!.detach();
    const known = this.#ending.by;
    const by = known === 'network' && end.code !== LOST.code ? 'remote' : known;
    this.#ending = { ...end, by };
    this.#end();
    this.#emitter.emit('close', this.#ending);
  }

  /** Going live, it is for `readsChanged()` to say what a message's way is. */
  #goTo(phase: 'live' | 'closing' | 'closed'): void {
    this.#phase = phase;
    this.#isPlain = false;
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
    const { sendBufferSize: bufferSize, sendLimit: limit, maxMessageSize } = this.options;
    return new SendQueue(sink, { bufferSize, limit, maxMessageSize });
  }

  /** A message for which there is more to do. */
  #receive(bytes: Uint8Array): void {
    if (this.#phase !== 'live' || bytes.length === 0) return;
    try {
      this.receiveQueue.push(bytes);
    } catch (error) {
      return this.refused(error as WebsockError, RECEIVE_OVERFLOW_CODE);
    }
    this.#deliver();
  }

  #wentOpen(): void {
    clearTimeout(this.#openTimer);
    this.whenOpen.resolve();
    this.#lastByteAt = performance.now();
    this.#watchSilence(this.options.idleTimeout);
    this.readsChanged();
    this.#flushWaiting();
    this.#drained();
  }

  /** Bytes have arrived, and there is more to it than `message`: waiting reads come first. */
  #deliver(): void {
    this.#lastByteAt = performance.now();
    this.reader?.serve();
    try {
      this.#isUntold = true;
      this.tellUntold();
    } finally {
      this.regulate();
    }
  }

  /** Tells of bytes that have arrived, unless they are withheld (still). */
  tellUntold(): void {
    if (this.reader?.isPaused || this.reader?.isWaiting) return;
    const { emitMessage } = this.#emitter;
    const isUntold = this.#isUntold && this.receiveQueue.length > 0;
    this.#isUntold = false;
    try {
      if (isUntold) this.receiveQueue.hold(() => emitMessage(undefined));
    } finally {
      if (this.#isEndUntold) this.#tellEnd();
    }
  }

  /** The peer's end, behind its last byte. */
  #tellEnd(): void {
    this.#isEndUntold = false;
    try {
      this.#emitter.emit('end', undefined);
    } finally {
      if (this.#transport!.endsByItself && this.#phase === 'live') void this.end();
    }
  }

  /** Reads have begun or ended to wait, or what holds them back has changed. */
  readsChanged(): void {
    const { isWaiting = false, isPaused = false } = this.reader ?? {};
    if (isWaiting) this.#setReads(refusesReads, this.#barred);
    else this.#setReads(this.receiveQueue, this.#segments);
    this.#isPlain =
      this.#phase === 'live' &&
      !isWaiting &&
      !isPaused &&
      !this.#transport!.backpressure &&
      this.options.idleTimeout === Infinity;
    this.regulate();
  }

  #openLate(): void {
    const transport = this.#transport!;
    const { openTimeout } = this.options;
    const channel = transport.url || 'the channel';
    const message = `Cannot open ${channel}: there was no connection in ${openTimeout} ms`;
    const error = new WebsockError('ERR_OPEN_TIMEOUT', message);
    // After `close()` there is only the end to tell, and that the peer did not answer.
    const isOurs = this.#phase === 'closing';
    this.#ending = isOurs ? { ...LOST, by: 'local' } : LOST;
    this.#failure = error;
    transport.detach();
    transport.close();
    this.#end();
    try {
      if (!isOurs) this.#emitter.emit('error', error);
    } finally {
      this.#emitter.emit('close', this.#ending);
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
      if (isIdle) this.#emitter.emit('idle', Math.round(silence));
    }, wait);
  }

  /** Sends what waits; a failure is an event, for there is no caller who pushed. */
  #flushWaiting(): void {
    try {
      this.#sendQueue?.flush();
    } catch (error) {
      // Nobody waits on: an empty channel would be tried again at once, and for ever.
      this.#isHigh = false;
      this.drain?.reject(error as WebsockError);
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

  /** Asks for `writable` when at most so many bytes have not left. While connecting it comes by itself. */
  notify(below: number): void {
    if (this.state !== 'open') return;
    this.#transport!.notify(Math.max(0, below - this.#sendQueue!.length));
  }

  /** Fewer bytes wait to leave than did. */
  #drained(): void {
    this.drain?.check();
    if (!this.#isHigh || this.#phase !== 'live') return;
    const mark = this.options.sendHighWaterMark;
    this.#isHigh = this.bufferedAmount > mark;
    if (this.#isHigh) this.notify(mark);
    else this.#emitter.emit('drain', undefined);
  }

  #end(): void {
    this.#goTo('closed');
    this.#sendQueue = undefined;
    this.#pendingClose = undefined;
    clearTimeout(this.#openTimer);
    clearTimeout(this.#idleTimer);
    this.whenOpen.reject(this.#closedError('open'));
    this.whenClosed.resolve(this.#ending);
    this.drain?.reject(this.#closedError('wait for bytes to leave'));
    this.reader?.serve();
  }

  #closedError(action: string): WebsockClosedError {
    const { code, reason } = this.#ending;
    const { length } = this.receiveQueue;
    return new WebsockClosedError(action, code, reason, length, { cause: this.#failure });
  }
}

/** A promise with its resolvers. An unhandled rejection is not reported. */
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

function unused(action: string): WebsockError {
  return new WebsockError('ERR_STATE', `Cannot ${action}: call open() or attach() first`);
}
