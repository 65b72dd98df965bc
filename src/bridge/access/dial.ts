/**
 * Connects to the target within a time limit.
 */
import { isIP, type LookupFunction, Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import { destroyOnError } from '../base/destroy-on-error.js';
import { formatAddress, type Target, type TcpTarget } from '../base/address.js';
import { isSocketPath, SOCKET_PATH_RULE } from '../base/unix.js';

/** How long a connection may be idle before TCP sends keep-alive probes, in ms. */
export const KEEP_ALIVE_DELAY = 30_000;

/** How a bridge speaks TLS to its target. The target's certificate is always checked. */
export interface TargetTls {
  /** The certificate authorities to check it against, as PEM. Default: the well-known ones. */
  readonly ca?: Buffer | undefined;
  /** The name that the certificate must have. Default: the target's host. */
  readonly serverName?: string | undefined;
}

/** How to connect to a target. */
export interface DialOptions {
  readonly tls?: TargetTls | undefined;
  /** Makes the socket for a connection without TLS; it must allow half-open connections. */
  readonly makeSocket?: (() => Socket) | undefined;
  /** Bytes to send first, even before the TLS handshake. */
  readonly preamble?: Buffer | undefined;
}

interface DialErrorOptions extends ErrorOptions {
  readonly timedOut?: boolean;
}

/** The target can't be reached. */
export class DialError extends Error {
  override readonly name = 'DialError';
  /** Whether the target did not answer in time, rather than refusing. */
  readonly timedOut: boolean;

  constructor(message: string, { timedOut = false, ...options }: DialErrorOptions) {
    super(message, options);
    this.timedOut = timedOut;
  }
}

/**
 * Resolves with a connected socket, half-open allowed. Rejects with a DialError when the target refuses, has no
 * address or does not answer within `timeout` ms, and when `signal` aborts. A failed dial leaves no socket or timer behind.
 */
export function dial(
  target: Target,
  timeout: number,
  signal: AbortSignal,
  options: DialOptions = {},
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if ('path' in target && !isSocketPath(target.path)) {
      // The system call would truncate the path and connect to another socket.
      throw new DialError(`Cannot connect to ${formatAddress(target)}: ${SOCKET_PATH_RULE}`, {});
    }
    const socket = open(target, options);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      destroyOnError(socket);
      socket.off('error', failed);
    };
    const fail = (reason: string, how: DialErrorOptions = {}) => {
      settle();
      socket.destroy();
      reject(new DialError(`Cannot connect to ${formatAddress(target)}: ${reason}`, how));
    };
    const abort = () => fail('it was cancelled');
    const timer = setTimeout(
      () => fail(`no answer within ${timeout} ms`, { timedOut: true }),
      timeout,
    );
    signal.addEventListener('abort', abort);
    const failed = (error: NodeJS.ErrnoException) =>
      fail(error.code ?? error.message, { cause: error });
    socket.on('error', failed);
    socket.once(options.tls ? 'secureConnect' : 'connect', () => {
      settle();
      socket.setNoDelay().setKeepAlive(true, KEEP_ALIVE_DELAY);
      resolve(socket);
    });
    if (signal.aborted) abort();
  });
}

/** Addresses that are given are used as they are: a second lookup of the name might return others. */
function whereToConnect({ host, port, addresses }: TcpTarget) {
  if (!addresses) return { host, port };
  const [first] = addresses;
  const lookup: LookupFunction = (_name, { all }, callback) =>
    all ? callback(null, [...addresses]) : callback(null, first?.address ?? '', first?.family);
  return { host, port, lookup };
}

function open(target: Target, { tls, makeSocket = newSocket, preamble }: DialOptions): Socket {
  const isPath = 'path' in target;
  const where = isPath ? { path: target.path } : whereToConnect(target);
  const connect = (make: () => Socket) => {
    const socket = make().connect(where);
    // The socket holds this back until it is connected.
    if (preamble) socket.write(preamble);
    return socket;
  };
  if (!tls) return connect(makeSocket);
  const name = tls.serverName ?? (isPath ? 'localhost' : (target.name ?? target.host));
  // Node's types lack `allowHalfOpen` here.
  const carrier = { ...(preamble ? { socket: connect(newSocket) } : where), allowHalfOpen: true };
  return connectTls({
    ...carrier,
    ...(tls.ca && { ca: tls.ca }),
    // An IP address is not sent as the server name (RFC 6066 section 3), but the certificate must still match it.
    servername: isIP(name) ? '' : name,
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
  });
}

function newSocket(): Socket {
  return new Socket({ allowHalfOpen: true });
}

/**
 * Calls user code and resolves with its answer; a synchronous one is never timed out. Rejects with a DialError when there is
 * no answer within `timeout` ms or `signal` aborts.
 */
export async function within<T>(
  timeout: number,
  signal: AbortSignal,
  ask: () => T | Promise<T>,
): Promise<T> {
  const answer = ask();
  if (!isThenable(answer)) return answer;
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  const given = new Promise<never>((_, reject) => {
    const fail = (reason: string, how: DialErrorOptions = {}) =>
      reject(new DialError(`Cannot continue: ${reason}`, how));
    abort = () => fail('it was cancelled');
    timer = setTimeout(() => fail(`no answer within ${timeout} ms`, { timedOut: true }), timeout);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([answer, given]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
