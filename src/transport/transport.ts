/**
 * The contract between a socket and what carries its bytes: a transport is told what to do through
 * `Transport`, and tells what happened through the `TransportHandler` that it was given.
 */
import type { WebsockError } from '../errors.js';

/** The state of a channel. `unknown` is a value that no channel should have. */
export type TransportState = 'connecting' | 'open' | 'closing' | 'closed' | 'unknown';

/** How a channel ended, as a CloseEvent tells it. */
export interface TransportEnd {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** What a transport tells its owner. All calls are synchronous; an exception goes on to the runtime. */
export interface TransportHandler {
  /** The channel has opened. */
  opened(event: Event | undefined): void;
  /** A message has come; its memory is the owner's from now on. `buffer`: they are all of that. */
  received(bytes: Uint8Array, buffer?: ArrayBuffer): void;
  /** The channel failed; it closes by itself. */
  failed(error: WebsockError): void;
  /** The peer sent what can't be taken, and the stream is broken: the owner should close with `code`. */
  refused(error: WebsockError, code: number): void;
  /** The channel takes bytes again after its room had run out, or holds as few as was asked for. */
  writable(): void;
  /** The peer's direction has ended; ours goes on. */
  ended?(): void;
  /** The stream is without its channel, and waits for another; or has another, and goes on. */
  tell?(name: 'suspended', info: SuspendedInfo): void;
  tell?(name: 'resumed', info: ResumedInfo): void;
  /** The channel has closed. */
  closed(end: TransportEnd): void;
}

/** The bytes that a socket has not read yet. */
export interface UnreadBytes {
  readonly length: number;
  peekBytes(n: number): Uint8Array<ArrayBuffer>;
}

/** Why a stream is without its channel. */
export interface SuspendedInfo {
  /** What happened, in words. */
  readonly reason: string;
  /** The number of the try that comes next. */
  readonly attempt: number;
}

/** How a stream got another channel. */
export interface ResumedInfo {
  /** How many were tried. */
  readonly attempts: number;
  /** For how long there was none (ms). */
  readonly downtime: number;
}

/** Something that carries messages of bytes in order and without loss. */
export interface Transport {
  readonly state: TransportState;
  readonly url: string;
  readonly protocol: string;
  /** How many bytes may be sent now; 0 says to wait for `opened` or `writable`. */
  readonly room: number;
  /** How many bytes it has taken and not sent yet. 0 where the runtime does not tell. */
  readonly bufferedAmount: number;
  /** Whether `pause()` stops the peer; otherwise it does nothing. */
  readonly backpressure: boolean;
  /** Begins to report; until then the channel is untouched. */
  start(handler: TransportHandler): void;
  /**
   * Sends one message. Bytes are taken before it returns.
   * @returns false when they were dropped, after the channel's end
   * @throws WebsockError `ERR_CHANNEL` when the channel does not take it
   */
  send(bytes: Uint8Array<ArrayBuffer>): boolean;
  /** Asks for one `writable`, as soon as at most `below` bytes are buffered. */
  notify(below: number): void;
  /** Stops reading off the channel until `resume()`; what is being read already may still come. */
  pause(): void;
  resume(): void;
  /** Closes the channel; `closed` follows. A paused transport reads on by itself. */
  close(code?: number, reason?: string): void;
  /** Ends all reports. */
  detach(): void;
  /**
   * Ends our direction when nothing is `pending` above any more; resolves when the peer has all of it, and its rejection need
   * not be looked at.
   */
  end?(pending: () => number): Promise<void>;
  /** Whether our direction is to end when the peer's has. */
  readonly endsByItself?: boolean;
  /** Whether it has the members below, and {@link allow} in the place of `pause()` and `resume()`. */
  readonly isFlow?: boolean;
  /** So many bytes are unread, and a read waits for `wanted`. `isTold`: a `message` handler is told of all that comes. */
  allow?(unread: number, wanted: number, isTold: boolean): void;
  /** Whether the stream is without its channel. */
  readonly isSuspended?: boolean;
  /** How long an answer takes (ms). */
  readonly roundTripTime?: number | undefined;
  /** Stops, and gives what another object goes on from. */
  freeze?(unread: UnreadBytes, unsent: Uint8Array<ArrayBuffer>): string;
}
