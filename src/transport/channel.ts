/**
 * The transport over a message channel: a WebSocket, an RTCDataChannel, or anything with their members. It
 * turns the channel's events into reports of bytes, and evens out the differences between the two.
 */
import { WebsockError, withCause } from '../errors.js';
import { encodeBase64 } from './base64.js';
import { BufferWatch, FULL, LOW } from './buffered.js';
import { ABNORMAL, closeWith, isCleanCode, NO_CODE } from './close-code.js';
import { channelError } from './failure.js';
import { deliver, type TextRule } from './message.js';
import type { Transport, TransportEnd, TransportHandler, TransportState } from './transport.js';

/**
 * The members of a WebSocket or RTCDataChannel that are used, own or inherited. The first three are required. The handlers
 * are set and must be called, even if the channel did not have these properties before.
 */
export interface Channel {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  readonly readyState: number | string;
  /** Set to `arraybuffer`. */
  binaryType?: string;
  /** The subprotocol that the server chose; missing if none. */
  readonly protocol?: string;
  /** Without it, `write()` and `drained()` wait only until the channel has accepted the bytes. */
  readonly bufferedAmount?: number;
  onopen?: ((event: never) => void) | null;
  onmessage?: ((event: never) => void) | null;
  onerror?: ((event: never) => void) | null;
  onclose?: ((event: never) => void) | null;
}

/** The members that only an RTCDataChannel has. */
interface DataChannel extends Channel {
  readonly label: string;
  readonly ordered: boolean;
  readonly maxRetransmits: number | null;
  readonly maxPacketLifeTime: number | null;
  bufferedAmountLowThreshold: number;
  onbufferedamountlow: ((event: never) => void) | null;
  addEventListener?(type: 'bufferedamountlow', listener: () => void): void;
  removeEventListener?(type: 'bufferedamountlow', listener: () => void): void;
}

/** Some libraries report this for both limits of a reliable data channel: the largest value of the field. */
const NOT_SET = 65_535;

/** How long (ms) a peer may take to end the connection after our `close()`: longer than `ws` waits (30 s), where undici waits forever. */
const CLOSE_TIMEOUT = 35_000;

const STATES = ['connecting', 'open', 'closing', 'closed'] as const;

/** Left in a channel's properties, so that callers still find a function. */
const ignore = (): void => {};

