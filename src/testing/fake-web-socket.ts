/**
 * A WebSocket whose server is the test, with the rules of a browser's WebSocket.
 */
import { FakeChannel } from './fake-channel.js';

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
export class FakeWebSocket extends FakeChannel<number> {
  /** The instance created last. */
  static last: FakeWebSocket;

  /** As in a WebSocket: 0 connecting, 1 open, 2 closing, 3 closed. */
  readyState = 0;

  /** The arguments of each `close()`. */
  readonly closes: unknown[][] = [];

  constructor(
    readonly url: string | URL = 'ws://fake/',
    readonly protocols: string | string[] = [],
  ) {
    super(1);
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

  /** Ends the connection, with a `close` event. */
  end(code = 1000, reason = '', wasClean = code !== 1006): void {
    this.readyState = 3;
    const event = Object.assign(new Event('close'), { code, reason, wasClean });
    this.onclose?.(event as never);
  }
}
