/**
 * One session: a client's WebSocket joined with a target's socket, and everything that watches over the two.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { startHeartbeat } from './heartbeat.js';
import { answerPings } from './pong.js';
import { watchLeaving, watchTarget } from './progress.js';
import { type Ending, Relay, type Traffic } from './relay.js';

/** How long a client may take to read what is queued before a close frame, and to answer it, in ms. */
const FAREWELL_TIMEOUT = 300_000;
/** How long a client that has ended its half may take nothing of what is queued for it, in ms. */
const LEAVING_TIMEOUT = 10_000;
/** Reads that one unfinished frame may arrive in. */
const MAX_READS = 16_384;

/** The two ends of a session. */
export interface SessionEnds {
  /** The bytes of the client's frames, after the handshake; half-open allowed. */
  readonly client: Duplex;
  /** Connected, half-open allowed. */
  readonly target: Socket;
  /** The subprotocol that was chosen, '' for none. */
  readonly protocol: string;
}

/** What holds for every session; times in ms, 0 for none. */
export interface SessionOptions {
  readonly heartbeat: number;
  readonly readTimeout: number;
  readonly sendTimeout: number;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly traffic: Traffic | undefined;
}

/** A session under way. */
export class Session {
  /** Resolves when both sides are closed; never rejects. */
  readonly closed: Promise<Ending>;
  readonly #relay: Relay;

  constructor({ client, target, protocol }: SessionEnds, options: SessionOptions) {
    const { heartbeat, readTimeout: read, sendTimeout: send, traffic } = options;
    const ws = openWebSocket(client, protocol, options);
    const relay = new Relay(ws, target, traffic);
    this.#relay = relay;
    this.closed = relay.closed;
    // We have said our last: no more comes from the client that counts, though it may take its time to hang up.
    client.once('finish', () => relay.endTarget());
    const socket = client as Socket;
    // Over TLS a reset may look like an end, and what was being written is then never done.
    watchLeaving(socket, LEAVING_TIMEOUT);
    answerPings(ws);
    startHeartbeat(ws, socket, heartbeat, () => relay.dropClient('no pong'));
    watchTarget(target, { read, send }, (why) => relay.dropTarget(why));
  }

  /** Starts the closing handshake with the client, behind what is queued for it; the target follows. */
  close(code: number, why: string): void {
    this.#relay.close(code, why);
  }

  /** Drops both sides at once, with what is queued. */
  destroy(): void {
    this.#relay.destroy();
  }
}

/** ws on a connection whose handshake is done: as its own server does it, for there is no public way. */
function openWebSocket(
  client: Duplex,
  protocol: string,
  { maxPayload, maxFragments }: SessionOptions,
): WebSocket {
  const ServerSocket = WebSocket as unknown as new (
    address: null,
    protocols: undefined,
    options: object,
  ) => WebSocket & { setSocket(...args: unknown[]): void };
  const ws = new ServerSocket(null, undefined, {
    autoPong: false,
    closeTimeout: FAREWELL_TIMEOUT,
  });
  Object.assign(ws, { _protocol: protocol });
  ws.setSocket(client, Buffer.alloc(0), {
    allowSynchronousEvents: true,
    maxBufferedChunks: MAX_READS,
    maxFragments,
    maxPayload,
    skipUTF8Validation: false,
  });
  return ws;
}
