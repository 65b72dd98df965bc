/**
 * Answers requests that do not ask for a WebSocket: health checks, the pages of corp-relay-v4, and the files of `--web`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { Vhosts } from '../base/vhosts.js';
import { judgeScheme } from './judge.js';
import { isRelayPage, type RelayPage, relayPage, sendPage } from './relay-pages.js';
import { judgeAuthority, type WebHost } from './web-host.js';
import { type PlainResponse, refuseRequest } from './refuse.js';

const HEALTHY: Refusal = { status: 200, message: 'ok' };
const READY: Refusal = { status: 200, message: 'ready' };
const NOT_READY: Refusal = { status: 503, message: 'The bridge is about to shut down.' };
export const GOING_AWAY: Refusal = {
  status: 503,
  kind: 'going_away',
  message: 'The bridge is shutting down.',
};
const NO_FILES: Refusal = {
  status: 405,
  message: 'Only WebSocket connections are accepted.',
  headers: { Allow: '' },
};
export const NO_PATH: Refusal = { status: 400, message: 'Expected a path in the request line.' };
export const NO_PROXY: Refusal = {
  status: 405,
  message: 'This is not a forward proxy.',
  headers: { Allow: 'GET, HEAD' },
  detail: 'CONNECT: the client takes the bridge for a forward proxy',
};
const NO_UPGRADE: Refusal = {
  status: 426,
  message: 'A WebSocket handshake requires the headers Upgrade and Connection.',
  headers: { Upgrade: 'websocket' },
  detail: 'a WebSocket request without Upgrade: a proxy has probably removed it',
};

/** What the answers to plain requests depend on. */
export interface PlainOptions {
  readonly hosts: Vhosts<WebHost>;
  /** Whether requests without TLS are redirected to https. */
  readonly redirectsToTls: boolean;
  /** Asks whether a request may have a file. Never rejects. */
  readonly authorize: (request: RequestHead) => Promise<true | Refusal>;
  /** Asks whether a request may connect. Never rejects. */
  readonly authenticate: (request: RequestHead) => Promise<true | Refusal>;
  /** Whether the pages of corp-relay-v4 are served. */
  readonly hasRelay: boolean;
  readonly isListening: () => boolean;
  /** Whether a load balancer may send more clients. */
  readonly isReady: () => boolean;
  /** Called when an answer is over; `whole` says whether all of it was sent, `duration` is in ms. */
  readonly onAnswered: (
    head: RequestHead,
    answer: { readonly status: number; readonly whole: boolean; readonly duration: number },
  ) => void;
  /** Called for each refused request for a WebSocket. */
  readonly onRefused: (head: RequestHead, refusal: Refusal) => void;
}

/** Answers a plain request. Never rejects. */
export async function answerPlain(
  head: RequestHead,
  headers: IncomingHttpHeaders,
  response: PlainResponse,
  options: PlainOptions,
): Promise<void> {
  const { hosts, redirectsToTls, authorize, isListening, isReady, onAnswered, onRefused } = options;
  const started = performance.now();
  response.once('close', () => {
    const { statusCode: status, writableFinished: whole } = response;
    onAnswered(head, { status, whole, duration: performance.now() - started });
  });
  const { files, origins } = hosts.find(head.fields.hostName);
  // Whatever it offers, a plain request does not return to a session, so the limits apply to it.
  const defect = head.defect ?? head.peer.excess;
  const refusal = defect ?? judgeAuthority(head, hosts) ?? judgeScheme(head, redirectsToTls);
  if (refusal) refuseRequest(response, refusal);
  else if (head.path === '/healthz') refuseRequest(response, isListening() ? HEALTHY : GOING_AWAY);
  else if (head.path === '/readyz') refuseRequest(response, isReady() ? READY : NOT_READY);
  else if (options.hasRelay && isRelayPage(head.path)) {
    const page = relayPage(head, origins);
    const allowed = 'status' in page ? page : await options.authenticate(head);
    if (allowed === true) sendPage(response, page as RelayPage);
    else refuseRequest(response, allowed);
  } else if (head.fields.has('sec-websocket-key')) {
    onRefused(head, NO_UPGRADE);
    refuseRequest(response, NO_UPGRADE);
  } else if (!files) refuseRequest(response, NO_FILES);
  else if (!head.path.startsWith('/')) refuseRequest(response, NO_PATH);
  else {
    const allowed = await authorize(head);
    if (allowed !== true) refuseRequest(response, allowed);
    // A file that vanishes while it is being read fails its request, not the bridge.
    else
      await files({ method: head.method, path: head.path, headers }, response).catch(() =>
        response.destroy(),
      );
  }
}
