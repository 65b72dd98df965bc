/**
 * Clients that come back to a session of the flow protocol, and to another worker than the one that has it: they say in
 * `flow-route` which it is, and their bytes go there through a unix socket.
 */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Identity } from '../../base/identity.js';
import { queryOf } from '../../base/request.js';
import type { Post } from './post.js';

/** The longest line that tells who comes, in bytes. */
const MAX_HEAD = 64 * 1024;

/** Takes a client that comes back. */
export type Take = (client: Duplex, identity: Identity) => void;

/** The ways from worker to worker. */
export class Tunnels {
  readonly #post: Post;
  readonly #server: Server;

  /** `take` takes those that come here. */
  constructor(post: Post, take: Take) {
    this.#post = post;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => receive(socket, take));
  }

  async listen(): Promise<void> {
    const path = this.#pathOf(this.#post.number);
    // Of a worker that was killed.
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(path, resolve);
    });
  }

  close(): void {
    this.#server.close();
  }

  /** What clients are told to say: the name of the bridge, if it has one, and the number of the worker. */
  routeOf(name: string | undefined): string {
    return `${name ?? 'worker'}.${this.#post.number}`;
  }

  /** Passes a client on, if it is another worker that it wants. */
  readonly passOn = (url: string, client: Duplex, identity: Identity): boolean => {
    const { number, count } = this.#post;
    const route = queryOf(url).get('flow-route') ?? '';
    const wanted = Number(/\.(\d+)$/.exec(route)?.[1] ?? number);
    if (wanted === number || wanted < 1 || wanted > count) return false;
    const tunnel = connect({ path: this.#pathOf(wanted), allowHalfOpen: true });
    tunnel.write(`${JSON.stringify(identity)}\n`);
    client.pipe(tunnel).pipe(client);
    for (const [one, other] of [
      [client, tunnel],
      [tunnel, client],
    ] as const) {
      one.on('error', () => {});
      one.once('close', () => other.destroy());
    }
    return true;
  };

  #pathOf(number: number): string {
    return join(this.#post.directory, String(number));
  }
}

/** Reads who comes, and lets it in. */
function receive(socket: Socket, take: Take): void {
  let head = Buffer.alloc(0);
  socket.on('error', () => {});
  const read = (bytes: Buffer) => {
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf('\n');
    if (end === -1) {
      if (head.length > MAX_HEAD) socket.destroy();
      return;
    }
    socket.off('data', read).pause();
    if (end + 1 < head.length) socket.unshift(head.subarray(end + 1));
    take(socket, JSON.parse(head.toString('utf8', 0, end)) as Identity);
    socket.resume();
  };
  socket.on('data', read);
}
