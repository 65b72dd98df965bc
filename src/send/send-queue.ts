/**
 * The send queue: numbers, bytes and text go in, messages come out. Small pushes are combined, large ones pass
 * through as they are; what can't be sent yet waits in order, within a limit.
 */
import { WebsockError } from '../errors.js';

/** Where a {@link SendQueue} sends to. */
export interface SendSink {
  /** How many bytes it accepts now; after 0, call `flush()` once it accepts some again. */
  readonly room: number;
  /**
   * Sends one message. It must send or copy the bytes before it returns, unless `isOwn` says that they now belong to it.
   * If it throws, the message stays queued.
   */
  send(bytes: Uint8Array<ArrayBuffer>, isOwn?: boolean): void;
}

/** The options of a {@link SendQueue}. Sizes are in bytes. */
export interface SendQueueOptions {
  /** Small pushes are buffered up to this size, then sent as one message. Default: 10 KiB. */
  bufferSize?: number | undefined;
  /** The most bytes that may be queued. Default: 16 MiB. */
  limit?: number | undefined;
  /** The size of the largest message. Default: 64 KiB. */
  maxMessageSize?: number | undefined;
}

interface Message {
  bytes: Uint8Array<ArrayBuffer>;
  /** Whether nobody else uses its memory. */
  isOwn: boolean;
}

/** Bytes to send: an ArrayBuffer or any view of one. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/**
 * A queue of bytes to send, with typed writes. Names and integer wrapping follow DataView; big-endian by default.
 *
 * Writes are buffered until `flush()`, or until one no longer fits into `bufferSize`. A write throws WebsockError
 * `ERR_SEND_OVERFLOW` when more than `limit` bytes would be queued, and then queues nothing. An exception from the
 * sink propagates to the caller, but the write still counts: what the sink did not accept stays queued, even beyond
 * `limit` if the sink had reported room.
 */
export class SendQueue {
  readonly #sink: SendSink;
  readonly #bufferSize: number;
  readonly #limit: number;
  readonly #maxMessageSize: number;

  /** Gathers the small writes; allocated by the first one. */
  #buffer: DataView<ArrayBuffer> | undefined;
  #used = 0;

  /** The messages that wait to leave, oldest first, and their total size. */
  readonly #waiting: Message[] = [];
  #waitingSize = 0;
  #sending = false;

  /** @throws RangeError for a size below 1 byte, or NaN */
  constructor(
    sink: SendSink,
    {
      bufferSize = 10 * 1024,
      limit = 16 * 1024 * 1024,
      maxMessageSize = 64 * 1024,
    }: SendQueueOptions = {},
  ) {
    for (const [name, size] of Object.entries({ bufferSize, limit, maxMessageSize })) {
      if (!(size >= 1))
        throw new RangeError(`Cannot use ${name} ${size}: it must be 1 byte or more`);
    }
    this.#sink = sink;
    this.#bufferSize = Math.min(bufferSize, limit, maxMessageSize);
    this.#limit = limit;
    this.#maxMessageSize = maxMessageSize;
  }

  /** How many bytes are queued. */
  get length(): number {
    return this.#waitingSize + this.#used;
  }

  /** A copy of the queued bytes. */
  peek(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const message of this.#waiting) {
      bytes.set(message.bytes, at);
      at += message.bytes.length;
    }
    if (this.#buffer) bytes.set(asBytes(this.#buffer).subarray(0, this.#used), at);
    return bytes;
  }

  /** Writes the low 8 bits of a number. */
  writeUint8(value: number): void {
    const at = this.#reserve(1);
    this.#buffer!.setUint8(at, value);
    this.#commit(1);
  }

  /** Writes the low 16 bits of a number. */
  writeUint16(value: number, littleEndian = false): void {
    const at = this.#reserve(2);
    this.#buffer!.setUint16(at, value, littleEndian);
    this.#commit(2);
  }

  /** Writes the low 32 bits of a number. */
  writeUint32(value: number, littleEndian = false): void {
    const at = this.#reserve(4);
    this.#buffer!.setUint32(at, value, littleEndian);
    this.#commit(4);
  }

  /** Writes the low 64 bits of a bigint. */
  writeBigUint64(value: bigint, littleEndian = false): void {
    const at = this.#reserve(8);
    this.#buffer!.setBigUint64(at, value, littleEndian);
    this.#commit(8);
  }

  /** Writes a signed 64-bit bigint, two's complement. */
  writeBigInt64(value: bigint, littleEndian = false): void {
    this.writeBigUint64(value, littleEndian);
  }

  /** Writes a signed byte, two's complement. */
  writeInt8(value: number): void {
    this.writeUint8(value);
  }

  /** Writes a signed 16-bit integer, two's complement. */
  writeInt16(value: number, littleEndian = false): void {
    this.writeUint16(value, littleEndian);
  }

