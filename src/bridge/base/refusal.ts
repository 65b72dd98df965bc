/**
 * Why a request is not served: by a rule of the bridge's, or by what a user's function answered.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Why a request is not served. The message is text of ours: nothing that a client sent goes into it. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What only the log is told. */
  readonly detail?: string;
}

const NOT_ALLOWED: Refusal = { status: 403, message: 'Not allowed.' };

/** What a user's function answered: only `true` lets in; what is no refusal is a plain 403. */
export function readAnswer(answer: unknown): true | Refusal {
  return answer === true || readRefusal(answer);
}

/** A refusal as a user's code gave it. Throws a RangeError for one that can't be sent, a TypeError for its headers. */
export function readRefusal(answer: unknown): Refusal {
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return NOT_ALLOWED;
  const { status, message, headers } = answer as Refusal;
  if (!Number.isInteger(status) || status < 300 || status > 599 || typeof message !== 'string') {
    throw new RangeError(
      `Cannot answer with the status ${String(status)}: expected one from 300 to 599, and a message`,
    );
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return answer as Refusal;
}
