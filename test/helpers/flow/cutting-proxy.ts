/** A WebSocket proxy that keeps cutting its connections, in the ways that networks and proxies do. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

/** A reset; a network that silently passes nothing any more; a close frame from the proxy, with this code. */
export type Cut = 'reset' | 'hole' | 1000 | 1001;

export interface CuttingProxy {
  readonly port: number;
  /** How many cuts it has made. */
  readonly cuts: number;
  close(): void;
}

/** Starts a proxy in front of a port. It makes the cuts in order, one after each `every` bytes carried. */
export async function startCuttingProxy(
  target: number,
  cuts: readonly Cut[],
  every: number,
): Promise<CuttingProxy> {
  const chosen = new WeakMap<IncomingMessage, string>();
  const near = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (_, request) => chosen.get(request) ?? false,
  });
  const sockets = new Set<WebSocket>();
  let made = 0;
  let carried = 0;

  const join = (
    client: WebSocket,
    clientSocket: Socket,
    server: WebSocket,
    serverSocket: Socket,
  ) => {
    let isCut = false;
    const cut = (how: Cut): void => {
      isCut = true;
      if (how === 'reset') for (const one of [clientSocket, serverSocket]) one.resetAndDestroy();
      else if (how === 'hole') for (const one of [client, server]) one.pause();
      else for (const one of [client, server]) one.close(how);
    };
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('message', (data: Buffer, binary) => {
        if (isCut) return;
        to.send(data, { binary });
        carried += data.length;
        if (made < cuts.length && carried >= (made + 1) * every) cut(cuts[made++]!);
      });
      from.on('close', (code) => {
        if (isCut) return;
        if (code === 1005 || code === 1006) to.terminate();
        else to.close(code);
      });
    }
  };

  const server = createServer().on('upgrade', (request, socket: Socket, head) => {
    const offered = request.headers['sec-websocket-protocol']!.split(/, */);
    const { origin } = request.headers;
    const far = new WebSocket(`ws://127.0.0.1:${target}${request.url}`, offered, {
      perMessageDeflate: false,
      ...(origin !== undefined && { origin }),
    });
    let farSocket: Socket;
    sockets.add(far);
    far.on('upgrade', ({ socket: upgraded }) => (farSocket = upgraded));
    far.on('error', () => socket.destroy());
    far.on('open', () => {
      chosen.set(request, far.protocol);
      // The bridge's first message may have arrived already.
      far.pause();
      near.handleUpgrade(request, socket, head, (client) => {
        sockets.add(client);
        client.on('error', () => {});
        join(client, socket, far, farSocket);
        far.resume();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return made;
    },
    close() {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}
