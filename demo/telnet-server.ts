/**
 * The telnet server behind the demo: it listens on a port of this machine that the system picks, and gives each
 * connection a session. There is no shell and no file behind it, only the commands of `telnet-commands.ts`.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { TelnetSession } from './telnet-session.js';

/** The most connections; further ones are closed at once. */
const CONNECTIONS_MAX = 32;

export interface TelnetServer {
  readonly host: string;
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** Starts the server on 127.0.0.1. */
export async function startTelnetServer(): Promise<TelnetServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new TelnetSession(socket).start();
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
