/**
 * Reopens a socket whenever its connection ends, unless this end closed it.
 * @module websock-client/reconnect
 */
import type { CloseInfo } from './events.js';
import { refuseUnknown } from './known-options.js';

/** What {@link reconnect} needs from a socket: a `Websock` or a `WebsockCore`. */
export interface Reconnectable {
  readonly readyState: string;
  readonly opened: Promise<void>;
  readonly closed: Promise<CloseInfo>;
}

/** The options of {@link reconnect}. */
export interface ReconnectOptions {
  /**
   * How long to wait (ms) before an attempt, or null to give up. `attempt` is 1 after a connection that lasted 10 s, and counts
   * up from there; `end` says how the last connection ended. Default: {@link backoff}.
   */
  delay?: ((attempt: number, end: CloseInfo) => number | null) | undefined;
  /** Aborting it stops reopening, as the function that {@link reconnect} returns does. */
  signal?: AbortSignal | undefined;
}

/** A connection that lasted this long (ms) counts as one that worked. */
const LASTING = 10_000;

const FIRST_DELAY = 1000;
const LAST_DELAY = 30_000;

/** Events that make an immediate attempt worthwhile: the network is back, or the page has left the back/forward cache. */
const WAKING = ['online', 'pageshow'];

/** The default delay (ms): 1 s, doubling to 30 s, less a random part of up to half so that clients do not all reconnect at once. */
export function backoff(attempt: number): number {
  const most = Math.min(FIRST_DELAY * 2 ** (attempt - 1), LAST_DELAY);
  return most * (1 - Math.random() / 2);
}

/**
 * Opens the socket now, if it is not open, and again after each end except one that began here: a `close()`, a `dispose()`
 * or an error such as `ERR_RECEIVE_OVERFLOW` (`by` is `'local'`). Between two attempts `close()` has no effect: to stop, call the
 * returned function, also before `dispose()`.
 *
 * Each connection starts with empty queues: in the `open` handler, send again whatever your protocol sends first.
 *
 * @param open opens the socket; it may be async (to fetch a token first), and a rejection counts as a failed attempt
 * @returns a function that stops reopening; the connection stays as it is
 * @throws whatever `open` throws the first time; TypeError for an unknown option
 *
 * @example
 * const stop = reconnect(sock, () => sock.open('wss://example.org/tcp', 'binary'));
 */
export function reconnect(
  sock: Reconnectable,
  open: () => void | PromiseLike<void>,
  options: ReconnectOptions = {},
): () => void {
  refuseUnknown(options, { delay: 1, signal: 1 });
  const { delay = backoff, signal } = options;
  const stopper = new AbortController();
  const stop = (): void => stopper.abort();
  if (signal?.aborted) return stop;
  signal?.addEventListener('abort', stop, { signal: stopper.signal });
  const opening = isIdle(sock) ? open() : undefined;
  void keep(sock, open, opening, delay, stopper.signal).finally(stop);
  return stop;
}

async function keep(
  sock: Reconnectable,
  open: () => void | PromiseLike<void>,
  opening: void | PromiseLike<void>,
  delay: NonNullable<ReconnectOptions['delay']>,
  signal: AbortSignal,
): Promise<void> {
  let attempt = 0;
  let next = async (): Promise<void> => opening;
  for (;;) {
    const { end, lasted } = await outcome(sock, next);
    if (signal.aborted || end.by === 'local') return;
    attempt = lasted >= LASTING ? 1 : attempt + 1;
    const wait = delay(attempt, end);
    if (wait === null) return;
    await pause(wait, signal);
    if (signal.aborted) return;
    next = async () => (isIdle(sock) ? open() : undefined);
  }
}

/** Opens the socket and waits for the end of its connection. `lasted`: how long it was open (ms). */
async function outcome(
  sock: Reconnectable,
  open: () => Promise<void>,
): Promise<{ end: CloseInfo; lasted: number }> {
  try {
    await open();
  } catch (error) {
    const end = { code: 1006, reason: String(error), wasClean: false, by: 'network' } as const;
    return { end, lasted: 0 };
  }
  let openedAt = Infinity;
  sock.opened.then(() => (openedAt = performance.now())).catch(() => {});
  const end = await sock.closed;
  return { end, lasted: performance.now() - openedAt };
}

/** Waits for this many ms, or until an event makes an immediate attempt worthwhile or the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // Node has no such events.
    const scope = globalThis as Partial<Pick<typeof globalThis, 'addEventListener'>>;
    const done = new AbortController();
    const end = (): void => {
      clearTimeout(timer);
      done.abort();
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { signal: done.signal });
    for (const name of WAKING) scope.addEventListener?.(name, end, { signal: done.signal });
  });
}

const isIdle = ({ readyState }: Reconnectable): boolean =>
  readyState === 'unused' || readyState === 'closed';
