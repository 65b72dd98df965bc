/**
 * What the conformance suite runs over: a kind of channel, with its other end in the suite's hands. Nothing here, nor
 * in what imports only this, knows where it runs.
 */
import type { Websock, WebsockOptions } from '../../src/index.js';

/** How the other end saw the close. */
export interface PeerEnd {
  readonly code: number;
  readonly reason: string;
}

/** The other end of a socket's channel. It may be in another process: each call is settled when it was obeyed. */
export interface Peer {
  /** Sends bytes as messages of these sizes; the last message has the rest. */
  send(bytes: Uint8Array<ArrayBuffer>, sizes?: readonly number[]): Promise<void>;
  /** Sends a text message. */
  text(text: string): Promise<void>;
  /** Resolves with all bytes that have come, as soon as there are n. */
  received(n: number): Promise<Uint8Array<ArrayBuffer>>;
  /** From now on sends back whatever comes. */
  echo(): Promise<void>;
  /** Begins to send `pattern(n)`, as fast as the network takes it. */
  flood(n: number): Promise<void>;
  /** How many bytes of the flood the network has taken. */
  flooded(): Promise<number>;
  /** Stops reading, or goes on. Only where {@link Traits.stalls}. */
  stall(): Promise<void>;
  unstall(): Promise<void>;
  /** Closes as the channel's protocol has it, with a code if the channel has codes. */
  close(code?: number, reason?: string): Promise<void>;
  /** Breaks the connection. */
  drop(): Promise<void>;
  /** Resolves when the channel has closed. */
  closed(): Promise<PeerEnd>;
}

/** What a kind of channel can do by its nature; a platform can't change it. */
export interface Traits {
  /** It carries a close code and a reason. */
  readonly codes: boolean;
  /** The peer can stop reading. */
  readonly stalls: boolean;
  /** It may break while the peer is stalled: with a write pending in a WebSocketStream, that crashes Chromium's page. */
  readonly breaks: boolean;
  /** Opening can fail: see {@link Env.refuse}. */
  readonly refuses: boolean;
  /** What `Websock.backpressure` is over it. */
  readonly backpressure: 'transport' | 'none';
  /** The platform may drop bytes at the end, if reading is stopped then: the socket has to tell. */
  readonly lossy: boolean;
  /** The subprotocol that the peer picks. */
  readonly protocol: string;
}

/** A kind of channel on the platform at hand. */
export interface Env {
  readonly name: string;
  readonly traits: Traits;
  /** What a socket needs to be told for it. */
  readonly options?: WebsockOptions;
  /** Puts the socket onto a new channel at once, and resolves with the peer when both ends are open. */
  join(sock: Websock): Promise<Peer>;
  /** Puts the socket onto a channel that won't open. */
  refuse?(sock: Websock): void;
  /** Lets go of what all channels had in common. */
  end?(): void;
}

/** What a case works with. */
export interface Bench extends Pick<Env, 'traits' | 'join' | 'refuse'> {
  /** A socket of the kind's, unused. */
  socket(options?: WebsockOptions): Websock;
  /** A socket that is open, and its peer. */
  connect(options?: WebsockOptions): Promise<{ sock: Websock; peer: Peer }>;
  /** Tells of something that is the platform's to have or not. */
  note(fact: string, isSo: boolean): void;
}

/** A behaviour that every kind of channel has on every platform. */
export interface Case {
  readonly name: string;
  /** The trait without which there is nothing to try. */
  readonly needs?: 'codes' | 'stalls' | 'breaks' | 'refuses';
  run(bench: Bench): Promise<void>;
}
