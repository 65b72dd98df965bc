/**
 * Handshakes that are only rehearsed. A browser does not tell a page why its WebSocket was refused, so the page may ask
 * the same by a plain request: `websock-client/diagnose` does.
 */
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { Visitor } from '../base/visitor.js';
import { judgeOrigin } from './judge.js';
import { judgeVisit, type VisitOptions } from './judge-visit.js';
import { type PlainResponse, refuseRequest } from './refuse.js';

/**
 * The field of such a request and of its answer. The pages of other origins can't send it without being asked whether
 * they may (CORS), so it does no more for them than a WebSocket.
 */
const FIELD = 'Websock-Diagnose';
const NAME = FIELD.toLowerCase();

const FINE: Refusal = { status: 200, message: 'A WebSocket would be accepted.' };
const MAY_ASK: Refusal = { status: 200, message: 'ok' };

/** What requests are judged by, and where those go that are in order. */
export interface RehearsalOptions extends VisitOptions {
  readonly onVisitor: (visitor: Visitor) => void;
  readonly onRefused: (head: RequestHead, refusal: Refusal) => void;
}

/** Answers a request that asks whether a WebSocket would be accepted; false for any other. */
export function rehearse(
  head: RequestHead,
  response: PlainResponse,
  options: RehearsalOptions,
): boolean {
  const isPreflight =
    head.method === 'OPTIONS' &&
    head.fields.list('access-control-request-headers').some((name) => name.toLowerCase() === NAME);
  if (!isPreflight && !(head.method === 'GET' && head.fields.has(NAME))) return false;
  const refusal = judgeVisit(head, options, () => undefined);
  const visitor = new Rehearsal(head, response, readableBy(head, options));
  if (refusal) {
    if (!isPreflight) options.onRefused(head, refusal);
    visitor.refuse(refusal);
  } else if (isPreflight) visitor.refuse(MAY_ASK);
  else options.onVisitor(visitor);
  return true;
}

/** A client that is told whether it would be accepted. */
class Rehearsal implements Visitor {
  readonly request: RequestHead;
  readonly protocols = [];
  readonly leave = new AbortController();
  readonly #response: PlainResponse;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    request: RequestHead,
    response: PlainResponse,
    headers: Readonly<Record<string, string>>,
  ) {
    this.request = request;
    this.#response = response;
    this.#headers = headers;
    response.once('close', () => this.leave.abort());
  }

  /** It leaves as soon as it is accepted. */
  accept(): undefined {
    this.refuse(FINE);
  }

  refuse(refusal: Refusal): void {
    // Its target is let go of behind the answer, which looks like a client that did not wait.
    if (this.#response.writableEnded) return;
    const headers = { ...refusal.headers, ...this.#headers };
    refuseRequest(this.#response, { ...refusal, headers });
  }
}

/** What lets the page of an allowed origin read the answer. */
function readableBy(
  { fields, peer }: RequestHead,
  { hosts }: RehearsalOptions,
): Record<string, string> {
  const own = { [FIELD]: '1', 'Cache-Control': 'no-store', Vary: 'Origin' };
  const origin = fields.only('origin');
  const { origins } = hosts.find(fields.hostName);
  if (origin === undefined || judgeOrigin(fields, origins, peer.isTls)) return own;
  return {
    ...own,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Headers': FIELD,
    'Access-Control-Expose-Headers': FIELD,
    'Timing-Allow-Origin': origin,
  };
}
