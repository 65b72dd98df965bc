/**
 * The pages that tell a client of corp-relay-v4, before it opens a WebSocket, where the relay is and whether it may connect
 * (version 2 of the cookie protocol). The bridge names itself as the relay, by the `Host` of the request.
 */
import { createHash } from 'node:crypto';
import { onlyIn } from '../base/relay-v4.js';
import { queryOf, type RequestHead } from '../base/request.js';
import type { Refusal } from '../base/refusal.js';
import { judgeOrigin } from './judge.js';
import type { PlainResponse } from './refuse.js';

/** A page: its own headers, without those that all pages have, and its body. */
export interface RelayPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Keeps pages of other origins from running the answer as a script. */
const GUARD = ")]}'\n";

const NOT_VERSION_2: Refusal = { status: 400, message: 'Expected version=2.' };
const NO_METHOD: Refusal = {
  status: 400,
  message: 'Expected method=direct, method=js-redirect or method=close.',
};
const NO_EXTENSION: Refusal = {
  status: 400,
  message: 'Expected the name of an extension (ext) and a path in it (path).',
};
const NOT_ALLOWED: Refusal = {
  status: 403,
  kind: 'origin',
  message: 'This extension is not allowed (--allow-origin chrome-extension://ID).',
};

/** Whether a path is one of the relay's pages. */
export function isRelayPage(path: string): boolean {
  return /^\/(?:cookie|endpoint)(?:\?|$)/.test(path);
}

/** Answers a request for one of the relay's pages. `origins` are the other origins that may connect. */
export function relayPage(head: RequestHead, origins: ReadonlySet<string>): RelayPage | Refusal {
  const { fields, path, peer, method } = head;
  if (method !== 'GET') {
    return { status: 405, message: 'Expected GET.', headers: { Allow: 'GET' } };
  }
  const refusal = judgeOrigin(fields, origins, peer.isTls);
  if (refusal) return refusal;
  const answer = JSON.stringify({ endpoint: fields.only('host') });
  if (path.startsWith('/endpoint')) return direct(answer, fields.only('origin'));
  const query = queryOf(path);
  if (onlyIn(query, 'version') !== '2') return NOT_VERSION_2;
  switch (onlyIn(query, 'method')) {
    case 'direct':
      return direct(answer, fields.only('origin'));
    case 'close':
      return script('close()');
    case 'js-redirect':
      return redirect(query, answer, origins);
    default:
      return NO_METHOD;
  }
}

/** Sends a page. */
export function sendPage(response: PlainResponse, { headers, body }: RelayPage): void {
  const always = {
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  response.writeHead(200, { ...headers, ...always }).end(body);
}

/** The answer to a `fetch` by the client's page, which may read it. */
function direct(answer: string, origin: string | undefined): RelayPage {
  const readable = origin !== undefined && {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
  };
  return {
    headers: { 'Content-Type': 'application/json', Vary: 'Origin', ...readable },
    body: GUARD + answer,
  };
}

/** Sends a tab back to the extension that it came from, with the answer in the fragment. */
function redirect(
  query: URLSearchParams,
  answer: string,
  origins: ReadonlySet<string>,
): RelayPage | Refusal {
  const extension = onlyIn(query, 'ext') ?? '';
  const path = onlyIn(query, 'path') ?? '';
  // Neither can contain a quote that would end the script's string.
  if (!/^[a-p]{32}$/.test(extension) || !/^[\w./-]{1,200}$/.test(path)) return NO_EXTENSION;
  const origin = `chrome-extension://${extension}`;
  if (!origins.has(origin)) return NOT_ALLOWED;
  const fragment = Buffer.from(answer).toString('base64url');
  return script(`location.replace("${origin}/${path}#${fragment}")`);
}

/** A page that runs this code, and nothing else. */
function script(code: string): RelayPage {
  const hash = createHash('sha256').update(code).digest('base64');
  return {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; script-src 'sha256-${hash}'`,
    },
    body: `<!doctype html><title>Relay</title><script>${code}</script>`,
  };
}
