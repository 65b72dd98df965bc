/**
 * The target's end of a session: a connected socket, what it sends, and how it ends.
 */
import type { Socket } from 'node:net';
import { Progress } from './progress.js';
import { copies, type Fate, PooledSocket } from './reads.js';

/**
 * How long, once the client has gone, the target may take none of what is queued for it, in ms: a slow one may be busy for
 * minutes.
 */
const DRAIN_TIMEOUT = 300_000;
/** How long the target may take to finish after we have ended our half of its connection, in ms. */
const FINISH_TIMEOUT = 10_000;

const EMPTY = Buffer.alloc(0);

/** The callbacks of a target's end. */
export interface TargetHandler {
  /**
   * Bytes from the target. The `HEADER_ROOM` bytes before them in memory may be overwritten. For each call that returns
   * `taken` or `waiting`, `release` must be called, in order.
   */
  onBytes(bytes: Buffer): Fate;
  /** The target has ended its half: nothing more comes. */
  onEnd(): void;
  /** The connection is closed, and the target had not ended its half. */
  onFailure(why: string): void;
}

/** A connected target. */
export class TargetEnd {
  readonly progress: Progress;
  /** Resolves when its connection is closed. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #handler: TargetHandler;
  readonly #maxRead: number;
  #error = 'it closed early';
  #hasEnded = false;
  #isEnding = false;

  /** At most `maxRead` bytes are delivered at once. */
  constructor(socket: Socket, maxRead: number, handler: TargetHandler) {
    this.#socket = socket;
    this.#handler = handler;
    this.#maxRead = maxRead;
    this.progress = new Progress(socket);
    socket.on('end', () => handler.onEnd());
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (this.#error = code ?? this.#error));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#closed();
        resolve();
      });
    });
    if (socket instanceof PooledSocket) {
      socket.maxRead = maxRead;
      socket.onBytes = (bytes) => {
        this.progress.heard += bytes.length;
        return handler.onBytes(bytes);
      };
      socket.resume();
    } else {
      socket.on('data', (bytes) => this.#read(bytes));
    }
  }

  get isPaused(): boolean {
    return this.#socket.isPaused();
  }

  /** Whether it accepts bytes. */
  get isWritable(): boolean {
    return this.#socket.writable;
  }

  /** Bytes that are queued for the target in this process. */
  get queued(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer, done: () => void): void {
    this.progress.written += bytes.length;
    this.#socket.write(bytes, done);
  }

  /** Releases the earliest unreleased bytes: they have been taken. */
  release(): void {
    if (this.#socket instanceof PooledSocket) this.#socket.release();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends our half, after what is queued, and lets the target continue for as long as it likes. */
  shut(): void {
    if (this.#socket.writable) this.#socket.end();
  }

  /** Ends our half, after what is queued, and gives the target a while to finish. */
  end(): void {
    const socket = this.#socket;
    if (socket.destroyed || this.#isEnding) return;
    this.#isEnding = true;
    if (socket.writableFinished) {
      this.#awaitClose();
      return;
    }
    const stop = this.progress.watch(DRAIN_TIMEOUT, { takes: true }, () => socket.destroy());
    socket.once('finish', () => {
      stop();
      this.#awaitClose();
    });
    socket.end();
  }

  /** Drops the connection at once, and what is queued with it. */
  destroy(): void {
    this.#socket.destroy();
  }

  /**
   * Finds out whether a target that has ended its half is still there: a reset right after its last bytes looks like an end
   * to a reader, but not to a writer. Calls back if the target is there; if not, `onFailure` follows.
   */
  confirmEnd(onConfirmed: () => void): void {
    const confirm = () => {
      this.#hasEnded = true;
      onConfirmed();
    };
    const socket = this.#socket;
    if (socket.destroyed) return this.#closed();
    if (!socket.writable) return confirm();
    if (socket.writableLength > 0) {
      // Pending writes find out by themselves: in this turn, if the reset has already arrived.
      setImmediate(() => {
        if (!socket.destroyed) confirm();
      });
      return;
    }
    // An empty write sends nothing, but fails after a reset.
    socket.write(EMPTY, (error) => {
      if (!error) confirm();
    });
  }

  #awaitClose(): void {
    const timer = setTimeout(() => this.#socket.destroy(), FINISH_TIMEOUT);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  #read(bytes: Buffer): void {
    this.progress.heard += bytes.length;
    for (const piece of copies(bytes, this.#maxRead)) this.#handler.onBytes(piece);
  }

  #closed(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    // Bytes that had arrived before the failure, while the client was not reading.
    const rest = this.#socket.read() as Buffer | null;
    if (rest) this.#read(rest);
    this.#handler.onFailure(this.#error);
  }
}
