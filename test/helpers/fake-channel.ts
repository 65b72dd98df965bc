/**
 * Channels without a network, with the rules of the real ones: what a WebSocket or an RTCDataChannel refuses,
 * these refuse. Data is delivered message by message or byte by byte, for the latter shows framing bugs.
 */

type Handler = ((event: never) => void) | null;

/** A WebSocket as a browser has it, its peer being the test. */
export class FakeWebSocket {
  static last: FakeWebSocket;

  binaryType = 'blob';
  readyState = 0;
  protocol = '';
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;

  /** What was sent, a copy of each message. */
  readonly sent: (Uint8Array | string)[] = [];
  /** The arguments of each `close()`. */
  readonly closes: unknown[][] = [];

  constructor(
    readonly url: string | URL = 'ws://fake/',
    readonly protocols: string | string[] = [],
  ) {
    FakeWebSocket.last = this;
  }

  send(data: Uint8Array | string): void {
    if (this.readyState === 0) throw new DOMException('still connecting', 'InvalidStateError');
    if (this.readyState > 1) return;
    this.sent.push(typeof data === 'string' ? data : data.slice());
  }

  close(...args: [code?: number, reason?: string]): void {
    const [code] = args;
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000)) {
      throw new DOMException(`the code ${code} is not allowed`, 'InvalidAccessError');
    }
    this.closes.push(args);
    if (this.readyState < 2) this.readyState = 2;
  }

  // ---- The test's side ----

  /** What was sent, as one run of bytes. */
  get sentBytes(): number[] {
    return this.sent.flatMap((message) => [...(message as Uint8Array)]);
  }

  open(protocol = ''): this {
    this.readyState = 1;
    this.protocol = protocol;
    this.#call('onopen', new Event('open'));
    return this;
  }

  /** Delivers one message; bytes go as an ArrayBuffer of their own. */
  deliver(data: Uint8Array | string | object): void {
    const payload = data instanceof Uint8Array ? Uint8Array.from(data).buffer : data;
    this.#call('onmessage', new MessageEvent('message', { data: payload }));
  }

  deliverByteByByte(bytes: Uint8Array): void {
    for (const byte of bytes) this.deliver(Uint8Array.of(byte));
  }

  fail(): void {
    this.#call('onerror', new Event('error'));
  }

  end(code = 1000, reason = '', wasClean = true): void {
    this.readyState = 3;
    this.#call('onclose', Object.assign(new Event('close'), { code, reason, wasClean }));
  }

  #call(name: 'onopen' | 'onmessage' | 'onerror' | 'onclose', event: Event): void {
    (this[name] as ((event: Event) => void) | null)?.(event);
  }
}

/** An RTCDataChannel: states by name, no codes, and a send that throws when 16 MiB are buffered. */
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

  readonly sent: Uint8Array[] = [];
  closed = 0;

  send(data: Uint8Array | string): void {
    if (typeof data === 'string') throw new TypeError('this channel was to carry bytes');
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    if (this.bufferedAmount + data.length > 16 * 1024 * 1024) {
      throw new DOMException('the send queue is full', 'OperationError');
    }
    this.bufferedAmount += data.length;
    this.sent.push(data.slice());
  }

  close(): void {
    this.closed++;
    this.readyState = 'closing';
  }

  // ---- The test's side ----

  open(): this {
    this.readyState = 'open';
    this.onopen?.(new Event('open') as never);
    return this;
  }

  /** The network takes what is buffered, or what is above a level. */
  drain(level = 0): void {
    const wasHigh = this.bufferedAmount > this.bufferedAmountLowThreshold;
    this.bufferedAmount = level;
    if (wasHigh && level <= this.bufferedAmountLowThreshold)
      this.onbufferedamountlow?.(new Event('bufferedamountlow') as never);
  }

  end(): void {
    this.readyState = 'closed';
    this.onclose?.(new Event('close') as never);
  }
}
