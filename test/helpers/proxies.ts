/**
 * The proxies of docs/bridge.md, with the configurations given there except for ports and files, and clients for them.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ClientRequestArgs } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { adapt, blockOf } from './documents.js';
import {
  type HousedServer,
  nginxArguments,
  nginxAround,
  type Server,
  startServer,
} from './servers.js';

/** The host name in the configurations. */
export const NAME = 'vnc.example';

/** The ports and files that a configuration is adapted to. */
export interface Setting {
  readonly targets: readonly number[];
  readonly cert: string;
  readonly key: string;
  /** Changes beyond ports and files. */
  readonly changes?: Readonly<Record<string, string>>;
}

export type Start = (setting: Setting) => Promise<HousedServer>;

export const startNginx: Start = ({ targets: [target], cert, key, changes }) =>
  startServer(
    'nginx',
    (port, dir) => {
      const server = adapt(blockOf('bridge.md', 'nginx'), {
        'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
        '/etc/ssl/vnc.pem': cert,
        '/etc/ssl/vnc.key': key,
        '127.0.0.1:6080': `127.0.0.1:${target}`,
        ...changes,
      });
      return nginxAround(server, dir);
    },
    nginxArguments,
  );

export const startHaproxy: Start = ({ targets, cert, key, changes }) =>
  startServer(
    'haproxy',
    (port, dir) => {
      const both = join(dir, 'both.pem');
      writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
      const lines =
        /^ *use-server one .*\n *server one .*$/m.exec(blockOf('bridge.md', 'haproxy'))?.[0] ?? '';
      const servers = targets.map((target, index) =>
        adapt(lines, { '127.0.0.1:6080': `127.0.0.1:${target}`, one: `s${index}` }),
      );
      const proxy = adapt(blockOf('bridge.md', 'haproxy'), {
        'bind :443': `bind 127.0.0.1:${port}`,
        '/etc/ssl/vnc.pem': both,
        [lines]: servers.join('\n'),
        ...changes,
      });
      return `global\n    stats socket ${dir}/stats\n${proxy}`;
    },
    (file) => ['-db', '-f', file],
  );

export const startCaddy: Start = ({ targets: [target], cert, key, changes }) =>
  startServer(
    'caddy',
    (port) => {
      const site = adapt(blockOf('bridge.md', 'caddyfile'), {
        [`${NAME} {`]: `${NAME}:${port} {\n tls ${cert} ${key}`,
        '127.0.0.1:6080': `127.0.0.1:${target}`,
        ...changes,
      });
      return `{\n admin off\n auto_https disable_redirects\n default_bind 127.0.0.1\n}\n${site}`;
    },
    (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  );

/** Options that make a WebSocket look like one of a page at the host of `url`. */
function pageOptions(
  url: string,
  cert: string,
  headers: Readonly<Record<string, string>> = {},
): ClientOptions & ClientRequestArgs {
  return {
    ca: readFileSync(cert),
    lookup: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    headers: { Origin: `https://${new URL(url).host}`, ...headers },
  };
}

/** The WebSocket class of such a page. */
export function pageWebSocket(cert: string): typeof globalThis.WebSocket {
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, pageOptions(url, cert));
      this.on('error', () => {});
    }
  } as never;
}

/** The results of HAProxy's requests for /healthz, one word per server. */
export async function healthOf(proxy: HousedServer): Promise<string[]> {
  const socket = connect(`${proxy.dir}/stats`);
  socket.write('show stat\n');
  const rows = (await text(socket))
    .trim()
    .split('\n')
    .map((row) => row.split(','));
  const column = rows[0]?.indexOf('check_status') ?? -1;
  const servers = rows.filter(([name, server]) => name === 'bridge' && /^s\d$/.test(server ?? ''));
  return servers.map((row) => row[column] ?? '');
}

/** Opens WebSockets through a proxy, as a page at `https://vnc.example` would. */
export function opener(proxy: Server, cert: string) {
  return async (
    path = '/websockify',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WebSocket> => {
    const url = `wss://${NAME}:${proxy.port}${path}`;
    const ws = new WebSocket(url, ['binary'], pageOptions(url, cert, headers));
    onTestFinished(() => ws.terminate());
    await once(ws, 'open');
    return ws;
  };
}
