/**
 * Answers requests that ask for no WebSocket: whether the bridge is well, and the files of `--web`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../base/refusal.js';
import type { BridgeRequest, RequestHead } from '../base/request.js';
import { judgeHost, judgeScheme } from './judge.js';
import { refuseRequest } from './refuse.js';
import type { FileServer } from './static.js';

const HEALTHY: Refusal = { status: 200, message: 'ok' };
export const GOING_AWAY: Refusal = { status: 503, message: 'The bridge is shutting down.' };
const NO_FILES: Refusal = {
  status: 405,
  message: 'Only WebSocket connections are accepted.',
  headers: { Allow: '' },
};
const NO_PATH: Refusal = { status: 400, message: 'Expected a path in the request line.' };
const NO_UPGRADE: Refusal = {
  status: 426,
  message: 'A WebSocket handshake requires the headers Upgrade and Connection.',
  headers: { Upgrade: 'websocket' },
  detail: 'a WebSocket request without Upgrade: a proxy has probably removed it',
};

/** What plain requests are answered by. */
export interface PlainOptions {
  readonly hosts: ReadonlySet<string>;
  readonly files: FileServer | undefined;
  /** Whether requests without TLS are led to https. */
  readonly redirectsToTls: boolean;
  /** Asks who may have a file. Never rejects. */
  readonly authorize: (request: BridgeRequest) => Promise<true | Refusal>;
  readonly isListening: () => boolean;
  /** Told of requests for WebSockets that were refused. */
  readonly onRefused: (head: RequestHead, refusal: Refusal) => void;
}

/** Answers a plain request. Never rejects. */
export async function answerPlain(
  head: RequestHead,
  request: IncomingMessage,
  response: ServerResponse,
  { hosts, files, redirectsToTls, authorize, isListening, onRefused }: PlainOptions,
): Promise<void> {
  const refusal = head.defect ?? judgeHost(head.fields, hosts) ?? judgeScheme(head, redirectsToTls);
  if (refusal) refuseRequest(response, refusal);
  else if (head.path === '/healthz') refuseRequest(response, isListening() ? HEALTHY : GOING_AWAY);
  else if (head.fields.has('sec-websocket-key')) {
    onRefused(head, NO_UPGRADE);
    refuseRequest(response, NO_UPGRADE);
  } else if (!files) refuseRequest(response, NO_FILES);
  else if (!head.path.startsWith('/')) refuseRequest(response, NO_PATH);
  else {
    const allowed = await authorize(head);
    request.url = head.path;
    if (allowed !== true) refuseRequest(response, allowed);
    // A file that goes away while it is being looked at costs its request, not the bridge.
    else await files(request, response).catch(() => response.destroy());
  }
}
