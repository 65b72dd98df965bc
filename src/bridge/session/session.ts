/**
 * One session: a client's WebSocket joined with a target's socket, and what watches over the two.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { codecOf } from './framing/codecs.js';
import { startHeartbeat } from './heartbeat.js';
import { type Ending, Relay, type Traffic } from './relay.js';
import type { Tap } from './tap.js';
import { type TargetTimeouts, watchTarget } from './watch-target.js';

/** The two ends of a session. */
export interface SessionEnds {
  /** The client's stream once its handshake is done, half-open allowed. */
  readonly client: Duplex;
  /** The target's socket: connected, half-open allowed. */
  readonly target: Socket;
  /** The subprotocol that was chosen; '' stands for none. */
  readonly protocol: string;
}

/** Settings for every session; times in ms, rate in bytes a second; 0: none. */
export interface SessionOptions extends TargetTimeouts {
  readonly heartbeat: number;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxFrame: number;
  readonly rate: number;
  readonly traffic: Traffic | undefined;
}

/** A session under way. */
export class Session {
  /** Resolves when both sides are closed; never rejects. */
  readonly closed: Promise<Ending>;
  readonly #relay: Relay;

  constructor({ client, target, protocol }: SessionEnds, options: SessionOptions) {
    const { heartbeat, maxPayload, maxFragments, maxFrame, rate } = options;
    const limits = { maxPayload, maxFragments, maxFrame, rate };
    const { traffic } = options;
    const relay = new Relay({ client, target, codec: codecOf(protocol), ...limits, traffic });
    this.#relay = relay;
    this.closed = relay.closed;
    startHeartbeat(relay.client, heartbeat, () =>
      relay.dropClient('the client did not answer a ping'),
    );
    watchTarget(relay.target, options, (why) => relay.dropTarget(why));
  }

  /** Bytes carried to the target so far. */
  get bytesUp(): number {
    return this.#relay.bytesUp;
  }

  /** Bytes carried to the client so far. */
  get bytesDown(): number {
    return this.#relay.bytesDown;
  }

  /** Shows `tap` all bytes from here on. */
  attach(tap: Tap): void {
    this.#relay.tap = tap;
  }

  /** Starts the closing handshake with the client, after what is queued for it; the target follows. */
  close(code: number, why: string): void {
    this.#relay.close(code, why);
  }

  /** Drops both sides at once, and what is queued with them. */
  destroy(): void {
    this.#relay.destroy();
  }
}
