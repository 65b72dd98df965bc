/**
 * Async reads over a receive queue. They wait in line: the first is served first, and gets arriving bytes before anyone
 * else sees them. A read takes all its bytes at the moment it is served, so an aborted read has consumed nothing.
 */
import { WebsockError } from '../errors.js';
import { checkCount } from './checks.js';
import type { ReceiveQueue } from './receive-queue.js';

/** Options of the async reads. */
export interface ReadOptions {
  /** Aborting it rejects the read with the signal's reason; nothing is consumed. */
  signal?: AbortSignal | undefined;
}

/** Options of `readSome()`. */
export interface ReadSomeOptions extends ReadOptions {
  /** The most bytes to read. Default: all that are queued. */
  max?: number | undefined;
}

/** Options of `readUntil()`. */
export interface ReadUntilOptions extends ReadOptions {
  /** The most bytes to read, delimiter included. Default: as many as the queue may hold. */
  limit?: number | undefined;
}

/** A byte (0 to 255), a run of bytes, or text, which stands for its UTF-8 bytes. */
export type Delimiter = number | Uint8Array | string;

/** A read in line. */
interface Waiting {
  /** Returns the result, or undefined when the read needs more bytes. */
  readonly attempt: () => unknown;
  /** How many unread bytes make another attempt worthwhile. */
  needed: number;
  /** Whether a clean end resolves the read with null, as for `readSome()`; other reads fail there. */
  readonly isSome: boolean;
  readonly settle: (result: unknown, error?: unknown) => void;
}

/** Why no more bytes will come. */
export interface ReadEnd {
  /** If so, `readSome()` resolves with null; other reads fail in either case. */
  readonly isClean: boolean;
  error(action: string): Error;
}

/** The owner of a reader. */
export interface ReaderOwner {
  /** Why no more bytes will come, or undefined while some may; call `serve()` when this has changed. */
  readonly readEnd: ReadEnd | undefined;
  /** Called when reads were served, were rejected or started to wait. */
  readsChanged(): void;
  /** Called when a read was aborted: `message` may now be due for bytes that it was waiting for. */
  tellUntold(): void;
}

/** The async reads of one queue. */
export class ByteReader {
  /** While true, no read is served; call `serve()` after a change. */
  isPaused = false;
  readonly #queue: ReceiveQueue;
  readonly #limit: number;
  readonly #owner: ReaderOwner;
  readonly #line: Waiting[] = [];

  constructor(queue: ReceiveQueue, owner: ReaderOwner) {
    this.#queue = queue;
    // A longer read could never be served.
    this.#limit = queue.limit;
    this.#owner = owner;
  }

  /** How many unread bytes the first read in line needs; 0 when none is waiting. */
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
  /** @param isSome whether a clean end without a delimiter gives null instead of an error */
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
          const rule = `there is none in the first ${limit} bytes`;
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

  /** Serves the reads in front whose bytes are queued. After the end it settles all: with their bytes, null or an error each. */
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

  /** Rejects all waiting reads. */
  reject(error: Error): void {
    for (const waiting of this.#line.splice(0)) waiting.settle(undefined, error);
    this.#owner.readsChanged();
  }

  /** Reads n bytes with `read` as soon as they are queued. */
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

  /** Puts a read in line, and serves it at once if possible. */
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
