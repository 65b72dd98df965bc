/**
 * A WebSocket whose server is the test, with the rules of a browser's WebSocket.
 */
type Handler = ((event: never) => void) | null;

/** How {@link FakeWebSocket.deliver} splits the data. */
export interface DeliverOptions {
  /** The sizes of the messages, in bytes; the last size is repeated until all is delivered. Default: one message. */
  sizes?: readonly number[];
}

/**
 * A WebSocket that behaves like a browser's, but sends nothing over a network. What the client sends is in
 * {@link sent}; {@link open}, {@link deliver}, {@link fail} and {@link end} play the server.
 *
 * @example
 * const channel = new FakeWebSocket().open('binary');
 * const sock = new Websock();
 * sock.attach(channel);
 * const hello = sock.read(5);
 * channel.deliver('hello', { sizes: [1] }); // byte by byte: a good parser does not care
 * new TextDecoder().decode(await hello); // 'hello'
 *
 * @example
 * const sock = new Websock({ WebSocket: FakeWebSocket });
 * sock.open('wss://example.org/');
 * FakeWebSocket.last.open();
 */
export class FakeWebSocket {
  /** The instance created last. */
  static last: FakeWebSocket;

  binaryType = 'blob';
  /** As in a WebSocket: 0 connecting, 1 open, 2 closing, 3 closed. */
  readyState = 0;
  protocol = '';
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  /** Called when the client has sent something or called `close()`, for a server that answers. */
  onclient: (() => void) | null = null;

  /** A copy of each message that was sent. */
  readonly sent: (Uint8Array | string)[] = [];
  /** The arguments of each `close()`. */
  readonly closes: unknown[][] = [];

  constructor(
    readonly url: string | URL = 'ws://fake/',
    readonly protocols: string | string[] = [],
  ) {
    FakeWebSocket.last = this;
  }

  /** @throws DOMException (InvalidStateError) while connecting; after the end it drops the data */
  send(data: Uint8Array | string): void {
    if (this.readyState === 0) throw new DOMException('still connecting', 'InvalidStateError');
    if (this.readyState > 1) return;
    this.sent.push(typeof data === 'string' ? data : data.slice());
    this.onclient?.();
  }

  /**
   * Moves to `closing`; the server answers with {@link end}.
   * @throws DOMException (InvalidAccessError) for a code that a page may not send
   */
  close(...args: [code?: number, reason?: string]): void {
    const [code] = args;
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000)) {
      throw new DOMException(`the code ${code} is not allowed`, 'InvalidAccessError');
    }
    this.closes.push(args);
    if (this.readyState < 2) this.readyState = 2;
    this.onclient?.();
  }

  // ---- The server's side ----

  /** Everything that was sent, as one array of bytes; not for text. */
  get sentBytes(): number[] {
    return this.sent.flatMap((message) => [...(message as Uint8Array)]);
  }

  /** Accepts the connection and picks a subprotocol. */
  open(protocol = ''): this {
    this.readyState = 1;
    this.protocol = protocol;
    this.#call('onopen', new Event('open'));
    return this;
  }

  /**
   * Delivers a message: bytes in an ArrayBuffer of their own, anything else as it is. With `sizes`, bytes arrive as several messages;
   * so does text, as its UTF-8 bytes.
   */
  deliver(data: Uint8Array | string | object, { sizes }: DeliverOptions = {}): void {
    if (sizes) return this.#deliverCut(data as Uint8Array | string, sizes);
    const payload = data instanceof Uint8Array ? Uint8Array.from(data).buffer : data;
    this.#call('onmessage', new MessageEvent('message', { data: payload }));
  }

  /** Delivers each byte as a message of its own. */
  deliverByteByByte(bytes: Uint8Array): void {
    this.#deliverCut(bytes, [1]);
  }

  /** Fails the connection, with an `error` event. A real connection then closes: call {@link end} with 1006. */
  fail(): void {
    this.#call('onerror', new Event('error'));
  }

  /** Ends the connection, with a `close` event. */
  end(code = 1000, reason = '', wasClean = code !== 1006): void {
    this.readyState = 3;
    this.#call('onclose', Object.assign(new Event('close'), { code, reason, wasClean }));
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

  #call(name: 'onopen' | 'onmessage' | 'onerror' | 'onclose', event: Event): void {
    (this[name] as ((event: Event) => void) | null)?.(event);
  }
}
