/** Pages that run a script by themselves and report back, so that any browser can open them, even one without DevTools. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Deferred } from '../../../src/deferred.js';
import { SCRIPT } from './blocks.js';

export interface Pages {
  readonly origin: string;
  /** Resolves with what a page reports under a name; rejects when a page reports an error. */
  reported<Value>(name: string): Promise<Value>;
  /** Lets a page continue that waits for this name. */
  allow(name: string): void;
  close(): void;
}

const ROOT = new URL('../../../', import.meta.url);

const pageOf = (script: string): string => `<!doctype html><title>flow</title>
<script type="importmap">{"imports":{"mitt":"/node_modules/mitt/dist/mitt.mjs"}}</script>
<script type="module">
  import { Websock } from '/dist/index.js';
  import { flow } from '/dist/flow.js';
  ${SCRIPT}
  const report = (name, value = null) =>
    fetch('/report/' + name, { method: 'POST', body: JSON.stringify(value) });
  const allowed = (name) => fetch('/allow/' + name);
  try {
    ${script}
  } catch (error) {
    await report('error', String(error));
  }
</script>`;

/**
 * Serves pages; `scripts` maps the path of each to the text of its script. A script can use `Websock`, `flow`, the functions
 * of blocks.ts, `report(name, value)` and `await allowed(name)`.
 */
export async function startPages(scripts: Readonly<Record<string, string>>): Promise<Pages> {
  const reports = new Map<string, Deferred<unknown>>();
  const reportOf = (name: string) => {
    if (!reports.has(name)) reports.set(name, new Deferred());
    return reports.get(name)!;
  };
  const failed = reportOf('error').promise.then((error) => Promise.reject(new Error(`${error}`)));
  failed.catch(() => {});
  const allowances = new Map<string, true | ServerResponse>();
  const server = createServer((request, response) => {
    const [, kind, name = ''] = /^\/(\w*)\/?(.*)$/.exec(request.url!)!;
    if (kind === 'report') {
      response.end();
      void json(request).then((value) => reportOf(name).resolve(value));
    } else if (kind === 'allow') {
      if (allowances.get(name) === true) response.end();
      else allowances.set(name, response);
    } else if (/^\/(dist|node_modules\/mitt)\/[\w./-]+$/.test(request.url!)) {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(readFileSync(new URL(`.${request.url}`, ROOT)));
    } else {
      response.setHeader('Content-Type', 'text/html');
      response.end(pageOf(scripts[request.url!] ?? ''));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reported: (name) => Promise.race([reportOf(name).promise, failed]) as Promise<never>,
    allow(name) {
      const waiting = allowances.get(name);
      if (waiting !== true) waiting?.end();
      allowances.set(name, true);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
