/**
 * The contract between a socket and what carries its bytes: the socket calls a `Transport`, which reports back to
 * its `TransportHandler`.
 */
import type { WebsockError } from '../errors.js';

/** The state of a channel. `unknown`: it reports a value that no channel should have. */
export type TransportState = 'connecting' | 'open' | 'closing' | 'closed' | 'unknown';

/** How a channel ended, as in a CloseEvent. */
export interface TransportEnd {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** What a transport reports to its owner. All calls are synchronous; an exception propagates to the runtime. */
export interface TransportHandler {
  /** The channel has opened. */
  opened(event: Event | undefined): void;
  /** A message has arrived; the owner takes over its memory. `buffer`: the buffer that the bytes fill, if known. */
  received(bytes: Uint8Array, buffer?: ArrayBuffer): void;
  /** The channel failed; it closes by itself. */
  failed(error: WebsockError): void;
  /** The peer sent something invalid, so the stream is broken: the owner should close with `code`. */
  refused(error: WebsockError, code: number): void;
  /** The channel accepts bytes again after its room had run out, or has drained to the requested level. */
  writable(): void;
  /** The peer's direction has ended; ours continues. */
  ended?(): void;
  /** The stream has lost its channel and is waiting for another, or has a new one and continues. */
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

/** Why a stream has lost its channel. */
export interface SuspendedInfo {
  /** What happened, as text. */
  readonly reason: string;
  /** The number of the next attempt. */
  readonly attempt: number;
}

/** How a stream got a new channel. */
export interface ResumedInfo {
  /** How many attempts it took. */
  readonly attempts: number;
  /** How long there was no channel (ms). */
  readonly downtime: number;
}

/** Something that carries messages of bytes in order and without loss. */
export interface Transport {
  readonly state: TransportState;
  readonly url: string;
  readonly protocol: string;
  /** How many bytes may be sent now; at 0, wait for `opened` or `writable`. */
  readonly room: number;
  /** How many bytes it has accepted but not yet sent; 0 if the runtime does not say. */
  readonly bufferedAmount: number;
  /** Whether `pause()` stops the peer; if not, `pause()` does nothing. */
  readonly backpressure: boolean;
  /** Begins to report; until then the channel is untouched. */
  start(handler: TransportHandler): void;
  /**
   * Sends one message. The bytes may be reused after it returns, unless `isOwn` makes them the transport's own.
   * @returns false when they were dropped, after the channel's end
   * @throws WebsockError `ERR_CHANNEL` when the channel does not accept it
   */
  send(bytes: Uint8Array<ArrayBuffer>, isOwn?: boolean): boolean;
  /** Asks for one `writable`, as soon as at most `below` bytes are buffered. */
  notify(below: number): void;
  /** Stops reading from the channel until `resume()`; a read already under way may still deliver. */
  pause(): void;
  resume(): void;
  /** Closes the channel; `closed` follows. A paused transport resumes reading by itself. */
  close(code?: number, reason?: string): void;
  /** Ends all reports. */
  detach(): void;
  /** Whether each direction can end separately. */
  readonly canEnd?: boolean;
  /** Ends our direction once nothing is `pending` in the owner; resolves when the peer, or the channel, has all of it. */
  end?(pending: () => number): Promise<void>;
  /** Whether the owner ends our direction when the peer's has ended. */
  readonly endsByItself?: boolean;
  /** Whether it has the members below, with {@link allow} in place of `pause()` and `resume()`. */
  readonly isFlow?: boolean;
  /** Reports that `unread` bytes are unread and a read waits for `wanted`. `isTold`: new bytes go to a `message` handler. */
  allow?(unread: number, wanted: number, isTold: boolean): void;
  /** Whether the stream has lost its channel. */
  readonly isSuspended?: boolean;
  /** The round-trip time (ms). */
  readonly roundTripTime?: number | undefined;
  /** Stops, and returns the state from which another object can continue. */
  freeze?(unread: UnreadBytes, unsent: Uint8Array<ArrayBuffer>): string;
}
