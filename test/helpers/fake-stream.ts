/**
 * A WebSocketStream without a network, modelled on measurements of Chromium's.
 */
type Streams = ReadableWritablePair & { protocol: string; extensions: string };

interface Info {
  closeCode?: number | undefined;
  reason?: string | undefined;
}

/**
 * A WebSocketStream whose peer is the test. It keeps unread messages, and drops them when the peer closes: the reader
 * learns of the close first, the writer next, `closed` last. After its own `close()` it ends only once everything is read.
 */
export class FakeSocketStream {
  readonly url = 'wss://fake/';
  readonly opened: Promise<Streams>;
  readonly closed: Promise<Info>;
  /** The chunks that were sent, as they were written. */
  readonly sent: unknown[] = [];
  /** The arguments of each `close()`. */
  readonly closes: Info[] = [];
  /** While this is set, writes wait for it. */
  blocked: Promise<void> | undefined;
  /** Whether `close()` checks its code as browsers do. */
  isStrict = true;
  isOver = false;

  #open!: (streams: Streams) => void;
  #refuse!: (error: unknown) => void;
  #close!: (info: Info) => void;
  #break!: (error: unknown) => void;
  #source!: ReadableStreamDefaultController<unknown>;
  #sink!: WritableStreamDefaultController;
  #isOpen = false;
  #isWanted = false;
  #unread: unknown[] = [];
  #closing: Info | undefined;

  constructor() {
    this.opened = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#refuse = reject;
    });
    this.closed = new Promise((resolve, reject) => {
      this.#close = resolve;
      this.#break = reject;
    });
  }

  close(info: Info = {}): void {
    const { closeCode } = info;
    const isAllowed = closeCode === 1000 || (closeCode! >= 3000 && closeCode! < 5000);
    if (this.isStrict && closeCode !== undefined && !isAllowed) {
      throw new DOMException(`the code ${closeCode} is not allowed`, 'InvalidAccessError');
    }
    this.closes.push(info);
    if (!this.#isOpen) return this.fail(new Error('closed before the handshake was complete'));
    this.#closing ??= info;
    this.#endWhenRead();
  }

  // ---- The test's side ----

  open(protocol = ''): this {
    this.#isOpen = true;
    const readable = new ReadableStream(
      {
        start: (controller) => void (this.#source = controller),
        pull: () => {
          this.#isWanted = this.#unread.length === 0;
          if (!this.#isWanted) this.#source.enqueue(this.#unread.shift());
          this.#endWhenRead();
        },
      },
      { highWaterMark: 0 },
    );
    const writable = new WritableStream({
      start: (controller) => void (this.#sink = controller),
      write: async (chunk) => {
        await this.blocked;
        this.sent.push(chunk);
      },
    });
    this.#open({ readable, writable, protocol, extensions: '' });
    return this;
  }

  /** A message arrives. */
  deliver(data: unknown): void {
    if (this.#isWanted) this.#source.enqueue(data);
    else this.#unread.push(data);
    this.#isWanted = false;
  }

  /** The peer closes. */
  end(closeCode = 1000, reason = ''): void {
    this.#end({ closeCode, reason });
  }

  /** The peer closes while we are sending: Chromium ends the streams as usual, but rejects `closed` with the code. */
  endUncleanly(closeCode: number, reason = ''): void {
    this.#close = () => {};
    this.#end({});
    const message = `WebSocket was not cleanly closed.`;
    setImmediate(() => this.#break(Object.assign(new Error(message), { closeCode, reason })));
  }

  /** The connection breaks. */
  fail(error: unknown): void {
    this.isOver = true;
    this.#refuse(error);
    this.#break(error);
    if (!this.#isOpen) return;
    this.#source.error(error);
    this.#sink.error(error);
  }

  #endWhenRead(): void {
    const info = this.#closing;
    if (info && this.#unread.length === 0) this.#end({ closeCode: 1005, reason: '', ...info });
  }

  #end(info: Info): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#unread = [];
    this.#source.close();
    this.#sink.error(new DOMException('it is closed', 'InvalidStateError'));
    // Microtasks run in between.
    setImmediate(() => this.#close(info));
  }
}
