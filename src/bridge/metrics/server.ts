/**
 * The port that Prometheus scrapes. It is independent of the bridge's own ports.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Address } from '../base/address.js';
import type { InheritedSource } from '../base/inherited.js';
import type { Refusal } from '../base/refusal.js';
import { HeaderFields } from '../base/request.js';
import { pairsOf } from '../http/head.js';
import { judgeHost } from '../http/judge.js';
import { refuseRequest } from '../http/refuse.js';
import { listenOn } from '../port/listen.js';
import type { Metrics } from './metrics.js';

/** The most concurrent connections; a scraper needs one. */
const MAX_CONNECTIONS = 32;
/** How long a client may take to send a request, in ms. */
const REQUEST_TIMEOUT = 10_000;

const NOT_FOUND: Refusal = { status: 404, message: 'The metrics are at /metrics.' };
const ONLY_GET: Refusal = {
  status: 405,
  message: 'Only GET and HEAD are allowed.',
  headers: { Allow: 'GET, HEAD' },
};

/** An open metrics port. */
export interface MetricsPort {
  readonly address: Address | InheritedSource;
  close(): void;
}

/**
 * Serves metrics at /metrics, to requests for localhost, an IP address or one of `hosts`. Rejects, with the reason,
 * when it can't listen there.
 */
export async function serveMetrics(
  metrics: Metrics,
  where: Address | InheritedSource,
  hosts: ReadonlySet<string>,
): Promise<MetricsPort> {
  const server = createServer(
    { headersTimeout: REQUEST_TIMEOUT, requestTimeout: REQUEST_TIMEOUT },
    (request, response) => void answer(request, response, metrics, hosts),
  );
  server.maxConnections = MAX_CONNECTIONS;
  const address = await listenOn(server, where);
  return {
    address,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Metrics,
  hosts: ReadonlySet<string>,
): Promise<void> {
  const refusal = judge(request, hosts);
  if (refusal) {
    refuseRequest(response, refusal);
    return;
  }
  const text = await metrics.text();
  response
    .writeHead(200, { 'Content-Type': metrics.contentType })
    .end(request.method === 'HEAD' ? '' : text);
}

function judge(
  { rawHeaders, method = '', url = '' }: IncomingMessage,
  hosts: ReadonlySet<string>,
): Refusal | undefined {
  const refusal = judgeHost(new HeaderFields(pairsOf(rawHeaders)), hosts);
  if (refusal) return refusal;
  if (url.replace(/\?.*/, '') !== '/metrics') return NOT_FOUND;
  return method === 'GET' || method === 'HEAD' ? undefined : ONLY_GET;
}
