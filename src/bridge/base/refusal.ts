/**
 * Why a request is not served: because of a rule of the bridge or the answer of a user's function.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Why a request is not served. The message must not contain anything that a client sent. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Additional text for the log only. */
  readonly detail?: string;
  /** What was thrown; the log has its class and code. Only the bridge's own refusals have one. */
  readonly cause?: unknown;
  /** The kind of rule, where the status does not say it. Only the bridge's own refusals have one. */
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

/** What the status says of the reason. */
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

/** Requests that no server would take. */
const BAD_REQUESTS = new Set([400, 405, 408, 426, 431, 505]);

/** Why, as one of few kinds. */
export function kindOf({ status, kind }: Refusal): RefusalKind {
  return kind ?? KINDS[status] ?? (BAD_REQUESTS.has(status) ? 'bad_request' : 'other');
}

const NOT_ALLOWED: Refusal = { status: 403, message: 'Not allowed.' };

/** Interprets the answer of a user's function: only `true` allows; anything that is not a refusal is a plain 403. */
export function readAnswer(answer: unknown): true | Refusal {
  return answer === true || readRefusal(answer);
}

/** How long the answer is and that it is the last: the bridge says so itself. */
const OURS = /^(?:connection|content-length|transfer-encoding)$/i;

/**
 * A refusal as a user's code gave it, each member read once. Throws a RangeError for one that can't be sent, and what
 * Node throws for headers that can't be.
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
