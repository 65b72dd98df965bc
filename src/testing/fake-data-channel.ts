/**
 * An RTCDataChannel whose peer is the test.
 */
type Handler = ((event: never) => void) | null;

/** At more than this many buffered bytes, Chromium's data channels throw. */
const BUFFER_MAX = 16 * 1024 * 1024;

/**
 * An RTCDataChannel, reliable and ordered: named states, no close codes, and a `send` that throws when 16 MiB are buffered. Sent
 * data stays buffered until {@link drain}; {@link open} and {@link end} also play the network.
 */
export class FakeDataChannel {
  binaryType = 'blob';
  readyState = 'connecting';
  protocol = '';
  ordered = true;
  maxRetransmits: number | null = null;
  maxPacketLifeTime: number | null = null;
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  onbufferedamountlow: Handler = null;

  /** A copy of each message that was sent. */
  readonly sent: Uint8Array[] = [];
  /** How many times `close()` was called. */
  closed = 0;

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
  }

  /** Moves to `closing`; {@link end} follows. */
  close(): void {
    this.closed++;
    this.readyState = 'closing';
  }

  // ---- The network's side ----

  /** Opens the channel. */
  open(): this {
    this.readyState = 'open';
    this.onopen?.(new Event('open') as never);
    return this;
  }

  /** Lets the network accept buffered bytes until `level` bytes are left (default: none). */
  drain(level = 0): void {
    const wasHigh = this.bufferedAmount > this.bufferedAmountLowThreshold;
    this.bufferedAmount = level;
    if (wasHigh && level <= this.bufferedAmountLowThreshold)
      this.onbufferedamountlow?.(new Event('bufferedamountlow') as never);
  }

  /** Ends the channel. */
  end(): void {
    this.readyState = 'closed';
    this.onclose?.(new Event('close') as never);
  }
}
