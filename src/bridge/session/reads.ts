/**
 * Reads from a target into reusable buffers, which grow with the flow: one read of a megabyte costs half as much as sixteen
 * of 64 KiB.
 *
 * Node reads into the buffer that a handle was last given, and reports the read at once. So all connections with little
 * traffic share one buffer, and their bytes are copied out of it. Only while a connection's reads fill their buffer does it
 * have one of its own, which nobody else gets until the last byte in it is taken.
 */
import { Socket } from 'node:net';
import { HEADER_ROOM } from './framing/encoder.js';

/** The size of the shared buffer, and the sizes of the others, in bytes. */
const SHARED_SIZE = 64 * 1024;
const SIZES = [256 * 1024, 1024 * 1024] as const;
/** A connection gets the largest buffer after this many bytes: one whose client does not read never gets that far. */
const PROVEN = 16 * 1024 * 1024;
/** How many free buffers of each size are kept. */
const MAX_FREE = 4;

const shared = part(Buffer.allocUnsafeSlow(SHARED_SIZE), Infinity);
const free: readonly Buffer[][] = SIZES.map(() => []);

/**
 * What became of bytes. `dropped`: nobody needs them. `taken`: the system has taken them. `waiting`: their memory is needed
 * until `release`. `kept`: their memory belongs to the receiver for good.
 */
export type Fate = 'dropped' | 'taken' | 'waiting' | 'kept';

/** A connection to a target, half-open allowed, that is paused until its bytes are wanted. */
export class PooledSocket extends Socket {
  /** The most bytes delivered at once. */
  maxRead = Infinity;
  /**
   * Takes what was read. The `HEADER_ROOM` bytes before it in memory may be overwritten. For each call that returns `taken`
   * or `waiting`, `release` must be called, in order.
   */
  onBytes: (bytes: Buffer) => Fate = () => 'dropped';
  /** The index in SIZES for the next read; -1 while the shared buffer is enough. */
  #level = -1;
  #carried = 0;
  /** The buffer of its own for the next read. */
  #own: Buffer | undefined;
  /** The buffers of unreleased bytes; undefined for bytes that need none. */
  readonly #unreleased: (Buffer | undefined)[] = [];
  /** How many buffers are among them. */
  #held = 0;

  constructor() {
    const options = {
      allowHalfOpen: true,
      onread: {
        buffer: () => this.#next(),
        callback: (length: number, view: Buffer) => this.#take(length, view),
      },
    };
    super(options);
    this.pause();
    this.on('close', () => this.#giveBack());
  }

  /** Releases the earliest unreleased bytes: they have been taken. */
  release(): void {
    const buffer = this.#unreleased.shift();
    if (!buffer) return;
    this.#held -= 1;
    giveBack(buffer);
  }

  /**
   * Returns the buffer for the next read. A paused connection gets the shared one, since nobody knows how long it will be
   * paused; so does one with a buffer of its own still waiting: while its client does not read, the rest is kept as copies,
   * which are no larger than what came.
   */
  #next(): Buffer {
    if (this.#level < 0 || this.#held > 0 || this.isPaused()) {
      this.#giveBack();
      return this.maxRead < shared.length ? shared.subarray(0, this.maxRead) : shared;
    }
    this.#own ??= take(this.#level);
    return part(this.#own, this.maxRead);
  }

  #take(length: number, view: Buffer): true {
    this.#carried += length;
    if (this.#own) this.#tell(view.subarray(0, length));
    else for (const bytes of copies(view.subarray(0, length), this.maxRead)) this.#tell(bytes);
    // A read that does not fill its buffer has emptied the connection, and nobody knows when the next one comes.
    if (length < view.length) this.#level = -1;
    else this.#level = this.#carried > PROVEN && this.maxRead > SIZES[0] ? 1 : 0;
    return true;
  }

  #tell(bytes: Buffer): void {
    const fate = this.onBytes(bytes);
    if (fate === 'taken') this.#unreleased.push(undefined);
    if (fate === 'waiting') {
      this.#unreleased.push(this.#own);
      if (this.#own) this.#held += 1;
    }
    if (fate === 'waiting' || fate === 'kept') this.#own = undefined;
  }

  #giveBack(): void {
    if (this.#own) giveBack(this.#own);
    this.#own = undefined;
  }
}

/** The part of a buffer that is read into. */
function part(buffer: Buffer, size: number): Buffer {
  return buffer.subarray(HEADER_ROOM, HEADER_ROOM + size);
}

/** Copies bytes into memory of their own, in pieces of at most `size` bytes, each with `HEADER_ROOM` bytes before it. */
export function* copies(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    const copy = Buffer.allocUnsafe(HEADER_ROOM + piece.length);
    copy.set(piece, HEADER_ROOM);
    yield copy.subarray(HEADER_ROOM);
  }
}

function take(level: number): Buffer {
  return free[level].pop() ?? Buffer.allocUnsafeSlow(SIZES[level]);
}

function giveBack(buffer: Buffer): void {
  const same = free[SIZES.indexOf(buffer.length as (typeof SIZES)[number])];
  if (same.length < MAX_FREE) same.push(buffer);
}
