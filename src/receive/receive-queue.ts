/**
 * The receive queue: messages go in as they arrive, and a protocol parser reads numbers, bytes and text from it, no matter
 * how the bytes were split. Every read checks its length first, and consumes nothing if it runs short.
 */
import { ReceiveUnderflowError, renewUnderflow, WebsockError } from '../errors.js';
import { asBytes, checkCount, isByte, refusePromise, tooSmall } from './checks.js';
import { Segments } from './segments.js';
import { decodeLatin1, decodeUtf8 } from './text.js';

/** The options of a {@link ReceiveQueue}. */
export interface ReceiveQueueOptions {
  /** The most unread bytes it may hold. Default: no limit. */
  limit?: number | undefined;
  /** Called when a read runs short or {@link ReceiveQueue.has} returns false: more bytes are needed. */
  onShort?: (() => void) | undefined;
}

/** How bytes are returned. */
export interface CopyOptions {
  /**
   * `true` (default): the result belongs to the caller. `false`: it may be a view into the queue's memory, made
   * without a copy; use it before more bytes arrive, and don't write to it.
   */
  copy?: boolean | undefined;
}

/** Numbers that straddle two segments, and the rarer kinds, are assembled here. */
const scratch = new DataView(new ArrayBuffer(8));

/**
 * A queue of received bytes with typed reads, named after DataView's; big-endian by default.
 *
 * All reads throw {@link ReceiveUnderflowError} when too few bytes are queued, and RangeError for a length that
 * is negative, fractional or NaN; in both cases nothing is consumed. Memory: nothing is allocated before the
 * first byte; chunks of 4 KiB or more (512 bytes when nothing is unread) are used without a copy; consumed
 * bytes are released, except the chunk being read and the 64 KiB before it, which stay available to {@link rewind}.
 *
 * @example
 * const queue = new ReceiveQueue();
 * queue.push(new Uint8Array([0, 5, 104, 101, 108, 108, 111]));
 * queue.tryRead(() => queue.readUtf8(queue.readUint16())); // 'hello'
 */
export class ReceiveQueue {
  readonly #segments: Segments;
  readonly #onShort: (() => void) | undefined;
  #tries = 0;
  #underflow: ReceiveUnderflowError | undefined;

  /** @throws RangeError when `limit` is negative or NaN */
  constructor(options?: ReceiveQueueOptions);
  /** @internal The storage comes from an owner with fast paths of its own. */
  constructor(options: ReceiveQueueOptions, segments: Segments);
  constructor(
    { limit = Infinity, onShort }: ReceiveQueueOptions = {},
    segments = new Segments(limit),
  ) {
    if (!(limit >= 0)) throw new RangeError(`Cannot use limit ${limit}: it must be 0 or more`);
    this.#segments = segments;
    this.#onShort = onShort;
  }

  /** The most bytes that may be unread. */
  get limit(): number {
    return this.#segments.limit;
  }

  /** How many bytes are unread. */
  get length(): number {
    return this.#segments.length;
  }

