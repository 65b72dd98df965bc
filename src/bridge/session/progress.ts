/**
 * What the peer at one end of a session does: sends bytes, and takes those that were written to it. Whoever waits for
 * a peer asks here. No other code knows about a socket's handle.
 */
import type { Duplex } from 'node:stream';
import { unconfirmedBytes } from './unconfirmed.js';

/** What counts as progress. */
export interface Expected {
  /** The peer sends something. */
  readonly says?: boolean;
  /** The peer takes something. */
  readonly takes?: boolean;
  /** Whether the peer need not make progress for now. */
  readonly isExcused?: () => boolean;
}

/** The progress of one peer. Whoever reads from it and writes to it keeps `heard` and `written` up to date. */
export class Progress {
  /** Bytes that came from it. */
  heard = 0;
  /** Bytes that were written to it. */
  written = 0;
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** Whether bytes still wait for the peer in this process. */
  get hasWaiting(): boolean {
    return this.#stream.writableLength > 0;
  }

  /**
   * A number that stays the same for as long as the system takes nothing for the peer. The stream counts a write in full
   * until its last byte is taken; the handle, if there is one, knows how much of it is left.
   */
  get handedOver(): number {
    const queued = Number(this.#handle?.['writeQueueSize']) || 0;
    return this.written - this.#stream.writableLength - queued;
  }

  /** Bytes that the system holds until the peer's system has confirmed them; undefined where the system does not tell. */
  unconfirmed(): Promise<number | undefined> {
    return unconfirmedBytes(Number(this.#handle?.['fd'] ?? -1));
  }

  /**
   * A number that stays the same for as long as the peer takes nothing. The system reports room for more only once it has
   * plenty: judged by that alone, a slow peer would seem to take nothing for minutes.
   */
  async taken(): Promise<number> {
    const unconfirmed = (await this.unconfirmed()) ?? 0;
    return this.handedOver - unconfirmed;
  }

  /**
   * Calls back once, when the peer has made none of the expected progress for `limit` ms. Returns a function that ends the
   * watch, which also ends with the stream.
   */
  watch(limit: number, expected: Expected, onStuck: () => void): () => void {
    const { says = false, takes = false, isExcused = () => false } = expected;
    let since = performance.now();
    let heard = this.heard;
    let handedOver = this.handedOver;
    let taken: number | undefined;
    const look = async () => {
      const moved =
        (says && this.heard !== heard) || (takes && this.handedOver !== handedOver) || isExcused();
      heard = this.heard;
      handedOver = this.handedOver;
      let before = taken;
      if (moved) since = performance.now();
      taken = takes && !moved ? await this.taken() : undefined;
      before ??= taken;
      if (taken !== before) since = performance.now();
      if (performance.now() - since < limit || this.#stream.destroyed) return;
      stop();
      onStuck();
    };
    const timer = setInterval(() => void look(), Math.ceil(limit / 4));
    const stop = () => clearInterval(timer);
    this.#stream.on('close', stop);
    return stop;
  }

  get #handle(): Record<string, unknown> | undefined {
    const handle: unknown = Reflect.get(this.#stream, '_handle');
    return handle instanceof Object ? (handle as Record<string, unknown>) : undefined;
  }
}
