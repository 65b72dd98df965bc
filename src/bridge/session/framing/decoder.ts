/**
 * Decodes frames (RFC 6455 section 5). It does no I/O: bytes in, events out, until a close frame or a violation.
 *
 * A binary message is a piece of a stream, so its bytes are delivered as they arrive. They are unmasked and moved together
 * in place: the binary payload of one read becomes one run, however many frames it came in.
 */
import { isUtf8 } from 'node:buffer';
import { type Close, readClose, type Violation } from './close.js';
import { Gatherer } from './gather.js';
import { FrameHeader, MAX_HEADER } from './header.js';
import { BINARY, CLOSE, FIRST_CONTROL, PING } from './opcode.js';
import { turn, unmask } from './mask.js';

/** The callbacks of a decoder. They may stop it; buffers belong to the receiver. */
export interface FrameHandler {
  /** The next bytes of binary messages: all those of one read at once, unless a text message or the end comes in between. */
  onBinary(bytes: Buffer): void;
  /** A binary message of this many bytes is complete. Its last bytes are delivered with their run, which may come later. */
  onBinaryEnd(length: number): void;
  /** A text message. */
  onText(text: Buffer): void;
  onPing(data: Buffer): void;
  onPong(data: Buffer): void;
  /** The peer has sent a close frame, and nothing that follows counts. */
  onClose(close: Close): void;
  /** The peer has broken a rule, and nothing that follows counts. */
  onViolation(violation: Violation): void;
}

export interface DecoderOptions {
  /** Whose frames these are: a client masks them, a server does not. */
  readonly peer: 'client' | 'server';
  /** The largest message, in bytes; a larger one is a violation (1009). */
  readonly maxPayload: number;
  /** The most fragments of a message; more are a violation (1008). */
  readonly maxFragments: number;
}

/** The decoder of one connection. */
export class FrameDecoder {
  /** How many frames have begun so far. */
  frames = 0;
  readonly #handler: FrameHandler;
  readonly #options: DecoderOptions;
  #isStopped = false;

  readonly #header = new FrameHeader();
  /** The beginning of a header, with which the last read ended. */
  #partialHeader: Buffer | undefined;
  /** The frame under way: how many bytes of its payload are still to come, and the mask turned to the next of them. */
  #left = 0;
  #mask = 0;
  #isInPayload = false;
  readonly #control = new Gatherer();

  /** The message under way. Control frames may come between its fragments. */
  readonly #message;
  readonly #text = new Gatherer();

  /** The read under way, and the run of binary payload in it. */
  #bytes: Buffer = NOTHING;
  #runStart = 0;
  #runEnd = 0;

  constructor(options: DecoderOptions, handler: FrameHandler) {
    this.#options = options;
    this.#handler = handler;
    const isMasked = options.peer === 'client';
    this.#message = { open: 0, room: options.maxPayload, fragments: 0, isMasked };
  }

  /** Ignores everything from here on. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Decodes the next bytes, and overwrites them. */
  decode(bytes: Buffer): void {
    if (this.#isStopped || bytes.length === 0) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const end = bytes.length;
    this.#bytes = bytes;
    this.#runStart = this.#runEnd = 0;
    let at = this.#partialHeader ? this.#readOn(this.#partialHeader, bytes) : 0;
    while (!this.#isStopped) {
      if (!this.#isInPayload) {
        if (at === end) break;
        const size = this.#readHeader(bytes, at, end);
        if (size === 0) {
          this.#partialHeader = Buffer.from(bytes.subarray(at));
          break;
        }
        at += size;
      }
      const length = Math.min(this.#left, end - at);
      if (length > 0) this.#takePayload(view, at, length);
      at += length;
      if (this.#left > 0) break;
      this.#endFrame();
    }
    this.#tellRun();
    this.#bytes = NOTHING;
  }

  /** Reads the rest of a header that began in an earlier read. Returns the offset of what follows it in this read. */
  #readOn(begun: Buffer, bytes: Buffer): number {
    const joined = Buffer.concat([begun, bytes.subarray(0, MAX_HEADER - begun.length)]);
    const size = this.#readHeader(joined, 0, joined.length);
    this.#partialHeader = size === 0 ? joined : undefined;
    return size === 0 ? bytes.length : size - begun.length;
  }

  /** Reads a header and begins its frame. Returns the header's size; 0 if the header is incomplete or invalid. */
  #readHeader(bytes: Buffer, at: number, end: number): number {
    const header = this.#header;
    const message = this.#message;
    const size = header.read(bytes, at, end, message);
    if (typeof size !== 'number') return this.#violated(size);
    if (size === 0) return 0;
    this.frames += 1;
    if (header.opcode < FIRST_CONTROL) {
      if (message.open === 0) message.open = header.opcode;
      message.room -= header.length;
      message.fragments += 1;
      if (message.fragments > this.#options.maxFragments) return this.#violated(TOO_MANY);
    }
    this.#left = header.length;
    this.#mask = header.mask;
    this.#isInPayload = true;
    return size;
  }

  #takePayload(view: DataView, at: number, length: number): void {
    const bytes = this.#bytes;
    const isBinary = this.#header.opcode < FIRST_CONTROL && this.#message.open === BINARY;
    if (isBinary && this.#runEnd === this.#runStart) this.#runStart = this.#runEnd = at;
    const to = isBinary ? this.#runEnd : at;
    if (this.#mask !== 0) {
      unmask(bytes, view, at, length, this.#mask, to);
      this.#mask = turn(this.#mask, length);
    } else if (to !== at) {
      bytes.copyWithin(to, at, at + length);
    }
    this.#left -= length;
    if (isBinary) {
      this.#runEnd += length;
    } else {
      const gatherer = this.#header.opcode < FIRST_CONTROL ? this.#text : this.#control;
      gatherer.push(bytes.subarray(at, at + length));
    }
  }

  #endFrame(): void {
    this.#isInPayload = false;
    const { opcode, isLast } = this.#header;
    if (opcode >= FIRST_CONTROL) {
      this.#endControl(opcode, this.#control.take());
      return;
    }
    if (!isLast) return;
    const message = this.#message;
    const { maxPayload } = this.#options;
    const length = maxPayload - message.room;
    const isBinary = message.open === BINARY;
    message.open = message.fragments = 0;
    message.room = maxPayload;
    if (isBinary) {
      this.#handler.onBinaryEnd(length);
      return;
    }
    const text = this.#text.take();
    this.#tellRun();
    if (this.#isStopped) return;
    if (isUtf8(text)) this.#handler.onText(text);
    else this.#violated({ code: 1007, why: 'text that is not UTF-8' });
  }

  #endControl(opcode: number, payload: Buffer): void {
    if (opcode === PING) return this.#handler.onPing(payload);
    if (opcode !== CLOSE) return this.#handler.onPong(payload);
    const close = readClose(payload);
    if ('why' in close) {
      this.#violated(close);
      return;
    }
    this.#tellRun();
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#handler.onClose(close);
  }

  #violated(violation: Violation): 0 {
    this.#tellRun();
    if (this.#isStopped) return 0;
    this.#isStopped = true;
    this.#handler.onViolation(violation);
    return 0;
  }

  #tellRun(): void {
    if (this.#runEnd === this.#runStart) return;
    const run = this.#bytes.subarray(this.#runStart, this.#runEnd);
    this.#runStart = this.#runEnd;
    this.#handler.onBinary(run);
  }
}

const NOTHING = Buffer.alloc(0);
const TOO_MANY: Violation = { code: 1008, why: 'a message with too many fragments' };
