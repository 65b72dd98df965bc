/**
 * What a session of the flow protocol begins with, and whom it reports to.
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
  /** Receives its events; set once its session is known. */
  input: FlowInput | undefined;
  /** The rule that the client has broken, if any. */
  readonly violation: Violation | undefined;
  /** Its subprotocol: a session keeps the one that it began with. */
  readonly protocol: string;
  /** Drops the connection at once. */
  destroy(): void;
}

/** Settings for every session of the protocol. */
export interface FlowSessionOptions extends LinkOptions, TargetTimeouts {
  /** How long to wait for a lost client, in ms. */
  readonly linger: number;
  /** How many bytes may be in flight or unread each way. */
  readonly flowWindow: number;
  /** What a balancer needs to find this bridge again. */
  readonly flowRoute: string | undefined;
  /** How many bytes a second may pass each way; 0: no limit. */
  readonly rate: number;
  readonly traffic: Traffic | undefined;
}

/** The ends that a session begins with, and who the client is. */
export interface FlowSessionEnds {
  readonly link: SessionLink;
  readonly target: Socket;
  readonly identity: Identity;
}

/** Called when something happens to a session, except for its end. */
export interface FlowSessionHandler {
  suspended(code: number): void;
  resumed(identity: Identity, downtime: number): void;
  /** The number of bytes that it holds may have changed. */
  heldChanged(): void;
  /**
   * Its stream is over; what is left of it answers late clients until `forgotten`. `expired` says why it was given up, if
   * that happened while it waited for its client.
   */
  over(expired: string | undefined): void;
  forgotten(): void;
}
