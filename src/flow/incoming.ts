/**
 * The direction that this end receives: how far it has come, how far the peer may go, and when to inform the peer.
 * `received` falls due without a timer wherever the peer could be waiting for it.
 */
import { MESSAGE_MAX, type Confirmation } from './message.js';

/** `received` falls due after a quarter of the window, and after this many bytes at the latest. */
const STEP_MAX = 512 * 1024;
/** After this time (ms) any change is reported. */
const UNTOLD_MAX = 100;

/** How far a direction has come. */
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
  /** The offset up to which bytes are welcome. */
  limit: number;
  /** Whether the peer's end has arrived, and whether it reads no more. */
  isEnded = false;
  isLeft = false;

  /** The last report to the peer. */
  #toldPosition = 0;
  #toldLimit = MESSAGE_MAX;
  /** Whether the present WebSocket has confirmed the end, and whether any has. */
  toldEnded = false;
  everToldEnded = false;
  /** Whether `received` is due whatever has changed. */
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

  /** Whether the end can be at that offset: after the bytes that have arrived. */
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

  /** When `received` falls due by time alone. */
  get dueAt(): number {
    return this.isDue ? -Infinity : this.#untoldSince + UNTOLD_MAX;
  }

  /** Begins on another WebSocket, which has reported nothing yet. */
  restart(): void {
    this.toldEnded = false;
  }

  /** The `received` that is due now; it then counts as sent. */
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
