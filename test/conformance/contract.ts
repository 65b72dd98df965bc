/**
 * What the conformance suite runs over: a kind of channel whose other end the suite controls. Nothing here, or in modules
 * that import only this one, depends on the platform.
 */
import type { Websock, WebsockOptions } from '../../src/index.js';

/** How the other end saw the close. */
export interface PeerEnd {
  readonly code: number;
  readonly reason: string;
}

/** The other end of a socket's channel. It may be in another process: each call settles once it has been carried out. */
export interface Peer {
  /** Sends bytes as messages of these sizes; the last message has the rest. */
  send(bytes: Uint8Array<ArrayBuffer>, sizes?: readonly number[]): Promise<void>;
  /** Sends a text message. */
  text(text: string): Promise<void>;
  /** Resolves with all bytes received, as soon as there are n. */
  received(n: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Sends back everything it receives from now on. */
  echo(): Promise<void>;
  /** Starts sending `pattern(n)`, as fast as the network accepts it. */
  flood(n: number): Promise<void>;
  /** Resolves with how many bytes of the flood the network has accepted. */
  flooded(): Promise<number>;
  /** Stops reading; `unstall()` resumes. Only with {@link Traits.stalls}. */
  stall(): Promise<void>;
  unstall(): Promise<void>;
  /** Closes in the way of the channel's protocol, with a code if the channel has codes. */
  close(code?: number, reason?: string): Promise<void>;
  /** Breaks the connection. */
  drop(): Promise<void>;
  /** Resolves when the channel has closed. */
  closed(): Promise<PeerEnd>;
}

/** What a kind of channel can do by its nature, on every platform. */
export interface Traits {
  /** It carries a close code and a reason. */
  readonly codes: boolean;
  /** The peer can stop reading. */
  readonly stalls: boolean;
  /** It may break while the peer is stalled: with a write pending in a WebSocketStream, that crashes a Chromium page. */
  readonly breaks: boolean;
  /** Opening can fail: see {@link Env.refuse}. */
  readonly refuses: boolean;
  /** The value of `Websock.backpressure` over it. */
  readonly backpressure: 'transport' | 'none';
  /** The platform may drop bytes at the end if reading is paused then; the socket has to report that. */
  readonly lossy: boolean;
  /** The subprotocol that the peer selects. */
  readonly protocol: string;
}

/** A kind of channel on the current platform. */
export interface Env {
  readonly name: string;
  readonly traits: Traits;
  /** The options that a socket needs for it. */
  readonly options?: WebsockOptions;
  /** Puts the socket onto a new channel at once; resolves with the peer when both ends are open. */
  join(sock: Websock): Promise<Peer>;
  /** Puts the socket onto a channel that fails to open. */
  refuse?(sock: Websock): void;
  /** Releases what the channels share. */
  end?(): void;
}

/** The tools of a case. */
export interface Bench extends Pick<Env, 'traits' | 'join' | 'refuse'> {
  /** A new socket for this kind of channel. */
  socket(options?: WebsockOptions): Websock;
  /** An open socket and its peer. */
  connect(options?: WebsockOptions): Promise<{ sock: Websock; peer: Peer }>;
  /** Records whether the platform has a feature that it is free to lack. */
  note(fact: string, isSo: boolean): void;
}

/** A behaviour that every kind of channel shows on every platform. */
export interface Case {
  readonly name: string;
  /** The trait that the case requires. */
  readonly needs?: 'codes' | 'stalls' | 'breaks' | 'refuses';
  run(bench: Bench): Promise<void>;
}
