/**
 * Async reads over a receive queue. They wait in a line: the first in is served first, and bytes that arrive go to
 * it before anyone else sees them. A read takes its bytes all at once, in the moment it is served, so one that is
 * aborted has consumed nothing.
 */
import { WebsockError } from '../errors.js';
import { checkCount } from './checks.js';
import type { ReceiveQueue } from './receive-queue.js';

/** How a read may be given up. */
export interface ReadOptions {
  /** Aborting it rejects the read with the signal's reason; nothing is consumed. */
  signal?: AbortSignal | undefined;
}

/** Options of `readSome()`. */
export interface ReadSomeOptions extends ReadOptions {
  /** The most bytes to read. Default: all that are there. */
  max?: number | undefined;
}

/** Options of `readUntil()`. */
export interface ReadUntilOptions extends ReadOptions {
  /** The most bytes to read, delimiter included. Default: as many as the queue may hold. */
  limit?: number | undefined;
}

/** A byte, some bytes, or text, of which the UTF-8 counts. */
export type Delimiter = number | Uint8Array | string;

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

/** Why there will be no more bytes. */
export interface ReadEnd {
  /** Then `readSome` gives null; other reads fail all the same. */
  readonly isClean: boolean;
  error(action: string): Error;
}

/** Whom a reader works for. */
export interface ReaderOwner {
  /** No more bytes will come; call `serve()` when that has changed. */
  readonly readEnd: ReadEnd | undefined;
  /** Reads were served, given up, or have begun to wait. */
  readsChanged(): void;
  /** A read was aborted: bytes that it waited for may be for others. */
  tellUntold(): void;
}

/** The reads that wait on one queue. */
export class ByteReader {
  /** While it is true nothing is served; call `serve()` when it has changed. */
  isPaused = false;
  readonly #queue: ReceiveQueue;
  readonly #limit: number;
  readonly #owner: ReaderOwner;
  readonly #line: Waiting[] = [];

  constructor(queue: ReceiveQueue, owner: ReaderOwner) {
    this.#queue = queue;
    // A read of more could never be served.
    this.#limit = queue.limit;
    this.#owner = owner;
  }

  /** How many unread bytes the first read in the line needs; 0 when none waits. */
  get wanted(): number {
    return this.#line[0]?.needed ?? 0;
  }

  get isWaiting(): boolean {
    return this.#line.length > 0;
  }

  read(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.exact(n, (queue) => queue.readBytes(n), options);
  }

  peek(n: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.exact(n, (queue) => queue.peekBytes(n), options);
  }

  readInto<T extends ArrayBufferView>(view: T, options?: ReadOptions): Promise<T> {
    const read = (queue: ReceiveQueue): T => {
      queue.readInto(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      return view;
    };
    return this.exact(view.byteLength, read, options);
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

  readUntil(delimiter: Delimiter, options?: ReadUntilOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** @param isSome whether a clean end without a delimiter is null, and no error */
  readUntil(
    delimiter: Delimiter,
    options: ReadUntilOptions | undefined,
    isSome: true,
  ): Promise<Uint8Array<ArrayBuffer> | null>;
  readUntil(
    delimiter: Delimiter,
    { limit = this.#limit, signal }: ReadUntilOptions = {},
    isSome = false,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    const queue = this.#queue;
    const run = typeof delimiter === 'string' ? new TextEncoder().encode(delimiter) : delimiter;
    const size = typeof run === 'number' ? 1 : run.length;
    let searched = 0;
    const waiting = {
      needed: 1,
      isSome,
      attempt: () => {
        const at = queue.indexOf(run, searched);
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

  /** Serves those in front whose bytes are there. At the end, all: what is there, then null or an error of its own. */
  serve(): void {
    for (let first; !this.isPaused && (first = this.#line[0]);) {
      try {
        let result = first.attempt();
        if (result === undefined) {
          const end = this.#owner.readEnd;
          if (!end) break;
          if (!(first.isSome && end.isClean)) throw end.error('read');
          result = null;
        }
        first.settle(result);
      } catch (error) {
        first.settle(undefined, error);
      }
      this.#line.shift();
    }
    this.#owner.readsChanged();
  }

  /** Gives up all that wait. */
  reject(error: Error): void {
    for (const waiting of this.#line.splice(0)) waiting.settle(undefined, error);
    this.#owner.readsChanged();
  }

  /** Reads n bytes with `read`, as soon as they are there. */
  exact<T>(n: number, read: (queue: ReceiveQueue) => T, options?: ReadOptions): Promise<T> {
    const queue = this.#queue;
    const attempt = (): T | undefined => (queue.length >= n ? read(queue) : undefined);
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
        this.#owner.tellUntold();
      };
      signal?.addEventListener('abort', abort);
      this.#line.push(waiting);
      this.serve();
    });
  }
}
