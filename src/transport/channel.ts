/**
 * The transport over a message channel: a WebSocket, an RTCDataChannel, or whatever has their members. It
 * turns the channel's events into reports of bytes, and levels the differences between the two.
 */
import { WebsockError } from '../errors.js';
import { decodeBase64, encodeBase64 } from './base64.js';
import type { Transport, TransportHandler, TransportState } from './transport.js';

/** The members of a WebSocket or RTCDataChannel that are used; own or inherited. */
export interface Channel {
  binaryType: string;
  readonly readyState: number | string;
  readonly protocol: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** What only an RTCDataChannel has. */
interface DataChannel extends Channel {
  readonly label: string;
  readonly ordered: boolean;
  readonly maxRetransmits: number | null;
  readonly maxPacketLifeTime: number | null;
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  onbufferedamountlow: ((event: never) => void) | null;
}

const MEMBERS = 'binaryType close onerror onmessage onopen protocol readyState send'.split(' ');
const STATES = ['connecting', 'open', 'closing', 'closed'] as const;

/**
 * A data channel is left alone at 1 MiB buffered, until it is down to 256 KiB: at 16 MiB Chromium's `send`
 * throws and the bytes are lost.
 */
const DATA_CHANNEL_FULL = 1024 * 1024;
const DATA_CHANNEL_LOW = 256 * 1024;

const UNSUPPORTED_DATA = 1003;
const PRIVATE_CODES = 3000;

/** Stays behind in a channel's properties, so that whoever calls them finds a function. */
const ignore = (): void => {};

export class ChannelTransport implements Transport {
  readonly #channel: Channel;
  readonly #dataChannel: DataChannel | undefined;
  readonly #text: 'utf8' | 'error';
  readonly #isPlatforms: boolean;
  #failed = false;

