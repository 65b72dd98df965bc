/**
 * The target's end of a session: a connected socket, what it says, and how it ends.
 */
import type { Socket } from 'node:net';
import { Progress } from './progress.js';
import { copies, type Fate, PooledSocket } from './reads.js';

/**
 * How long the target may take nothing of what is queued for it when the client has gone, in ms: a slow one may be
 * busy for minutes.
 */
const DRAIN_TIMEOUT = 300_000;
/** How long the target may take to finish after our half of its connection was closed, in ms. */
const FINISH_TIMEOUT = 10_000;

const EMPTY = Buffer.alloc(0);

/** The callbacks of a target's end. */
export interface TargetHandler {
  /**
   * Bytes of the target, with `HEADER_ROOM` bytes before them that may be overwritten. For those that are taken or wait
   * `release` has to be called, in order.
   */
  onBytes(bytes: Buffer): Fate;
  /** It has ended its half: no more comes. */
  onEnd(): void;
  /** It is closed, and had not ended its half. */
  onFailure(why: string): void;
}

/** A target that is connected. */
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

  /** Whether it takes bytes. */
  get isWritable(): boolean {
    return this.#socket.writable;
  }

  /** Bytes that wait for it in this process. */
  get queued(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer, done: () => void): void {
    this.progress.written += bytes.length;
    this.#socket.write(bytes, done);
  }

  /** The earliest bytes that were not released have been taken. */
  release(): void {
    if (this.#socket instanceof PooledSocket) this.#socket.release();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes our half, behind what is queued, and lets the target continue for as long as it likes. */
  shut(): void {
    if (this.#socket.writable) this.#socket.end();
  }

  /** Closes our half, behind what is queued, and gives the target a while to finish. */
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

  /** Drops it at once, with what is queued. */
  destroy(): void {
    this.#socket.destroy();
  }

  /**
   * Finds out whether a target that has ended its half is still there: a reset right behind its last bytes looks like
   * an end, but not to who writes. Calls back if it is; if not, it fails.
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
      // Pending writes find out themselves: in this turn, if the reset is there already.
      setImmediate(() => {
        if (!socket.destroyed) confirm();
      });
      return;
    }
    // Nothing is sent.
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
    // What had arrived before the failure, and waited for the client to read on.
    const rest = this.#socket.read() as Buffer | null;
    if (rest) this.#read(rest);
    this.#handler.onFailure(this.#error);
  }
}
