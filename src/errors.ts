/**
 * Errors that a caller may want to catch. Misuse (a negative length, a wrong argument) is a plain RangeError or
 * TypeError; everything here has a stable `code`, so that nobody has to parse a message.
 */

/** The `code` of a {@link WebsockError} or {@link ReceiveUnderflowError}; stable across releases. */
export type WebsockErrorCode =
  | 'ERR_RECEIVE_UNDERFLOW'
  | 'ERR_RECEIVE_OVERFLOW'
  | 'ERR_SEND_OVERFLOW'
  | 'ERR_READ_PENDING'
  | 'ERR_CLOSED'
  | 'ERR_TRUNCATED'
  | 'ERR_OPEN_TIMEOUT'
  | 'ERR_TEXT_FRAME'
  | 'ERR_CHANNEL'
  | 'ERR_RESUME'
  | 'ERR_STATE';

/**
 * An error that a program identifies by its `code`.
 *
 * | code | meaning |
 * |---|---|
 * | `ERR_RECEIVE_OVERFLOW` | a message would exceed `receiveLimit` (the socket rejects it whole and closes with 4009), or a delimited read its `limit` |
 * | `ERR_SEND_OVERFLOW` | a push would exceed `sendLimit`; none of it was queued |
 * | `ERR_READ_PENDING` | a synchronous read while an async read is waiting for the same bytes |
 * | `ERR_CLOSED` | the connection ended (a {@link WebsockClosedError}) |
 * | `ERR_TRUNCATED` | the peer closed while reading was paused, and the platform may have dropped bytes |
 * | `ERR_OPEN_TIMEOUT` | the connection was not open within `openTimeout` |
 * | `ERR_TEXT_FRAME` | a text frame arrived where only binary frames are allowed, or, under the subprotocol `base64`, was not Base64 |
 * | `ERR_CHANNEL` | the channel failed, or delivered neither bytes nor text; `cause` holds its event or exception, if any |
 * | `ERR_RESUME` | the session could not be resumed: the server has forgotten it or refuses to continue it |
 * | `ERR_STATE` | the socket is not in a state for this call |
 */
export class WebsockError extends Error {
  override get name(): string {
    return 'WebsockError';
  }

  /** Identifies what went wrong; see the table of {@link WebsockError}. */
  readonly code: WebsockErrorCode;

  /** @param options `cause`: the native event or exception behind this error */
  constructor(code: WebsockErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The connection ended before the operation could complete. Its `code` is `ERR_CLOSED`. */
export class WebsockClosedError extends WebsockError {
  override get name(): string {
    return 'WebsockClosedError';
  }

  /** The close code, RFC 6455 section 7.4. */
  readonly closeCode: number;
  /** The close reason, possibly empty. */
  readonly reason: string;
  /** How many received bytes are left unread. */
  readonly available: number;

  constructor(
    action: string,
    closeCode: number,
    reason: string,
    available: number,
    options?: ErrorOptions,
  ) {
    const why = reason ? `${closeCode} ${reason}` : `${closeCode}`;
    const message = `Cannot ${action}: the connection was closed (${why})`;
    super('ERR_CLOSED', withCause(message, options?.cause), options);
    this.closeCode = closeCode;
    this.reason = reason;
    this.available = available;
  }
}

/** A message, followed by the text of its cause (an ErrorEvent, an exception or a string), if there is any. */
export function withCause(message: string, cause: unknown): string {
  const why = textOf(cause) || textOf((cause as { error?: unknown } | undefined)?.error);
  return why ? `${message}: ${why}` : message;
}

function textOf(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  // Node's AggregateError for a refused connection has a code but no message.
  const { message, code } = Object(cause) as { message?: unknown; code?: unknown };
  return [message, code].find((text) => typeof text === 'string' && text !== '') as string;
}

/**
 * A read asked for more bytes than are queued. Nothing was consumed: read again when more have arrived, or
 * run the parser inside `tryRead()`, which does that for you.
 */
export class ReceiveUnderflowError extends RangeError {
  override get name(): string {
    return 'ReceiveUnderflowError';
  }

  /** Identifies what went wrong, as the code of a {@link WebsockError} does. */
  readonly code = 'ERR_RECEIVE_UNDERFLOW';
  /** How many bytes the read asked for. */
  readonly needed: number;
  /** How many bytes were queued. */
  readonly available: number;

  constructor(needed: number, available: number) {
    super(underflow(needed, available));
    this.needed = needed;
    this.available = available;
  }
}

/**
 * Updates an existing error for a new shortage. A new one costs a stack trace, which would be most of the cost
 * of a failed `tryRead()`.
 */
export function renewUnderflow(
  error: ReceiveUnderflowError,
  needed: number,
  available: number,
): ReceiveUnderflowError {
  return Object.assign(error, { message: underflow(needed, available), needed, available });
}

function underflow(needed: number, available: number): string {
  return `Cannot read ${needed} bytes: only ${available} are queued`;
}