  /**
   * Looks at the channel and changes nothing about it.
   * @throws TypeError when a member is missing, or for a data channel that is unordered or unreliable
   */
  constructor(channel: object, text: 'utf8' | 'error') {
    const missing = MEMBERS.filter((name) => !(name in Object(channel)));
    if (missing.length > 0) {
      throw new TypeError(`Cannot use this channel: it has no ${missing.join(', ')}`);
    }
    this.#channel = channel as Channel;
    this.#text = text;
    this.#isPlatforms = /WebSocket|RTCDataChannel/.test(Object.prototype.toString.call(channel));
    if (typeof this.#channel.readyState === 'string') {
      this.#dataChannel = channel as DataChannel;
      refuseLossy(this.#dataChannel);
    }
  }

  get state(): TransportState {
    const { readyState } = this.#channel;
    const name = typeof readyState === 'number' ? STATES[readyState] : readyState;
    return STATES.find((state) => state === name) ?? 'unknown';
  }

  get url(): string {
    return (this.#channel as Partial<WebSocket>).url ?? '';
  }

  get protocol(): string {
    return this.#channel.protocol;
  }

  get room(): number {
    const { state } = this;
    if (state !== 'open') return state === 'connecting' ? 0 : Infinity;
    const buffered = this.#dataChannel?.bufferedAmount;
    return buffered === undefined ? Infinity : Math.max(0, DATA_CHANNEL_FULL - buffered);
  }

  start(handler: TransportHandler): void {
    const channel = this.#channel;
    channel.binaryType = 'arraybuffer';
    // An open data channel may still have its event to come; for us it is open already.
    channel.onopen =
      this.state === 'open' ? ignore : (event: Event | undefined) => handler.opened(event);
    channel.onmessage = ({ data }: { data: unknown }) => {
      if (data instanceof ArrayBuffer) handler.received(new Uint8Array(data));
      else this.#receive(data, handler);
    };
    channel.onerror = (cause: unknown) => {
      this.#failed = true;
      const which = this.url || this.#dataChannel?.label;
      handler.failed(new WebsockError('ERR_CHANNEL', `The channel failed: ${which}`, { cause }));
    };
    channel.onclose = (event: Partial<CloseEvent> | undefined) =>
      handler.closed(
        typeof event?.code === 'number'
          ? (event as CloseEvent)
          : { code: this.#failed ? 1006 : 1005, reason: '', wasClean: !this.#failed },
      );
    if (!this.#dataChannel) return;
    this.#dataChannel.bufferedAmountLowThreshold = DATA_CHANNEL_LOW;
    this.#dataChannel.onbufferedamountlow = () => handler.writable();
  }

  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    // A data channel throws after its end, where a WebSocket drops.
    if (this.state === 'closing' || this.state === 'closed') return false;
    try {
      this.#channel.send(this.protocol === 'base64' ? encodeBase64(bytes) : this.#own(bytes));
      return true;
    } catch (cause) {
      throw new WebsockError('ERR_CHANNEL', `Cannot send ${bytes.length} bytes: ${String(cause)}`, {
        cause,
      });
    }
  }

  /**
   * What the channel may keep: the `ws` package compresses from the memory it was given, after `send` has returned,
   * and browsers take no shared or resizable memory.
   */
  #own(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { buffer } = bytes;
    const isPlain = buffer instanceof ArrayBuffer && !(buffer as { resizable?: boolean }).resizable;
    return this.#isPlatforms && isPlain ? bytes : bytes.slice();
  }

  close(code?: number, reason?: string): void {
    if (code === undefined) return this.#channel.close();
    try {
      this.#channel.close(code, reason);
    } catch (error) {
      // Browsers let a page send 1000 and 3000 to 4999 only: a private code stands in.
      if (code === 1000 || code >= PRIVATE_CODES) throw error;
      this.#channel.close(code + PRIVATE_CODES, reason);
    }
  }

  detach(): void {
    const channel = this.#channel;
    channel.onopen = channel.onmessage = channel.onerror = channel.onclose = ignore;
    if (this.#dataChannel) this.#dataChannel.onbufferedamountlow = ignore;
  }

  /** What is not an ArrayBuffer of this realm. */
  #receive(data: unknown, handler: TransportHandler): void {
    if (typeof data === 'string') {
      this.#receiveText(data, handler);
    } else if (ArrayBuffer.isView(data)) {
      handler.received(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    } else if (Object.prototype.toString.call(data) === '[object ArrayBuffer]') {
      // Of another realm: a frame's, or a test environment's.
      handler.received(new Uint8Array(data as ArrayBuffer));
    } else {
      const message = `Cannot read ${String(data)}: the channel was opened with another binaryType`;
      handler.refused(new WebsockError('ERR_CHANNEL', message), UNSUPPORTED_DATA);
    }
  }

  #receiveText(text: string, handler: TransportHandler): void {
    const refuse = (rule: string, cause?: unknown): void => {
      const message = `Cannot take a text frame of ${text.length} characters: ${rule}`;
      handler.refused(new WebsockError('ERR_TEXT_FRAME', message, { cause }), UNSUPPORTED_DATA);
    };
    if (this.protocol === 'base64') {
      let bytes;
      try {
        bytes = decodeBase64(text);
      } catch (cause) {
        return refuse('the subprotocol is base64, and it is not', cause);
      }
      handler.received(bytes);
    } else if (this.#text === 'utf8') {
      handler.received(new TextEncoder().encode(text));
    } else {
      refuse("the option text is 'error'");
    }
  }
}

/** A stream with holes or out of order is none; nothing above could mend it. */
function refuseLossy(channel: DataChannel): void {
  const { ordered, maxRetransmits, maxPacketLifeTime } = channel;
  if (
    ordered === false ||
    typeof maxRetransmits === 'number' ||
    typeof maxPacketLifeTime === 'number'
  ) {
    throw new TypeError(
      'Cannot use this data channel: it must be ordered, without maxRetransmits and maxPacketLifeTime',
    );
  }
}
