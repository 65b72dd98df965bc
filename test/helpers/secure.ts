/**
 * A bridge for browser pages, over TLS, with or without HTTP/2, in front of a server that does what the test says.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bridge, createBridge, type BridgeOptions } from 'websock-client/bridge';
import { makeCertificate } from './certificate.js';

export interface Secure {
  readonly bridge: Bridge;
  readonly url: string;
  /** The methods of the WebSockets' requests so far: CONNECT over HTTP/2, GET over HTTP/1.1. */
  readonly methods: readonly string[];
  /** The target's connections, in order. */
  readonly sockets: readonly Socket[];
  stop(): Promise<void>;
}

/** Starts the bridge, which serves a page with a title, and `files`. Needs openssl. */
export async function startSecure(
  onConnection: (socket: Socket) => void,
  options: Partial<BridgeOptions> = {},
  files: Readonly<Record<string, string | Buffer>> = {},
): Promise<Secure> {
  const web = mkdtempSync(join(tmpdir(), 'bridge-tls-'));
  const keys = mkdtempSync(join(tmpdir(), 'bridge-keys-'));
  const all = { 'index.html': '<!doctype html><title>page</title>', ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(web, name), text);
  const methods: string[] = [];
  const sockets: Socket[] = [];
  const target = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const bridge = createBridge({
    target: { host: '127.0.0.1', port: (target.address() as AddressInfo).port },
    tls: makeCertificate(keys, 'localhost'),
    web,
    authenticate: ({ method }) => {
      methods.push(method);
      return true;
    },
    ...options,
  });
  const { port } = await bridge.listen(0);
  return {
    bridge,
    url: `https://localhost:${port}/`,
    methods,
    sockets,
    async stop() {
      for (const socket of sockets) socket.destroy();
      target.close();
      await bridge.close();
      for (const directory of [web, keys]) rmSync(directory, { recursive: true });
    },
  };
}
