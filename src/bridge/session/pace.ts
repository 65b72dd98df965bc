/**
 * How many bytes may pass in a second: a token bucket that fills at that rate, up to a second's worth. Bytes that have come
 * are never held back; a sender that exceeds the rate waits afterwards, until the excess is made up for.
 */
import { Transform } from 'node:stream';

/** The pace of one direction of a session. */
export class Pace {
  readonly #rate: number;
  readonly #onReady: () => void;
  /** How many bytes may pass; negative once too many have passed. */
  #balance: number;
  #since = performance.now();
  #timer: NodeJS.Timeout | undefined;

  /** `rate` is in bytes a second. `onReady` is called when more may pass, after `excess` was greater than 0. */
  constructor(rate: number, onReady: () => void) {
    this.#rate = rate;
    this.#balance = rate;
    this.#onReady = onReady;
  }

  /** How many bytes too many have passed. */
  get excess(): number {
    const now = performance.now();
    const gained = ((now - this.#since) / 1_000) * this.#rate;
    if (this.#balance < this.#rate) {
      this.#balance = Math.min(this.#rate, this.#balance + gained);
    }
    this.#since = now;
    return Math.max(0, Math.ceil(-this.#balance));
  }

  /** Counts bytes that pass. */
  spend(length: number): void {
    const isEarlier = this.excess > 0;
    this.#balance -= length;
    if (!isEarlier && this.#balance < 0) this.#wait();
  }

  /** Lets everything pass from here on. */
  lift(): void {
    this.#balance = Infinity;
    if (this.#timer === undefined) return;
    this.stop();
    this.#onReady();
  }

  /** Stops waiting: `onReady` is not called for the present excess. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.stop();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        // The excess may have grown meanwhile.
        if (this.excess > 0) this.#wait();
        else this.#onReady();
      },
      Math.ceil((-this.#balance / this.#rate) * 1_000),
    );
  }
}

/** How many bytes to read at once at a rate, so that the pauses are short. */
export function pieceAt(rate: number): number {
  return rate === 0 ? Infinity : Math.max(1_024, Math.ceil(rate / 8));
}

/** Makes a stream through which `rate` bytes a second pass. */
export function pacedStream(rate: number): Transform {
  let go = () => {};
  const pace = new Pace(rate, () => go());
  return new Transform({
    transform: (bytes: Buffer, _encoding, done) => {
      pace.spend(bytes.length);
      go = () => done(null, bytes);
      if (pace.excess === 0) go();
    },
    destroy: (error, done) => {
      pace.stop();
      done(error);
    },
  });
}
