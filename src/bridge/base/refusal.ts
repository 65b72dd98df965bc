/**
 * Why a request is not served: a rule of the bridge, or the answer of a user function.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';

/**
 * Why a request is not served. A user function may refuse with a `status` from 300 to 599, except 304. `message` becomes the
 * body of the answer, and must not contain anything that a client sent.
 */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Additional text for the log only. */
  readonly detail?: string;
  /** The exception behind it; the log shows its class and code. Only the bridge's own refusals have one. */
  readonly cause?: unknown;
  /** The kind of reason, if the status does not imply it. Only the bridge's own refusals have one. */
  readonly kind?: RefusalKind;
}

/** The kinds of reasons, for metrics. */
export type RefusalKind =
  | 'bad_request'
  | 'denied'
  | 'failed'
  | 'going_away'
  | 'held_off'
  | 'host'
  | 'origin'
  | 'other'
  | 'proxy'
  | 'redirected'
  | 'too_many'
  | 'too_many_from_address'
  | 'too_many_per_token'
  | 'timed_out'
  | 'unavailable'
  | 'unreachable';

/** The kind that each status implies. */
const KINDS: Readonly<Record<number, RefusalKind>> = {
  308: 'redirected',
  401: 'denied',
  403: 'denied',
  429: 'held_off',
  500: 'failed',
  502: 'unreachable',
  503: 'unavailable',
  504: 'timed_out',
};

/** The statuses of requests that no server would accept. */
const BAD_REQUESTS = new Set([400, 405, 408, 426, 431, 505]);

/** The kind of a refusal. */
export function kindOf({ status, kind }: Refusal): RefusalKind {
  return kind ?? KINDS[status] ?? (BAD_REQUESTS.has(status) ? 'bad_request' : 'other');
}

const NOT_ALLOWED: Refusal = { status: 403, message: 'Not allowed.' };

/** Interprets the answer of a user function: only `true` allows; anything that is not a refusal becomes a plain 403. */
export function readAnswer(answer: unknown): true | Refusal {
  return answer === true || readRefusal(answer);
}

/** The headers that the bridge sets itself: they say how long the answer is, and that the connection ends with it. */
const OURS = /^(?:connection|content-length|transfer-encoding)$/i;

/**
 * Checks a refusal from user code, reading each member once; anything that is not a refusal becomes a plain 403. Throws a
 * RangeError for a refusal that can't be sent, and Node's own error for an invalid header.
 */
export function readRefusal(answer: unknown): Refusal {
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return NOT_ALLOWED;
  const { status, message, headers: given, detail } = answer as Record<keyof Refusal, unknown>;
  const isRefusal = Number.isInteger(status) && Number(status) >= 300 && Number(status) <= 599;
  // 304 has no body.
  if (!isRefusal || status === 304 || typeof message !== 'string') {
    throw new RangeError(
      `Cannot answer with the status ${String(status)}: expected a status from 300 to 599 other than 304, and a message`,
    );
  }
  const headers = Object.entries(Object(given)).map(([name, value]) => [name, String(value)]);
  for (const [name = '', value = ''] of headers) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    if (OURS.test(name)) throw new RangeError(`Cannot answer with ${name}: the bridge sets it`);
  }
  return {
    status: Number(status),
    message,
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(typeof detail === 'string' && { detail }),
  };
}
