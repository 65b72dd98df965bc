/**
 * PROXY headers with the software that people use, HAProxy and nginx, in front of the bridge and behind it. The client's
 * port shows whether the client's own address arrives.
 */
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  frame,
  handshake,
  openRaw,
  openSocket,
  startBridge,
  startEcho,
} from '../../helpers/bridge.js';
import { lacking, skip } from '../../helpers/need.js';
import {
  type HousedServer,
  nginxArguments,
  nginxAround,
  startServer,
} from '../../helpers/servers.js';

/** Debian has this module in a package of its own. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

const haproxy = (lines: (port: number) => string) =>
  startServer(
    'haproxy',
    (port) => `
defaults
  timeout connect 5s
  timeout client 30s
  timeout server 30s
${lines(port)}
`,
    (file) => ['-db', '-f', file],
  );

const haproxyTo = (bridge: number, word: string) =>
  haproxy(
    (port) => `listen in
  mode tcp
  bind 127.0.0.1:${port}
  server bridge 127.0.0.1:${bridge} ${word}`,
  );

const nginxTo = (bridge: number) =>
  startServer(
    'nginx',
    (port, dir) => `load_module ${STREAM_MODULE};
      ${nginxAround('', dir)}
      stream {
        server {
          listen 127.0.0.1:${port};
          proxy_pass 127.0.0.1:${bridge};
          proxy_protocol on;
        }
      }`,
    (file, dir) => ['-p', dir, '-c', file, '-e', `${dir}/error.log`],
  );

/** Each answers over HTTP with the address that it takes for its client's. */
const haproxyBehind = () =>
  haproxy(
    (port) => `frontend in
  mode http
  bind 127.0.0.1:${port} accept-proxy
  http-request return status 200 content-type text/plain lf-string "client %[src]:%[src_port]"`,
  );
const nginxBehind = () =>
  startServer(
    'nginx',
    (port, dir) => {
      const server = `server {
        listen 127.0.0.1:${port} proxy_protocol;
        location / { return 200 "client $proxy_protocol_addr:$proxy_protocol_port"; }
      }`;
      return nginxAround(server, dir);
    },
    nginxArguments,
  );

const ending = async (start: Promise<HousedServer>): Promise<HousedServer> => {
  const server = await start;
  onTestFinished(() => server.stop());
  return server;
};

const nameOf = ({ localPort }: Socket) => `127.0.0.1:${localPort}`;

const lacks =
  lacking('haproxy', 'nginx') ??
  (existsSync(STREAM_MODULE) ? undefined : skip('nginx has no stream module'));
describe.skipIf(lacks)(`HAProxy and nginx${lacks ? ` (${lacks})` : ''}`, () => {
  test.each([
    ['HAProxy, version 1', (port: number) => haproxyTo(port, 'send-proxy')],
    ['HAProxy, version 2', (port: number) => haproxyTo(port, 'send-proxy-v2')],
    ['HAProxy with its health checks', (port: number) => haproxyTo(port, 'send-proxy-v2 check')],
    ['nginx', nginxTo],
  ])('in front: %s', async (_, start) => {
    const target = await startEcho();
    const trust = { trustProxies: ['127.0.0.1'], proxyProtocol: true };
    const { port, logged, lines } = await startBridge(target.port, trust);
    const proxy = await ending(start(port));
    const client = await openSocket(proxy.port);
    client.write(handshake());
    expect(await logged(/opened/)).toContain(`opened: ${nameOf(client)} to`);
    expect(lines.filter((line) => line.includes('refused'))).toEqual([]);
  });

  test.each([
    ['HAProxy', 'v1', haproxyBehind],
    ['HAProxy', 'v2', haproxyBehind],
    ['nginx', 'v1', nginxBehind],
    ['nginx', 'v2', nginxBehind],
  ] as const)('behind: %s, %s', async (_, sendProxy, start) => {
    const server = await ending(start());
    const { port } = await startBridge(server.port, { sendProxy });
    const client = await openRaw(port);
    client.socket.write(frame(0x82, 'GET / HTTP/1.0\r\n\r\n'));
    const frames = await client.frames((all) => all.some(({ first }) => first === 0x88));
    const said = Buffer.concat(frames.slice(0, -1).map(({ payload }) => payload));
    expect(String(said)).toContain(`client ${nameOf(client.socket)}`);
  });
});
