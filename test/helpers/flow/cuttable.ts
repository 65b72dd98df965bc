/** A TCP proxy that drops its connections when told to. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Cuttable {
  readonly port: number;
  /** How many connections it has accepted so far; refused ones do not count. */
  readonly connections: number;
  /** Resets all connections. */
  cut(): void;
  /** From now on, resets all connections each time they have carried this many bytes in total, in both directions. */
  cutEvery(bytes: number): void;
  /** Silently stops passing data over the current connections. */
  stall(): void;
  /** Refuses new connections, or accepts them again. */
  refuse(isRefusing: boolean): void;
  /** Passes new connections on to another port. */
  lead(port: number): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a port of this machine. */
export async function cuttable(target: number): Promise<Cuttable> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let connections = 0;
  let isRefusing = false;
  let limit = Infinity;
  let carried = 0;
  const carry = ({ length }: Buffer): void => {
    carried += length;
    if (carried < limit) return;
    carried = 0;
    cut();
  };
  let to = target;
  const server = createServer((near) => {
    if (isRefusing) return near.resetAndDestroy();
    connections++;
    const far = connect(to, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    near.pipe(far).pipe(near);
    for (const socket of pair) socket.on('error', end).on('close', end).on('data', carry);
    return undefined;
  });
  const cut = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    cut,
    cutEvery(bytes) {
      limit = bytes;
      carried = 0;
    },
    stall() {
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    refuse(refusing) {
      isRefusing = refusing;
    },
    lead(port) {
      to = port;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