  /**
   * Appends a chunk and takes ownership of it. Large chunks are used without a copy, so don't change the memory
   * afterwards, and don't push a view that another queue returned. Shared and resizable memory, and a
   * small view of a large buffer, are copied.
   * @throws WebsockError `ERR_RECEIVE_OVERFLOW` when more than `limit` bytes would be unread; then none of
   *   the chunk is kept
   * @throws TypeError when the chunk is not an ArrayBuffer or a view of one
   */
  push(chunk: ArrayBuffer | ArrayBufferView): void {
    const bytes = asBytes(chunk);
    const buffer = chunk instanceof ArrayBuffer ? chunk : undefined;
    if (bytes.length === 0 || this.#segments.append(bytes, buffer)) return;
    throw this.#overflow(bytes.length);
  }

  /** Reads an unsigned byte. */
  readUint8(): number {
    const segments = this.#segments;
    if (segments.position >= segments.end) this.#require(1);
    return segments.bytes[segments.position++];
  }

  /** Reads an unsigned 16-bit integer, 2 bytes. */
  readUint16(littleEndian = false): number {
    const { position, end, bytes } = this.#segments;
    if (position + 2 > end) return this.#assemble(2).getUint16(0, littleEndian);
    this.#segments.position = position + 2;
    return littleEndian
      ? bytes[position] | (bytes[position + 1] << 8)
      : (bytes[position] << 8) | bytes[position + 1];
  }

  /** Reads an unsigned 32-bit integer, 4 bytes. */
  readUint32(littleEndian = false): number {
    return this.readInt32(littleEndian) >>> 0;
  }

  /** Reads an unsigned 64-bit integer, 8 bytes. */
  readBigUint64(littleEndian = false): bigint {
    return this.#assemble(8).getBigUint64(0, littleEndian);
  }

  /** Reads a signed 64-bit integer, 8 bytes, two's complement. */
  readBigInt64(littleEndian = false): bigint {
    return this.#assemble(8).getBigInt64(0, littleEndian);
  }

  /** Reads a signed byte, two's complement. */
  readInt8(): number {
    return (this.readUint8() << 24) >> 24;
  }

  /** Reads a signed 16-bit integer, 2 bytes, two's complement. */
  readInt16(littleEndian = false): number {
    return (this.readUint16(littleEndian) << 16) >> 16;
  }

  /** Reads a signed 32-bit integer, 4 bytes, two's complement. */
  readInt32(littleEndian = false): number {
    const { position, end, bytes } = this.#segments;
    if (position + 4 > end) return this.#assemble(4).getInt32(0, littleEndian);
    this.#segments.position = position + 4;
    return littleEndian
      ? bytes[position] |
          (bytes[position + 1] << 8) |
          (bytes[position + 2] << 16) |
          (bytes[position + 3] << 24)
      : (bytes[position] << 24) |
          (bytes[position + 1] << 16) |
          (bytes[position + 2] << 8) |
          bytes[position + 3];
  }

  /** Reads a 32-bit float, IEEE 754, 4 bytes. */
  readFloat32(littleEndian = false): number {
    return this.#assemble(4).getFloat32(0, littleEndian);
  }

  /** Reads a 64-bit float, IEEE 754, 8 bytes. */
  readFloat64(littleEndian = false): number {
    return this.#assemble(8).getFloat64(0, littleEndian);
  }

  /**
   * Reads n bytes. With `copy: false` the result may be a view into the queue: no copy is made if the bytes
   * came in one chunk, and it stays valid until more bytes arrive.
   */
  readBytes(n: number, options?: CopyOptions): Uint8Array<ArrayBuffer> {
    this.#require(n);
    const segments = this.#segments;
    const bytes = options?.copy === false ? segments.view(n) : segments.copy(n);
    segments.skip(n);
    return bytes;
  }

  /**
   * Reads n bytes (default: `target.length`) into the start of `target`.
   * @throws RangeError when n is larger than `target`
   */
  readInto(target: Uint8Array, n: number = target.length): void {
    if (n > target.length) throw tooSmall(target, n);
    this.#require(n);
    const segments = this.#segments;
    if (n <= segments.end - segments.position) target.set(segments.view(n));
    else segments.copyTo(n === target.length ? target : target.subarray(0, n));
    segments.skip(n);
  }

  /** Reads n bytes as Latin-1 text: one character per byte, U+0000 to U+00FF. */
  readLatin1(n: number): string {
    const text = decodeLatin1(this.peekBytes(n, { copy: false }));
    this.#segments.skip(n);
    return text;
  }

  /**
   * Reads n bytes as UTF-8 text. Bytes that are not UTF-8 become U+FFFD, including a character cut at either
   * end; a byte order mark is kept.
   */
  readUtf8(n: number): string {
    const text = decodeUtf8(this.peekBytes(n, { copy: false }));
    this.#segments.skip(n);
    return text;
  }

  /** The next byte, without consuming it. */
  peekUint8(): number {
    this.#require(1);
    return this.#segments.bytes[this.#segments.position];
  }

  /** The next n bytes, without consuming them; see {@link readBytes} for `copy`. */
  peekBytes(n: number, options?: CopyOptions): Uint8Array<ArrayBuffer> {
    this.#require(n);
    return options?.copy === false ? this.#segments.view(n) : this.#segments.copy(n);
  }

  /** Consumes n bytes without reading them. */
  skip(n: number): void {
    this.#require(n);
    this.#segments.skip(n);
  }

  /**
   * Finds a byte or a run of bytes at or after `from`. Positions count from the next unread byte; -1 when it is
   * not queued (yet).
   * @throws RangeError when the byte is not 0 to 255, the run is empty, or `from` is not a position
   */
  indexOf(pattern: number | Uint8Array, from = 0): number {
    const run = typeof pattern === 'number' ? [pattern] : pattern;
    // An empty run has undefined here, which is no byte either.
    if (!isByte(run[0])) {
      throw new RangeError(`Cannot search for [${pattern}]: it must be one or more bytes`);
    }
    checkCount(from, 'search from');
    return this.#segments.indexOf(run, from);
  }

  /**
   * Runs a parser that reads straight through, without counting. When this queue runs short inside it, the queue
   * is put back to where it was and the result is undefined: call again when more bytes have arrived. Any
   * other exception puts the queue back too and propagates. Calls can be nested, and a failed one is cheap: all
   * failures of a queue share one error object.
   * @throws TypeError when fn returns a promise: the bytes it would read later can't be put back
   */
  tryRead<T>(fn: () => T): T | undefined {
    const start = this.#segments.offset;
    this.#segments.hold();
    this.#tries++;
    try {
      const result = fn();
      refusePromise(result);
      return result;
    } catch (error) {
      this.#segments.seek(start);
      if (error !== undefined && error === this.#underflow) return undefined;
      throw error;
    } finally {
      this.#tries--;
      this.#segments.release();
    }
  }

  /** Runs fn and keeps everything consumed meanwhile, however much, for {@link rewind}. */
  hold<T>(fn: () => T): T {
    this.#segments.hold();
    try {
      return fn();
    } finally {
      this.#segments.release();
    }
  }

  /**
   * Makes the last n consumed bytes unread again. The queue keeps everything consumed since the outermost
   * running {@link tryRead} or {@link hold} began; otherwise 64 KiB, plus the consumed part of a chunk that is not
   * used up yet.
   * @throws RangeError when fewer than n bytes are kept; then nothing moves
   */
  rewind(n: number): void {
    checkCount(n, 'step back by');
    const { kept, offset } = this.#segments;
    if (n > kept) {
      throw new RangeError(`Cannot step back by ${n} bytes: only ${kept} are kept`);
    }
    this.#segments.seek(offset - n);
  }

  /** How many consumed bytes {@link rewind} can bring back. */
  get kept(): number {
    return this.#segments.kept;
  }

  /**
   * Puts a byte in front of the unread ones, in place of the last consumed byte; a view of that byte, as returned
   * with `copy: false`, changes too. The new byte does not count against `limit`.
   * @throws RangeError when it is not a byte
   */
  unshift(byte: number): void {
    if (!isByte(byte)) {
      throw new RangeError(`Cannot put back ${byte}: it must be a byte, 0 to 255`);
    }
    this.#segments.unshift(byte);
  }

  /**
   * Whether n bytes are unread. If not, the queue assumes that you are waiting for n bytes, as after a read
   * that ran short, and stores them contiguously. `Infinity` stands for one more than are queued.
   * @throws RangeError when n is not a length
   */
  has(n: number): boolean {
    if (n === Infinity) n = this.length + 1;
    checkCount(n, 'wait for');
    if (n <= this.#segments.length) return true;
    this.#wait(n);
    return false;
  }

  /** How many bytes were requested when the queue last ran short, until they have all arrived; otherwise 0. */
  get wanted(): number {
    const { wanted } = this.#segments;
    return wanted > this.length ? wanted : 0;
  }

  #wait(n: number): void {
    this.#segments.want(n);
    this.#onShort?.();
  }

  /** Throws unless n bytes are queued; afterwards, the first of them (for n > 0) is in the current segment. */
  #require(n: number): void {
    const { position, end } = this.#segments;
    // The common case; NaN, undefined and fractions fail it.
    if (!(n > 0 && n <= end - position && n === (n | 0))) this.#requireElse(n);
  }

  #requireElse(n: number): void {
    const segments = this.#segments;
    checkCount(n, 'read');
    if (n > segments.length) throw this.#shortOf(n, segments.length);
    if (segments.position === segments.end) segments.advance();
  }

  #shortOf(needed: number, available: number): ReceiveUnderflowError {
    this.#wait(needed);
    if (this.#tries === 0) return new ReceiveUnderflowError(needed, available);
    this.#underflow ??= new ReceiveUnderflowError(needed, available);
    return renewUnderflow(this.#underflow, needed, available);
  }

  #overflow(size: number): WebsockError {
    return new WebsockError(
      'ERR_RECEIVE_OVERFLOW',
      `Cannot queue ${size} bytes: ${this.length} are unread, and the limit is ${this.#segments.limit}`,
    );
  }

  /** Consumes the next n bytes, at most 8, and returns a copy in the scratch. */
  #assemble(n: number): DataView {
    this.#require(n);
    const segments = this.#segments;
    for (let i = 0; i < n; i++) {
      if (segments.position === segments.end) segments.advance();
      scratch.setUint8(i, segments.bytes[segments.position++]);
    }
    return scratch;
  }
}
