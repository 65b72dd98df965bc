/**
 * An RTCDataChannel whose peer is the test.
 */
import { FakeChannel } from './fake-channel.js';

/** At more than this many buffered bytes, Chromium's data channels throw. */
const BUFFER_MAX = 16 * 1024 * 1024;

/**
 * An RTCDataChannel, reliable and ordered: named states, no close codes, and a `send` that throws when 16 MiB are buffered. Sent
 * data stays buffered until {@link drain}; {@link open}, {@link deliver}, {@link fail} and {@link end} play the peer.
 */
export class FakeDataChannel extends FakeChannel<string, Uint8Array> {
  /** As in an RTCDataChannel: `connecting`, `open`, `closing`, `closed`. */
  readyState = 'connecting';
  ordered = true;
  maxRetransmits: number | null = null;
  maxPacketLifeTime: number | null = null;
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onbufferedamountlow: ((event: never) => void) | null = null;

  /** How many times `close()` was called. */
  closed = 0;

  constructor() {
    super('open');
  }

  /** @throws DOMException when it is not open (InvalidStateError) or full (OperationError); TypeError for a string */
  send(data: Uint8Array | string): void {
    if (typeof data === 'string')
      throw new TypeError('Cannot send a string: this channel carries bytes');
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    if (this.bufferedAmount + data.length > BUFFER_MAX) {
      throw new DOMException('the send queue is full', 'OperationError');
    }
    this.bufferedAmount += data.length;
    this.sent.push(data.slice());
    this.onclient?.();
  }

  /** Moves to `closing`; {@link end} follows. */
  close(): void {
    this.closed++;
    if (this.readyState !== 'closed') this.readyState = 'closing';
    this.onclient?.();
  }

  /** Lets the network accept buffered bytes until `level` bytes are left (default: none). */
  drain(level = 0): void {
    const wasHigh = this.bufferedAmount > this.bufferedAmountLowThreshold;
    this.bufferedAmount = level;
    if (wasHigh && level <= this.bufferedAmountLowThreshold)
      this.onbufferedamountlow?.(new Event('bufferedamountlow') as never);
  }

  /** Ends the channel, with a `close` event. */
  end(): void {
    this.readyState = 'closed';
    this.onclose?.(new Event('close') as never);
  }
}