export class ChannelTransport implements Transport {
  /** A message channel accepts whatever the peer sends. */
  readonly backpressure = false;
  readonly #channel: Channel;
  readonly #dataChannel: DataChannel | undefined;
  readonly #text: TextRule;
  readonly #offered: readonly string[];
  readonly #isPlatforms: boolean;
  #watch: BufferWatch | undefined;
  readonly #onLow = (): void => this.#watch?.look(true);
  #handler: TransportHandler | undefined;
  #failed = false;
  #wasOpen = false;
  #endTimer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Checks the channel and changes nothing about it.
   * @param offered the subprotocols that the server was offered, for errors
   * @throws TypeError when a member is missing, or for a data channel that is unordered or unreliable
   */
  constructor(channel: object, text: TextRule, offered: readonly string[] = []) {
    refuseOthers(channel);
    this.#channel = channel as Channel;
    this.#text = text;
    this.#offered = offered;
    this.#isPlatforms = isPlatforms(this.#channel);
    if (typeof this.#channel.readyState === 'string') {
      this.#dataChannel = channel as DataChannel;
      refuseLossy(this.#dataChannel);
    }
  }

  get state(): TransportState {
    const { readyState } = this.#channel;
    return (
      STATES.find((state, number) => readyState === number || readyState === state) ?? 'unknown'
    );
  }

  get url(): string {
    return (this.#channel as Partial<WebSocket>).url ?? '';
  }

  get protocol(): string {
    return this.#channel.protocol ?? '';
  }

  get room(): number {
    const { state } = this;
    if (state === 'connecting') return 0;
    const isBounded = state === 'open' && this.#dataChannel;
    return isBounded ? Math.max(0, FULL - this.bufferedAmount) : Infinity;
  }

  get bufferedAmount(): number {
    return this.#channel.bufferedAmount ?? 0;
  }

  start(handler: TransportHandler): void {
    const channel = this.#channel;
    this.#handler = handler;
    channel.binaryType = 'arraybuffer';
    // An open data channel may fire its `open` event later; it counts as open already.
    this.#wasOpen = this.state === 'open';
    const opened = (event: Event | undefined): void => {
      this.#wasOpen = true;
      handler.opened(event);
    };
    channel.onopen = this.#wasOpen ? ignore : opened;
    channel.onmessage = (event: { readonly data: unknown }) => {
      const data = event.data;
      if (data instanceof ArrayBuffer) handler.received(new Uint8Array(data), data);
      else deliver(data, this.#text, this.protocol, handler);
    };
    channel.onerror = (cause: unknown) => {
      this.#failed = true;
      const error = this.#error(cause);
      // When connecting fails, Node 22 fires no `close`; elsewhere it follows in the same task.
      if (this.state === 'connecting') this.#abandonAfter(0);
      handler.failed(error);
    };
    channel.onclose = (event: Partial<CloseEvent> | undefined) => {
      this.#watch?.stop();
      const end = this.#ending(event);
      try {
        // The `ws` package and happy-dom fire no `error` before it.
        if (end.code === ABNORMAL && !this.#failed) handler.failed(this.#error(event));
      } finally {
        handler.closed(end);
      }
    };
    const dataChannel = this.#dataChannel;
    const watch = new BufferWatch(channel, dataChannel !== undefined, () => handler.writable());
    this.#watch = watch;
    if (!dataChannel) return;
    dataChannel.bufferedAmountLowThreshold = LOW;
    // Not every library calls the `on...` property.
    if (dataChannel.addEventListener) {
      dataChannel.addEventListener('bufferedamountlow', this.#onLow);
    } else {
      dataChannel.onbufferedamountlow = this.#onLow;
    }
  }

  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    // After its end a data channel throws, where a WebSocket drops the bytes.
    if (this.#isOver) return false;
    try {
      this.#channel.send(this.protocol === 'base64' ? encodeBase64(bytes) : this.#own(bytes));
    } catch (cause) {
      const message = withCause(`Cannot send ${bytes.length} bytes`, cause);
      throw new WebsockError('ERR_CHANNEL', message, { cause });
    }
    if (this.#dataChannel && this.room === 0) this.notify(LOW);
    return true;
  }

  /**
   * Bytes that the channel may keep: the `ws` package and jsdom read the given memory after `send` has returned, and
   * browsers accept no shared or resizable memory.
   */
  #own(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { buffer } = bytes;
    const isPlain = buffer instanceof ArrayBuffer && !(buffer as { resizable?: boolean }).resizable;
    return this.#isPlatforms && isPlain ? bytes : bytes.slice();
  }

  notify(below: number): void {
    if (!this.#isOver) this.#watch?.add(below);
  }

  pause(): void {}

  resume(): void {}

  close(code?: number, reason?: string): void {
    this.#watch?.stop();
    if (code === undefined) this.#channel.close();
    else closeWith(code, (allowed) => this.#channel.close(allowed, reason));
    if (this.#handler) this.#abandonAfter(CLOSE_TIMEOUT);
  }

  detach(): void {
    this.#handler = undefined;
    clearTimeout(this.#endTimer);
    this.#watch?.stop();
    this.#watch = undefined;
    const channel = this.#channel;
    channel.onopen = channel.onmessage = channel.onerror = channel.onclose = ignore;
    const dataChannel = this.#dataChannel;
    if (dataChannel?.removeEventListener) {
      dataChannel.removeEventListener('bufferedamountlow', this.#onLow);
    } else if (dataChannel) {
      dataChannel.onbufferedamountlow = ignore;
    }
  }

  #error(cause: unknown): WebsockError {
    const name = this.url || this.#dataChannel?.label || '';
    return channelError({ wasOpen: this.#wasOpen, name, offered: this.#offered }, cause);
  }

  /** Reads a close event. That of a data channel has no code; for a broken connection the code is 0 in Deno. */
  #ending(event: Partial<CloseEvent> | undefined): TransportEnd {
    if (event?.code) {
      const { code, reason = '', wasClean = false } = event;
      // jsdom and happy-dom report a broken connection as clean.
      return { code, reason, wasClean: code !== ABNORMAL && (wasClean || isCleanCode(code)) };
    }
    const isBroken = this.#failed || event?.wasClean === false;
    return { code: isBroken ? ABNORMAL : NO_CODE, reason: '', wasClean: !isBroken };
  }

  /** Ends a connection whose channel fires no `close` in this time (ms). */
  #abandonAfter(wait: number): void {
    clearTimeout(this.#endTimer);
    this.#endTimer = setTimeout(() => {
      // The close frame follows the bytes that are still leaving.
      if (wait > 0 && this.bufferedAmount > 0) return this.#abandonAfter(wait);
      const handler = this.#handler!;
      this.#failed = true;
      this.detach();
      this.#channel.close();
      handler.closed(this.#ending(undefined));
    }, wait);
    // It must not keep Node running for that long.
    if (wait > 0) (this.#endTimer as { unref?(): void }).unref?.();
  }

  get #isOver(): boolean {
    return this.state === 'closing' || this.state === 'closed';
  }
}

/** Whether the channel is the platform's own, which copies what it is given. A library's may claim to be: jsdom's does. */
function isPlatforms(channel: Channel): boolean {
  const isNamed = /WebSocket|RTCDataChannel/.test(Object.prototype.toString.call(channel));
  return isNamed && /\[native code]/.test(Function.prototype.toString.call(channel.send));
}

/** Judges a channel by its members, not by its class: mocks and other runtimes have classes of their own. */
function refuseOthers(channel: object): void {
  const { send, close, readyState, pipe } = Object(channel) as Record<string, unknown>;
  const missing = [
    ...(typeof send === 'function' ? [] : ['send()']),
    ...(typeof close === 'function' ? [] : ['close()']),
    ...(readyState === undefined ? ['readyState'] : []),
  ];
  if (missing.length === 0) return;
  const why =
    typeof pipe === 'function'
      ? 'it is a Node stream; attach Duplex.toWeb(stream)'
      : `it has no ${missing.join(', ')}`;
  throw new TypeError(`Cannot use this channel: ${why}`);
}

/** Refuses a data channel that may lose or reorder messages: nothing above it could repair the stream. */
function refuseLossy(channel: DataChannel): void {
  const { ordered, maxRetransmits, maxPacketLifeTime } = channel;
  const isUnlimited = maxRetransmits === NOT_SET && maxPacketLifeTime === NOT_SET;
  const isLimited = typeof (maxRetransmits ?? maxPacketLifeTime) === 'number' && !isUnlimited;
  if (ordered === false || isLimited) {
    throw new TypeError(
      'Cannot use this data channel: it must be ordered, without maxRetransmits and maxPacketLifeTime',
    );
  }
}
