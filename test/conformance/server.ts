/**
 * The suite's server: it serves the page and the script, runs the peers of network channels, and collects reports. Peers
 * are controlled by `POST /peer`, so that a platform needs only `fetch` for that.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer, json, text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import type { Peer } from './contract.js';
import type { Report } from './run.js';
import { peerOf } from './ws-peer.js';

/** Runs the suite in the window, then also in a Worker. */
const PAGE = `<!doctype html><title>conformance</title><script type="module">
import './agent.js';
new Worker('agent.js', { type: 'module' });
</script>`;

export interface ConformanceServer {
  readonly origin: string;
  /** Resolves with the next report; rejects when a platform falls silent. */
  report(): Promise<Report>;
  stop(): void;
}

/** How long a platform may be silent, in ms: longer than a case may take. */
const SILENCE = 40_000;

/** @param scripts the folder of the bundled suite */
export async function startServer(scripts: URL): Promise<ConformanceServer> {
  const peers = new Map<string | null, Peer>();
  const upgrade = new WebSocketServer({ noServer: true });
  let resolveReport = (_report: Report): void => {};
  let rejectReport = (_error: Error): void => {};
  let last = 'the start';
  const timer = setTimeout(() => {
    rejectReport(new Error(`nothing was heard for ${SILENCE / 1000} s after ${last}`));
  }, SILENCE);

  const server = createServer(async (request, response) => {
    const url = urlOf(request);
    if (url.pathname.endsWith('.js')) {
      const file = new URL(`.${url.pathname}`, scripts);
      response.setHeader('content-type', 'text/javascript').end(readFileSync(file));
    } else if (url.pathname === '/peer') {
      try {
        const result = await obey(peers, url.searchParams, await buffer(request));
        response.end(result instanceof Uint8Array ? result : JSON.stringify(result ?? null));
      } catch (error) {
        response.writeHead(500).end(String(error));
      }
    } else if (url.pathname === '/report') {
      resolveReport((await json(request)) as Report);
      response.end();
    } else if (url.pathname === '/progress') {
      last = await text(request);
      timer.refresh();
      response.end();
    } else {
      response.setHeader('content-type', 'text/html').end(PAGE);
    }
  });

  server.on('upgrade', (request, socket, head) => {
    const url = urlOf(request);
    if (url.pathname === '/refuse') {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    upgrade.handleUpgrade(request, socket, head, (ws) => {
      peers.set(url.searchParams.get('id'), peerOf(ws));
    });
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    report: () =>
      new Promise((resolve, reject) => {
        resolveReport = resolve;
        rejectReport = reject;
        timer.refresh();
      }),
    stop() {
      clearTimeout(timer);
      for (const ws of upgrade.clients) ws.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url!, 'http://127.0.0.1');
}

/** Carries out a request; its body holds the bytes to send. */
function obey(
  peers: Map<string | null, Peer>,
  query: URLSearchParams,
  body: Buffer,
): Promise<unknown> {
  const peer = peers.get(query.get('id'));
  const action = query.get('action') as keyof Peer;
  if (!peer) throw new Error(`there is no peer ${query.get('id')}`);
  const args = JSON.parse(query.get('args')!) as unknown[];
  if (action === 'send') args.unshift(new Uint8Array(body));
  return (peer[action] as (...args: unknown[]) => Promise<unknown>)(...args);
}
