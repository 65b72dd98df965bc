/**
 * The interfaces of an end: one WebSocket at a time below it, the application above it. An end calls them
 * synchronously and never waits.
 */

/** A WebSocket, as an end uses it. */
export interface FlowLink {
  /**
   * Whether it accepts a message now. If not, {@link FlowInput.drained} must follow; until then only the first
   * and the last message are sent. Default: true.
   */
  readonly isReady?: boolean;
  /** Sends a message: a string as a text message, bytes as a binary one. The bytes must not be changed. */
  send(message: string | Uint8Array): void;
  /** Closes it, open or still connecting; cut off a peer that does not answer within 5 s. Its events are ignored from now on. */
  close(code: number, reason: string): void;
}

/** Receives a WebSocket's events. Once the end has left that WebSocket, they are ignored. */
export interface FlowInput {
  /** It has opened with the requested subprotocol. */
  opened(): void;
  /** A message has arrived: a text message as a string, a binary one as bytes, which belong to the end. */
  message(message: string | Uint8Array): void;
  /** It accepts messages again. */
  drained(): void;
  /** It has closed with this code; 1006 when it was cut off or did not open. */
  closed(code: number): void;
}

/** How a session ended. */
export interface FlowEnding {
  /**
   * `clean`: both directions ended. `channel`: the peer does not speak this protocol, or the first WebSocket
   * closed before that was known. `reset`: either end reported a failure. `violation`: the peer broke the rules.
   * `lost`: the peer has forgotten the session or refused to continue it, or the session was not resumed in time.
   */
  readonly kind: 'clean' | 'channel' | 'reset' | 'violation' | 'lost';
  /** What happened, as text; for `reset`, the words of the end that reported it. */
  readonly why: string;
  /** The WebSocket's close code, if its close ended the session. */
  readonly code?: number | undefined;
}

/** The application's side of an end. An exception in a handler reaches the end's caller, once the end has completed its step. */
export interface FlowHost {
  /** The time in ms, on a monotonic clock. */
  now(): number;
  /** Requests {@link FlowEnd.tick} at this time, replacing any earlier request. */
  wake(at: number): void;
  /** Bytes have arrived. Report with {@link FlowEnd.allow}, now or later, how many are still unread. */
  data(bytes: Uint8Array): void;
  /** The peer's direction has ended. `leave`: the peer does not read any more either. */
  ended(leave: boolean): void;
  /** The peer has confirmed bytes or accepts more: {@link FlowEnd.room} may have grown. */
  writable(): void;
  /** The WebSocket was lost, with this close code; the session continues. */
  suspended(code: number): void;
  /** The session has a new WebSocket. `attempts`: how many it took; `downtime`: how long there was none (ms). */
  resumed(attempts: number, downtime: number): void;
  /** The session is over. Requests such as {@link wake} may still follow. */
  closed(ending: FlowEnding): void;
}
