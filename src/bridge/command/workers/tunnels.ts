/**
 * For clients that return to a session of the flow protocol, but reach another worker than the one that has it. They name
 * the right one in `flow-route`, and their bytes go there through a unix socket.
 */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Identity } from '../../base/identity.js';
import { queryOf } from '../../base/request.js';
import type { Post } from './post.js';

/** The longest line with a client's identity, in bytes. */
const MAX_HEAD = 64 * 1024;

/** Takes a client that returns to a session. */
export type Take = (client: Duplex, identity: Identity) => void;

/** The ways from one worker to the others. */
export class Tunnels {
  readonly #post: Post;
  readonly #server: Server;

  /** `take` takes the clients that other workers pass on to this one. */
  constructor(post: Post, take: Take) {
    this.#post = post;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => receive(socket, take));
  }

  async listen(): Promise<void> {
    const path = this.#pathOf(this.#post.number);
    // A worker that was killed may have left its socket.
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(path, resolve);
    });
  }

  close(): void {
    this.#server.close();
  }

  /** The `flow-route` that clients are told to send: the bridge's name, if it has one, and the worker's number. */
  routeOf(name: string | undefined): string {
    return `${name ?? 'worker'}.${this.#post.number}`;
  }

  /** Passes a client on if its URL names another worker; otherwise returns false. */
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

/** Reads the identity of a client that was passed on, then takes it. */
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
