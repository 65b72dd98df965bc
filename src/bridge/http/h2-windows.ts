/**
 * Flow-control windows: how many bytes a client may send before the target takes them. For full speed over a long path, a
 * stream's window must hold the bytes in flight in one round trip. Node can't set the window of a single stream, so all
 * windows of a connection grow together when they are fully used, and shrink again as more streams are opened.
 */
import type { ServerHttp2Session } from 'node:http2';

/** Bytes that every stream may have in flight, whatever the others do. */
export const STREAM_WINDOW = 512 * 1024;
/** Bytes for all streams together once their windows have grown: 16 MiB for one, 8 MiB for each of two. */
const GROWN_WINDOW = 16 * 1024 * 1024;
/** The least time between two measurements, in ms. */
const INTERVAL = 20;

/**
 * The window of a connection with this many streams, in bytes: even if each stalls just after its window has grown, the
 * next ones have room.
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
  /** Bytes that targets have taken, and when this count began, in ms. */
  #taken = 0;
  #since = 0;
  /** How long the last ping took, in ms. */
  #roundTrip = 0;

  constructor(session: ServerHttp2Session) {
    this.#session = session;
  }

  /** Takes the number of streams that are open now. If that leaves less for each of them, their windows shrink. */
  share(streams: number): void {
    this.#limit = largest(Math.max(1, streams));
    this.#resize(Math.min(this.#size, this.#limit));
  }

  /**
   * Counts bytes that a target has taken. Node lets a client send more only after half a window has been taken, so at most
   * half a window can pass in a round trip. If more than a quarter does, the window may be what slows the client down.
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

/** The largest window for each of this many streams, in bytes: a power of two. */
function largest(streams: number): number {
  return Math.max(STREAM_WINDOW, 2 ** Math.floor(Math.log2(GROWN_WINDOW / streams)));
}
