/**
 * What a session of the flow protocol begins with, and what it reports to.
 */
import type { Socket } from 'node:net';
import type { FlowInput, FlowLink } from '../../../flow/link.js';
import type { Identity } from '../../base/identity.js';
import type { Violation } from '../framing/close.js';
import type { Traffic } from '../relay.js';
import type { TargetTimeouts } from '../watch-target.js';

/** Settings of each WebSocket. */
export interface LinkOptions {
  readonly heartbeat: number;
  readonly maxFragments: number;
}

/** A client's WebSocket. */
export interface SessionLink extends FlowLink {
  /** Whom its events go to, once that is known. */
  input: FlowInput | undefined;
  /** The rule that the client has broken, if it has. */
  readonly violation: Violation | undefined;
  /** Its subprotocol: a session keeps the one that it began with. */
  readonly protocol: string;
  /** Cuts it off. */
  destroy(): void;
}

/** Settings for every session of the protocol. */
export interface FlowSessionOptions extends LinkOptions, TargetTimeouts {
  /** How long a lost client is waited for, in ms. */
  readonly linger: number;
  /** How many bytes may be in flight or unread each way. */
  readonly flowWindow: number;
  /** What a balancer needs to find this bridge again. */
  readonly flowRoute: string | undefined;
  /** How many bytes may pass each way in a second; 0 for any number. */
  readonly rate: number;
  readonly traffic: Traffic | undefined;
}

/** The ends that a session begins with, and whom the client is. */
export interface FlowSessionEnds {
  readonly link: SessionLink;
  readonly target: Socket;
  readonly identity: Identity;
}

/** Called when something happens to a session, except for its end. */
export interface FlowSessionHandler {
  suspended(code: number): void;
  resumed(identity: Identity, downtime: number): void;
  /** It holds another number of bytes than before. */
  heldChanged(): void;
  /**
   * Its stream is over; what is left of it answers late clients until `forgotten`. `expired` says why, where its client
   * did not come back in time.
   */
  over(expired: string | undefined): void;
  forgotten(): void;
}
