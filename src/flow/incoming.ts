/**
 * The receiving direction: how much has arrived, how much the peer may send, and when to tell it. Where the peer could be
 * waiting for a `received`, it falls due at once, without a timer.
 */
import { MESSAGE_MAX, type Confirmation } from './message.js';

/** `received` falls due after a quarter of the window, and after this many bytes at the latest. */
const STEP_MAX = 512 * 1024;
/** After this time (ms) even a small change is reported. */
const UNTOLD_MAX = 100;

/** The receiving direction of a frozen state: offsets in bytes, and whether the peer's end has arrived. */
export interface IncomingState {
  readonly position: number;
  readonly limit: number;
  readonly ended: boolean;
}

export class Incoming {
  readonly #window: number;
  readonly #step: number;
  /** All bytes before this offset have arrived. */
  position = 0;
  /** The offset up to which this end accepts bytes. */
  limit: number;
  /** Whether the peer's `end` has arrived, and whether one said `leave`. */
  isEnded = false;
  isLeft = false;

  /** The last report to the peer. */
  #toldPosition = 0;
  #toldLimit = MESSAGE_MAX;
  /** Whether this end has confirmed the peer's `end` on the current WebSocket, and whether on any. */
  toldEnded = false;
  everToldEnded = false;
  /** Whether `received` is due at once. */
  isDue = false;
  #untoldSince = Infinity;

  /** @param window how many bytes may be in flight or unread */
  constructor(window: number) {
    this.#window = window;
    this.#step = Math.min(STEP_MAX, window / 4);
    this.limit = window;
  }

  /** Whether this many more bytes are within the announced limit. */
  mayTake(length: number): boolean {
    return !this.isEnded && this.position + length <= this.#toldLimit;
  }

  take(length: number, now: number): void {
    this.position += length;
    this.#changed(now);
  }

  /** Whether the direction can end at this offset: exactly after the bytes that have arrived. */
  mayEnd(offset: number): boolean {
    return offset === this.position;
  }

  /** @returns whether the end is news */
  end(leave: boolean): boolean {
    const isNews = !this.isEnded || (leave && !this.isLeft);
    this.isEnded = true;
    this.isLeft ||= leave;
    this.isDue ||= !this.toldEnded || isNews;
    return isNews;
  }

  /** The application has this many bytes unread, and a read of `wanted` bytes is waiting. */
  allow(unread: number, wanted: number, now: number): void {
    const read = this.position - unread;
    this.limit = Math.max(this.limit, read + Math.max(this.#window, wanted));
    this.isDue ||= read + wanted > this.#toldLimit;
    this.#changed(now);
  }

  #changed(now: number): void {
    const arrived = this.position - this.#toldPosition;
    const grown = this.limit - this.#toldLimit;
    if (arrived >= this.#step || grown >= this.#step) this.isDue = true;
    else if (arrived > 0 || grown > 0) this.#untoldSince = Math.min(this.#untoldSince, now);
  }

  /** When `received` falls due; -Infinity if it already is. */
  get dueAt(): number {
    return this.isDue ? -Infinity : this.#untoldSince + UNTOLD_MAX;
  }

  /** Begins on another WebSocket, on which the end is not confirmed yet. */
  restart(): void {
    this.toldEnded = false;
  }

  /** Returns the `received` to send now, and counts it as sent. */
  tell(): Confirmation {
    this.isDue = false;
    this.#untoldSince = Infinity;
    this.#toldPosition = this.position;
    this.#toldLimit = this.limit;
    this.toldEnded = this.isEnded;
    this.everToldEnded ||= this.isEnded;
    const { position: received, limit } = this;
    if (!this.isEnded) return { received, limit };
    return this.isLeft
      ? { received, limit, ended: true, left: true }
      : { received, limit, ended: true };
  }

  freeze(): IncomingState {
    return { position: this.position, limit: this.limit, ended: this.isEnded };
  }

  /** Restores a frozen state. */
  thaw(state: IncomingState): void {
    this.position = this.#toldPosition = state.position;
    this.limit = Math.max(this.limit, state.limit);
    this.isEnded = state.ended;
  }
}
