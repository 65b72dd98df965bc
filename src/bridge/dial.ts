/**
 * Connects to the target within a time limit.
 */
import { connect, type LookupFunction, type Socket } from 'node:net';
import { formatAddress, type Target, type TcpTarget } from './address.js';

/** How long a connection may be silent before TCP asks whether the peer is still there, in ms. */
export const KEEP_ALIVE_DELAY = 30_000;

/** The target can't be reached. */
export class DialError extends Error {
  override readonly name = 'DialError';
  /** Whether it gave no answer at all, rather than a refusal. */
  readonly timedOut: boolean;

  constructor(
    message: string,
    { timedOut = false, ...options }: ErrorOptions & { timedOut?: boolean },
  ) {
    super(message, options);
    this.timedOut = timedOut;
  }
}

/**
 * Resolves with a connected socket, half-open allowed. Rejects with a DialError when the target refuses, has no
 * address or does not answer within `timeout` ms, and when `signal` aborts. A failed dial leaves nothing behind.
 */
export function dial(target: Target, timeout: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...('path' in target ? { path: target.path } : whereToConnect(target)),
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY,
    });
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    const fail = (reason: string, options: ConstructorParameters<typeof DialError>[1] = {}) => {
      settle();
      socket.destroy();
      reject(new DialError(`Cannot connect to ${formatAddress(target)}: ${reason}`, options));
    };
    const abort = () => fail('it is no longer wanted');
    const timer = setTimeout(() => fail(`no answer in ${timeout} ms`, { timedOut: true }), timeout);
    signal.addEventListener('abort', abort);
    socket.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code ?? error.message, { cause: error }),
    );
    socket.once('connect', () => {
      settle();
      resolve(socket);
    });
    if (signal.aborted) abort();
  });
}

/** With addresses given, nobody is asked again: the answer might be another one. */
function whereToConnect({ host, port, addresses }: TcpTarget) {
  if (!addresses) return { host, port };
  const lookup: LookupFunction = (_name, _options, callback) => callback(null, [...addresses]);
  return { host, port, lookup };
}

/** Asks for what the dial needs. Rejects with a DialError when there is no answer within `timeout` ms or `signal` aborts. */
export async function within<T>(
  timeout: number,
  signal: AbortSignal,
  ask: () => T | Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  const given = new Promise<never>((_, reject) => {
    const fail = (reason: string, timedOut: boolean) =>
      reject(new DialError(`Cannot tell the target: ${reason}`, { timedOut }));
    abort = () => fail('it is no longer wanted', false);
    timer = setTimeout(() => fail(`no answer in ${timeout} ms`, true), timeout);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([ask(), given]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
