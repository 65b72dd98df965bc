/**
 * What joins an end to its surroundings: one WebSocket at a time below it, the application above it. An end calls these,
 * synchronously, and never waits.
 */

/** A WebSocket, as an end uses it. */
export interface FlowLink {
  /**
   * Whether it takes a message now; if it says no, {@link FlowInput.drained} is to follow, and until then only a first
   * or last word is sent. Default: always.
   */
  readonly isReady?: boolean;
  /** Sends a message: a string as a text message, bytes as a binary one. The bytes are not to be changed. */
  send(message: string | Uint8Array): void;
  /** Closes it, open or not; a peer that does not answer within 5 s is cut off. It is not listened to any more. */
  close(code: number, reason: string): void;
}

/** Where a WebSocket's events go. When the end has left that WebSocket, they go nowhere. */
export interface FlowInput {
  /** It has opened, with the subprotocol that was asked for. */
  opened(): void;
  /** A message has come: a text message as a string, a binary one as bytes, which belong to the end. */
  message(message: string | Uint8Array): void;
  /** It takes messages again. */
  drained(): void;
  /** It is gone, by this close code; 1006 when it was cut, or did not open. */
  closed(code: number): void;
}

/** How a session ended. */
export interface FlowEnding {
  /**
   * `clean`: both directions came to their end. `channel`: the peer does not speak this protocol, or the first WebSocket
   * did not last until it had said so. `reset`: the peer told of a failure. `violation`: the peer broke the rules.
   * `lost`: the peer has forgotten the session or refused to go on with it, or did not come back in time.
   */
  readonly kind: 'clean' | 'channel' | 'reset' | 'violation' | 'lost';
  /** What happened, in words; for `reset` the peer's own. */
  readonly why: string;
  /** The WebSocket's close code, when that is what ended it. */
  readonly code?: number | undefined;
}

/** The surroundings of an end. What a handler throws goes to whoever called the end, which has taken its step then. */
export interface FlowHost {
  /** The time in ms, on a clock that is not set back. */
  now(): number;
  /** Asks for {@link FlowEnd.tick} at this time, whatever was asked for before. */
  wake(at: number): void;
  /** Bytes have arrived. Tell what becomes of them by {@link FlowEnd.allow}, now or later. */
  data(bytes: Uint8Array): void;
  /** The peer's direction has ended. `leave`: and it reads no more. */
  ended(leave: boolean): void;
  /** The peer has confirmed bytes, or takes more: {@link FlowEnd.room} may have grown. */
  writable(): void;
  /** The WebSocket is gone; the session goes on. */
  suspended(code: number): void;
  /** The session has another WebSocket. `attempts`: how many were tried; `downtime`: for how long (ms). */
  resumed(attempts: number, downtime: number): void;
  /** It is over. Nothing is told any more. */
  closed(ending: FlowEnding): void;
}