  /** Writes a signed 32-bit integer, two's complement. */
  writeInt32(value: number, littleEndian = false): void {
    this.writeUint32(value, littleEndian);
  }

  /** Writes a 32-bit float, IEEE 754. */
  writeFloat32(value: number, littleEndian = false): void {
    const at = this.#reserve(4);
    this.#buffer!.setFloat32(at, value, littleEndian);
    this.#commit(4);
  }

  /** Writes a 64-bit float, IEEE 754. */
  writeFloat64(value: number, littleEndian = false): void {
    const at = this.#reserve(8);
    this.#buffer!.setFloat64(at, value, littleEndian);
    this.#commit(8);
  }

  /**
   * Writes bytes; the array may be reused afterwards. `bufferSize` bytes or more are sent at
   * once, without a copy if the sink has room.
   * @throws TypeError when `data` is not an ArrayBuffer or a view of one
   */
  writeBytes(data: Bytes): void {
    const bytes = asBytes(data);
    if (bytes.length < this.#bufferSize) {
      const at = this.#reserve(bytes.length);
      asBytes(this.#buffer!).set(bytes, at);
      this.#commit(bytes.length);
      return;
    }
    this.#admit(bytes.length);
    this.#seal();
    // The message uses the caller's memory while it is being sent; the rest is copied before this returns.
    const message = { bytes, isOwn: false };
    this.#enqueue(message);
    try {
      this.#drain();
    } finally {
      if (message.bytes.length > 0) message.bytes = message.bytes.slice();
      message.isOwn = true;
    }
  }

  /** Writes text as UTF-8; a lone surrogate becomes U+FFFD. */
  writeUtf8(text: string): void {
    this.writeBytes(new TextEncoder().encode(text));
  }

  /**
   * Writes text as Latin-1, one byte per character.
   * @throws RangeError when a code unit is over 0xFF; then nothing is written
   */
  writeLatin1(text: string): void {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) {
        const value = `U+${unit.toString(16).toUpperCase().padStart(4, '0')} at ${i}`;
        throw new RangeError(`Cannot write ${value} as Latin-1: it must be at most U+00FF`);
      }
      bytes[i] = unit;
    }
    this.writeBytes(bytes);
  }

  /** Sends everything queued, as far as the sink has room. */
  flush(): void {
    // Without room, small writes go on gathering: one message per flush would fill the memory.
    if (this.#sink.room > 0) this.#seal();
    this.#drain();
  }

  /** Makes room for a small write and returns its place in the buffer. Nothing is sent before `#commit`. */
  #reserve(size: number): number {
    this.#admit(size);
    if (this.#used + size > this.#bufferSize) this.#seal();
    // Room for the largest number (8 bytes), even if bufferSize is smaller.
    this.#buffer ??= new DataView(new ArrayBuffer(Math.max(8, this.#bufferSize)));
    return this.#used;
  }

  /** Counts a small write that is now in the buffer. */
  #commit(size: number): void {
    this.#used += size;
    if (this.#waiting.length > 0) this.#drain();
  }

  #admit(size: number): void {
    // The sink is asked only when the answer matters: its room may be costly to determine.
    if (this.length + size <= this.#limit) return;
    if (this.length + size - this.#sink.room <= this.#limit) return;
    throw new WebsockError(
      'ERR_SEND_OVERFLOW',
      `Cannot queue ${size} bytes: ${this.length} are waiting to be sent, and the limit is ${this.#limit}`,
    );
  }

  /** Makes a message of the gathered writes. It is a copy, since the buffer is reused while the message is on its way. */
  #seal(): void {
    if (this.#used === 0) return;
    const bytes = new Uint8Array(this.#buffer!.buffer.slice(0, this.#used));
    this.#used = 0;
    this.#enqueue({ bytes, isOwn: true });
  }

  #enqueue(message: Message): void {
    this.#waiting.push(message);
    this.#waitingSize += message.bytes.length;
  }

  /** Sends from the front while there is room. A write made by the sink itself waits its turn. */
  #drain(): void {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#waiting.length > 0 && this.#sink.room > 0) {
        const message = this.#waiting[0];
        const piece = message.bytes.subarray(0, this.#maxMessageSize);
        this.#sink.send(piece, message.isOwn);
        message.bytes = message.bytes.subarray(piece.length);
        this.#waitingSize -= piece.length;
        if (message.bytes.length === 0) this.#waiting.shift();
      }
    } finally {
      this.#sending = false;
    }
  }
}

function asBytes(data: Bytes): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }
  if (Object.prototype.toString.call(data) === '[object ArrayBuffer]') return new Uint8Array(data);
  throw new TypeError(`Cannot send ${String(data)}: it must be an ArrayBuffer or a view of one`);
}
