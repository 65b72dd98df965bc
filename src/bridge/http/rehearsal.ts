/**
 * Handshakes that are only rehearsed. A browser does not tell a page why its WebSocket was refused, so the page may ask
 * with a plain request, as `websock-client/diagnose` does.
 */
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { Visitor } from '../base/visitor.js';
import { judgeOrigin } from './judge.js';
import { judgeVisit, type VisitOptions } from './judge-visit.js';
import { type PlainResponse, refuseRequest } from './refuse.js';

/**
 * The header field of such a request and of its answer. Pages of other origins can't send it without a CORS preflight, so it
 * gives them no more than a WebSocket does.
 */
const FIELD = 'Websock-Diagnose';
const NAME = FIELD.toLowerCase();

const FINE: Refusal = { status: 200, message: 'A WebSocket would be accepted.' };
const MAY_ASK: Refusal = { status: 200, message: 'ok' };

/** What requests are judged by, and who takes the valid and the refused ones. */
export interface RehearsalOptions extends VisitOptions {
  readonly onVisitor: (visitor: Visitor) => void;
  readonly onRefused: (head: RequestHead, refusal: Refusal) => void;
}

/** Answers a request that asks whether a WebSocket would be accepted; returns false for any other request. */
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

  /** Answers that a WebSocket would be accepted. Returns nothing, like a client that has left. */
  accept(): undefined {
    this.refuse(FINE);
  }

  refuse(refusal: Refusal): void {
    // After an acceptance, this looks like a client that left, which the bridge then refuses.
    if (this.#response.writableEnded) return;
    const headers = { ...refusal.headers, ...this.#headers };
    refuseRequest(this.#response, { ...refusal, headers });
  }
}

/** The headers that let a page of an allowed origin read the answer. */
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
