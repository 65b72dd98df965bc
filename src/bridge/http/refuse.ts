/**
 * Answers a request with a complete HTTP error response, and says nothing about the request itself.
 */
import {
  STATUS_CODES,
  type ServerResponse,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http';
import type { Socket } from 'node:net';

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

/** How long a refused client may take to read the answer and hang up, in ms. */
const FAREWELL = 2_000;

/** Refuses an upgrade, on the socket that the HTTP server has let go of. */
export function refuseUpgrade(client: Socket, refusal: Refusal): void {
  if (client.destroyed) return;
  const headers = Object.entries(headersOf(refusal)).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const status = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n`;
  client.end(`${status}${headers.join('')}\r\n${bodyOf(refusal)}`);

  // Closing a socket with unread bytes resets it, and the client may lose the answer: read them away.
  client.resume();
  const timer = setTimeout(() => client.destroy(), FAREWELL);
  client.once('close', () => clearTimeout(timer));
}

/** Refuses a plain request. */
export function refuseRequest(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, headersOf(refusal)).end(bodyOf(refusal));
}

function headersOf(refusal: Refusal): Record<string, string> {
  return {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(bodyOf(refusal))),
    Connection: 'close',
    ...refusal.headers,
  };
}

function bodyOf({ message }: Refusal): string {
  return `${message}\n`;
}
