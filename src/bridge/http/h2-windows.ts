/**
 * How many bytes a client may send before the target takes them. Over a long line a stream needs as many as are under way
 * in one round trip. Node's streams have no window of their own, so all those of a connection grow together when they are
 * used to the full, and shrink again as more are opened.
 */
import type { ServerHttp2Session } from 'node:http2';

/** Bytes that every stream may have under way, whatever the others do. */
export const STREAM_WINDOW = 512 * 1024;
/** Bytes for all streams together where their windows have grown: 16 MiB for one, 8 MiB for each of two. */
const GROWN_WINDOW = 16 * 1024 * 1024;
/** The least time between two measurements, in ms. */
const INTERVAL = 20;

/**
 * Bytes on all of so many streams together: even if each stalls just after its window has grown, the next ones have room.
 */
export function sessionWindow(streams: number): number {
  let sum = 0;
  for (let open = 1; open <= streams; open += 1) sum += largest(open);
  return sum;
}

/** The windows of the streams of one connection. */
export class H2Windows {
  readonly #session: ServerHttp2Session;
  #size = STREAM_WINDOW;
  #limit = GROWN_WINDOW;
  /** Bytes that targets have taken, and since when they are counted, in ms. */
  #taken = 0;
  #since = 0;
  /** How long the last ping took, in ms. */
  #roundTrip = 0;

  constructor(session: ServerHttp2Session) {
    this.#session = session;
  }

  /** Takes the number of streams that are open now. Where that leaves less for each of them, windows shrink. */
  share(streams: number): void {
    this.#limit = largest(Math.max(1, streams));
    this.#resize(Math.min(this.#size, this.#limit));
  }

  /**
   * Counts bytes that a target has taken. Node lets a client send more once half a window was taken, so half a window in a
   * round trip is all that can be: where it is as much as a quarter, the window may be what slows the client down.
   */
  took(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken < this.#size / 2 || !this.#mayGrow()) return;
    const elapsed = performance.now() - this.#since;
    if (elapsed < INTERVAL) return;
    if (this.#taken * this.#roundTrip > (this.#size / 4) * elapsed) this.#resize(this.#size * 2);
    this.#measure();
  }

  #measure(): void {
    this.#since = performance.now();
    this.#taken = 0;
    this.#session.ping((error: Error | null, duration: number) => {
      if (!error) this.#roundTrip = duration;
    });
  }

  #mayGrow(): boolean {
    const { destroyed, pendingSettingsAck } = this.#session;
    return !destroyed && !pendingSettingsAck && this.#size < this.#limit;
  }

  #resize(size: number): void {
    if (size === this.#size || this.#session.destroyed) return;
    this.#size = size;
    this.#session.settings({ initialWindowSize: size });
  }
}

/** The largest window of so many streams: a power of two. */
function largest(streams: number): number {
  return Math.max(STREAM_WINDOW, 2 ** Math.floor(Math.log2(GROWN_WINDOW / streams)));
}
