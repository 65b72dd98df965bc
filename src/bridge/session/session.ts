/**
 * One session: a client's WebSocket joined with a target's socket, and what watches over the two.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { codecOf } from './framing/codecs.js';
import { startHeartbeat } from './heartbeat.js';
import { type Ending, Relay, type Traffic } from './relay.js';
import type { Tap } from './tap.js';

/** The two ends of a session. */
export interface SessionEnds {
  /** The bytes of the client's frames, after the handshake; half-open allowed. */
  readonly client: Duplex;
  /** Connected, half-open allowed. */
  readonly target: Socket;
  /** The subprotocol that was chosen, '' for none. */
  readonly protocol: string;
}

/** Settings for every session; times in ms, 0 for none. */
export interface SessionOptions {
  readonly heartbeat: number;
  readonly readTimeout: number;
  readonly sendTimeout: number;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxFrame: number;
  readonly traffic: Traffic | undefined;
}

/** A session under way. */
export class Session {
  /** Resolves when both sides are closed; never rejects. */
  readonly closed: Promise<Ending>;
  readonly #relay: Relay;

  constructor({ client, target, protocol }: SessionEnds, options: SessionOptions) {
    const { heartbeat, readTimeout, sendTimeout, maxPayload, maxFragments, maxFrame } = options;
    const limits = { maxPayload, maxFragments, maxFrame };
    const { traffic } = options;
    const relay = new Relay({ client, target, codec: codecOf(protocol), ...limits, traffic });
    this.#relay = relay;
    this.closed = relay.closed;
    startHeartbeat(relay.client, heartbeat, () => relay.dropClient('no pong'));
    const { progress } = relay.target;
    // While the client is stalled the target is not read, and nothing can be heard.
    const isUnread = () => relay.target.isPaused;
    if (readTimeout > 0) {
      progress.watch(readTimeout, { says: true, isExcused: isUnread }, () =>
        relay.dropTarget(`the target was silent for ${readTimeout} ms`),
      );
    }
    const hasAll = () => relay.target.queued === 0;
    if (sendTimeout > 0) {
      progress.watch(sendTimeout, { takes: true, isExcused: hasAll }, () =>
        relay.dropTarget(`the target accepted no data for ${sendTimeout} ms`),
      );
    }
  }

  /** Shows it all bytes from here on. */
  attach(tap: Tap): void {
    this.#relay.tap = tap;
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
