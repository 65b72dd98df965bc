/**
 * Async reads over a receive queue. They wait in a line: the first in is served first, and bytes that arrive go to
 * it before anyone else sees them. A read takes its bytes all at once, in the moment it is served, so one that is
 * aborted has consumed nothing.
 */
import { WebsockError } from '../errors.js';
import { checkCount, type ReceiveQueue } from './receive-queue.js';

/** How a read may be given up. */
export interface ReadOptions {
  /** Aborting it rejects the read with the signal's reason; nothing is consumed. */
  signal?: AbortSignal | undefined;
}

/** What `readSome` can be told. */
export interface ReadSomeOptions extends ReadOptions {
  /** The most bytes to read. Default: all that are there. */
  max?: number | undefined;
}

/** What `readUntil` can be told. */
export interface ReadUntilOptions extends ReadOptions {
  /** The most bytes to read, delimiter included. Default: as many as the queue may hold. */
  limit?: number | undefined;
}

/** A read in the line. */
interface Waiting {
  /** The result; undefined when it takes more bytes. */
  readonly attempt: () => unknown;
  /** From how many unread bytes on another attempt makes sense. */
  needed: number;
  /** What readSome gives at a clean end; other reads fail there. */
  readonly isSome: boolean;
  readonly settle: (result: unknown, error?: unknown) => void;
}

/** Why there will be no more bytes: `undefined` for a clean end. */
type End = (action: string) => Error;

/** The reads that wait on one queue. */
export class ByteReader {
  /** While it is true nothing is served; call `serve()` when it has changed. */
  isPaused = false;
  readonly #queue: ReceiveQueue;
  readonly #limit: number;
  readonly #onChange: () => void;
  readonly #onAbort: () => void;
  readonly #line: Waiting[] = [];
  #end: End | undefined;
  #isClean = false;

  /**
   * @param limit the most bytes that the queue may hold: a read of more could never be served
   * @param on `onChange`: called when reads were served, given up, or have begun to wait; `onAbort`: when one was aborted
   */
  constructor(
    queue: ReceiveQueue,
    limit: number,
    on: { onChange: () => void; onAbort: () => void },
  ) {
    this.#queue = queue;
    this.#limit = limit;
    this.#onChange = on.onChange;
    this.#onAbort = on.onAbort;
  }

  /** How many unread bytes the first read in the line needs; 0 when none waits. */
  get wanted(): number {
    return this.#line[0]?.needed ?? 0;
  }

  get isWaiting(): boolean {
    return this.#line.length > 0;
  }

  read(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#exact(n, () => this.#queue.readBytes(n), options);
  }

  peek(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#exact(n, () => this.#queue.peekBytes(n), options);
  }

  readInto<T extends ArrayBufferView>(view: T, options?: ReadOptions): Promise<T> {
    const read = (): T => {
      this.#queue.readInto(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      return view;
    };
    return this.#exact(view.byteLength, read, options);
  }

  readSome({
    max = Infinity,
    signal,
  }: ReadSomeOptions = {}): Promise<Uint8Array<ArrayBuffer> | null> {
    const attempt = (): Uint8Array | undefined =>
      this.#queue.length > 0 ? this.#queue.readBytes(Math.min(max, this.#queue.length)) : undefined;
    return this.#wait({ attempt, needed: 1, isSome: true }, signal, () => {
      if (max !== Infinity) checkCount(max, 'read up to', 1);
    });
  }

  readUntil(
    delimiter: number | Uint8Array,
    { limit = this.#limit, signal }: ReadUntilOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const queue = this.#queue;
    const size = typeof delimiter === 'number' ? 1 : delimiter.length;
    let searched = 0;
    const waiting = {
      needed: 1,
      isSome: false,
      attempt: () => {
        const at = queue.indexOf(delimiter, searched);
        if (at !== -1 && at + size <= limit) return queue.readBytes(at + size);
        if (at !== -1 || queue.length >= limit) {
          const rule = `there is no delimiter in ${limit} bytes`;
          throw new WebsockError('ERR_RECEIVE_OVERFLOW', `Cannot read up to a delimiter: ${rule}`);
        }
        searched = Math.max(0, queue.length - size + 1);
        waiting.needed = queue.length + 1;
        return undefined;
      },
    };
    return this.#wait(waiting, signal, () => {
      if (limit !== Infinity) checkCount(limit, 'read up to', 1);
    });
  }

  /** Serves those in front whose bytes are there; at the end, all. */
  serve(): void {
    for (let first; !this.isPaused && (first = this.#line[0]);) {
      try {
        let result = first.attempt();
        if (result === undefined) {
          if (!this.#end) break;
          if (!(first.isSome && this.#isClean)) throw this.#end('read');
          result = null;
        }
        first.settle(result);
      } catch (error) {
        first.settle(undefined, error);
      }
      this.#line.shift();
    }
    this.#onChange();
  }

  /** Gives up all that wait. */
  reject(error: Error): void {
    for (const waiting of this.#line.splice(0)) waiting.settle(undefined, error);
    this.#onChange();
  }

  /**
   * No more bytes will come, until it is called without `makeError`: reads get what is there, then null (`readSome`, and only if the end is clean) or an
   * error of their own.
   */
  end(isClean: boolean, makeError: End | undefined): void {
    this.#isClean = isClean;
    this.#end = makeError;
    this.serve();
  }

  #exact<T>(n: number, read: () => T, options?: ReadOptions): Promise<T> {
    const attempt = (): T | undefined => (this.#queue.length >= n ? read() : undefined);
    return this.#wait({ attempt, needed: n, isSome: false }, options?.signal, () => {
      checkCount(n, 'read');
      if (n > this.#limit) {
        throw new RangeError(`Cannot read ${n} bytes: the queue holds at most ${this.#limit}`);
      }
    });
  }

  /** Puts a read in the line, and serves it at once where that is possible. */
  #wait<T>(
    read: Omit<Waiting, 'settle'>,
    signal: AbortSignal | undefined,
    check: () => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      check();
      signal?.throwIfAborted();
      const settle = (result: unknown, error?: unknown): void => {
        signal?.removeEventListener('abort', abort);
        if (error === undefined) resolve(result as T);
        else reject(error as Error);
      };
      const waiting = Object.assign(read, { settle });
      const abort = (): void => {
        this.#line.splice(this.#line.indexOf(waiting), 1);
        settle(undefined, signal!.reason);
        this.serve();
        this.#onAbort();
      };
      signal?.addEventListener('abort', abort);
      this.#line.push(waiting);
      this.serve();
    });
  }
}
