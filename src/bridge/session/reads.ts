/**
 * Reads from a target into buffers that are used again, and that grow with the flow: a read of a megabyte costs half
 * of what sixteen reads of 64 KiB do.
 *
 * Node reads into the buffer that a handle was last given, and tells of it at once. So all connections that have
 * little to say share one buffer, out of which what they say is copied; only while its reads fill what they are given
 * does a connection have a buffer of its own, which nobody else gets until the last byte in it is taken.
 */
import { Socket } from 'node:net';
import { HEADER_ROOM } from './framing/encoder.js';

/** Of the buffer that is shared, and of those that are not, in bytes. */
const SHARED_SIZE = 64 * 1024;
const SIZES = [256 * 1024, 1024 * 1024] as const;
/** A connection gets the largest when so much has come over it: one whose client does not read never gets that far. */
const PROVEN = 16 * 1024 * 1024;
/** Free buffers that are kept of each size. */
const MAX_FREE = 4;

const shared = part(Buffer.allocUnsafeSlow(SHARED_SIZE), Infinity);
const free: readonly Buffer[][] = SIZES.map(() => []);

/**
 * What became of bytes: nobody needs them any more, they are where they belong, they are under way until `release`, or
 * their memory is somebody's for good.
 */
export type Fate = 'dropped' | 'taken' | 'waiting' | 'kept';

/** A connection to a target, half-open allowed, that is paused until its bytes are wanted. */
export class PooledSocket extends Socket {
  /** The most bytes delivered at once. */
  maxRead = Infinity;
  /**
   * Takes what was read. Before the bytes are `HEADER_ROOM` more, which may be overwritten. For each call whose bytes
   * are taken or wait `release` has to be called, in order.
   */
  onBytes: (bytes: Buffer) => Fate = () => 'dropped';
  /** Which of SIZES the next read is for; -1 while the shared buffer does. */
  #level = -1;
  #carried = 0;
  /** The buffer of its own that the next read goes to. */
  #own: Buffer | undefined;
  /** The buffers of bytes that were not released; undefined for those that need none. */
  readonly #unreleased: (Buffer | undefined)[] = [];
  /** How many of them there are. */
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

  /** The earliest bytes that were not released have been taken. */
  release(): void {
    const buffer = this.#unreleased.shift();
    if (!buffer) return;
    this.#held -= 1;
    giveBack(buffer);
  }

  /**
   * What the next read goes to: the shared buffer too for one that is stopped, since nobody knows for how long, and
   * while one of its own waits: a client that does not read keeps the rest as copies, which are no larger than what
   * came.
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
    // A read that leaves room has emptied the connection, and the next may come at any time.
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

/** Bytes in memory of their own, `size` at most in each piece, with the room before it. */
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
