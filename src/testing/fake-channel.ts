/**
 * A channel whose peer is the test: what the fakes of both kinds of channel have in common.
 */
import { refuseUnknown } from '../known-options.js';

type Handler = ((event: never) => void) | null;

/** How {@link FakeChannel.deliver} splits the data. */
export interface DeliverOptions {
  /** The sizes of the messages, in bytes; the last size is repeated until all is delivered. Default: one message. */
  sizes?: readonly number[] | undefined;
}

/** What a {@link FakeWebSocket} and a {@link FakeDataChannel} share: the handlers that a client sets, and the members that play its peer. */
export abstract class FakeChannel<
  State extends number | string = number | string,
  Message extends Uint8Array | string = Uint8Array | string,
> {
  binaryType = 'blob';
  abstract readyState: State;
  protocol = '';
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  /** Called when the client has sent something or called `close()`, for a peer that answers. */
  onclient: (() => void) | null = null;

  /** A copy of each message that was sent. */
  readonly sent: Message[] = [];

  readonly #open: State;

  /** @param open the `readyState` of an open channel */
  protected constructor(open: State) {
    this.#open = open;
  }

  // ---- The peer's side ----

  /** Everything that was sent, as one array of bytes; not for text. */
  get sentBytes(): number[] {
    return this.sent.flatMap((message) => [...(message as Uint8Array)]);
  }

  /** Opens the channel, with the subprotocol that the peer picks. */
  open(protocol = this.protocol): this {
    this.readyState = this.#open;
    this.protocol = protocol;
    this.#call('onopen', new Event('open'));
    return this;
  }

  /**
   * Delivers a message: bytes in an ArrayBuffer of their own, anything else as it is. With `sizes`, bytes arrive as several messages;
   * so does text, as its UTF-8 bytes.
   * @throws RangeError for a size below 1; TypeError for an unknown option
   */
  deliver(data: Uint8Array | string | object, options: DeliverOptions = {}): void {
    refuseUnknown(options, { sizes: 1 });
    const { sizes } = options;
    if (sizes) return this.#deliverCut(data as Uint8Array | string, sizes);
    const payload = data instanceof Uint8Array ? Uint8Array.from(data).buffer : data;
    this.#call('onmessage', new MessageEvent('message', { data: payload }));
  }

  /** Delivers each byte as a message of its own. */
  deliverByteByByte(bytes: Uint8Array): void {
    this.#deliverCut(bytes, [1]);
  }

  /** Fails the connection, with an `error` event. A real connection then closes: call `end`, with 1006 for a WebSocket. */
  fail(): void {
    this.#call('onerror', new Event('error'));
  }

  #deliverCut(data: Uint8Array | string, sizes: readonly number[]): void {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    let at = 0;
    for (let count = 0; at < bytes.length; count++) {
      const size = sizes[Math.min(count, sizes.length - 1)];
      if (!(size >= 1)) throw new RangeError(`Cannot deliver ${size} bytes: it must be 1 or more`);
      this.deliver(bytes.subarray(at, (at += size)));
    }
  }

  #call(name: 'onopen' | 'onmessage' | 'onerror', event: Event): void {
    (this[name] as ((event: Event) => void) | null)?.(event);
  }
}
