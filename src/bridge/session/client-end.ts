/**
 * The client's end of a session: a WebSocket over any byte stream, once the handshake is done (RFC 6455
 * sections 5.5 and 7). It answers pings and the closing handshake; messages go to its owner.
 */
import type { Duplex } from 'node:stream';
import { ABNORMAL, type Close, type Violation } from './framing/close.js';
import { FrameDecoder, type FrameHandler } from './framing/decoder.js';
import { encodeClose, encodeFrame, encodeHeader } from './framing/encoder.js';
import { PING, PONG } from './framing/opcode.js';
import { Progress } from './progress.js';

/** How long (ms) a client may go without reading what is queued before a close frame, and then without answering it. */
const FAREWELL_TIMEOUT = 300_000;
/** How long (ms) a client that has ended its half may go without reading what is queued for it. */
const LEAVING_TIMEOUT = 10_000;
/** How long, after we have ended our half, to read and drop what still comes, in ms: a reset would discard our close frame. */
const LINGER_TIMEOUT = 10_000;
/** How many frames of one client are handled before the others get their turn: a flood of empty frames costs time. */
const FRAMES_A_TURN = 4_096;
/** A payload from this size on, in bytes, is cheaper to write separately than to copy behind its header. */
const MIN_GATHERED = 8_192;

const EMPTY = Buffer.alloc(0);

/** Limits on what a client sends. */
export interface ClientLimits {
  readonly maxPayload: number;
  readonly maxFragments: number;
}

/** The callbacks of a client's end. */
export interface ClientHandler extends Pick<FrameHandler, 'onBinary' | 'onBinaryEnd' | 'onText'> {
  /** The client has broken a rule, and is about to be told. */
  onViolation(violation: Violation): void;
  /** Nothing more comes from the client; `code` is its close code. Called once, at the latest when the connection is closed. */
  onLast(code: number): void;
}

/** A client whose WebSocket is open. */
export class ClientEnd implements FrameHandler {
  readonly progress: Progress;
  /** Resolves when the connection is closed, with the client's code: 1005 if it sent none, 1006 if it vanished. */
  readonly closed: Promise<number>;
  /** Called for each pong. */
  onPong = ignore;
  readonly #stream: Duplex;
  readonly #handler: ClientHandler;
  readonly #decoder: FrameDecoder;
  #code = ABNORMAL;
  /** Whether we may still send messages, and whether the client may. */
  #isOpen = true;
  #isHeard = true;
  #isStopped = false;
  #isYielding = false;
  #framesBefore = 0;
  /** The payload of the next pong, and whether a pong is being sent. */
  #ping: Buffer | undefined;
  #isPonging = false;

  constructor(stream: Duplex, limits: ClientLimits, handler: ClientHandler) {
    this.#stream = stream;
    this.#handler = handler;
    this.progress = new Progress(stream);
    const { maxPayload, maxFragments } = limits;
    this.#decoder = new FrameDecoder({ peer: 'client', maxPayload, maxFragments }, this);
    this.closed = new Promise((resolve) => {
      stream.on('close', () => {
        this.#last();
        resolve(this.#code);
      });
    });
    stream.on('error', ignore);
    stream.on('data', this.#read);
    stream.on('end', () => this.#ended());
  }

  // The decoder calls these methods: closures for it would be a tenth of what a silent client costs.

  onBinary(bytes: Buffer): void {
    this.#handler.onBinary(bytes);
  }

  onBinaryEnd(length: number): void {
    this.#handler.onBinaryEnd(length);
  }

  onText(text: Buffer): void {
    this.#handler.onText(text);
  }

  /** While the pong for an earlier ping is being sent, only the latest ping counts (RFC 6455 section 5.5.3). */
  onPing(data: Buffer): void {
    this.#ping = data;
    if (!this.#isPonging) this.#answer();
  }

  /** Answers the client's close frame, unless that is itself an answer to ours. */
  onClose({ code }: Close): void {
    this.#code = code;
    this.#last();
    this.close(code);
    this.#hangUp();
  }

  onViolation(violation: Violation): void {
    this.#handler.onViolation(violation);
    this.fail(violation);
  }

  /** Whether more can be sent to it. */
  get isOpen(): boolean {
    return this.#isOpen && this.#stream.writable;
  }

  /** Whether reading from the client is paused. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Bytes that are queued for the client in this process. */
  get queued(): number {
    return this.#stream.writableLength;
  }

  /** Sends a frame; call it only while `isOpen`. Calls back when the system has taken the frame. */
  send(frame: Uint8Array, done?: () => void): void {
    this.progress.written += frame.length;
    this.#stream.write(frame, done);
  }

  /** Sends a frame, whose payload must not change any more. Large ones of one turn are sent together, and not copied. */
  sendFrame(opcode: number, payload: Uint8Array, done?: () => void): void {
    if (payload.length < MIN_GATHERED) {
      this.send(encodeFrame(opcode, payload), done);
      return;
    }
    if (this.#stream.writableCorked === 0) {
      this.#stream.cork();
      process.nextTick(() => this.#stream.uncork());
    }
    this.send(encodeHeader(opcode, payload.length));
    this.send(payload, done);
  }

  ping(): void {
    this.send(encodeFrame(PING, EMPTY));
  }

  /** Stops reading from the client until `resume`. */
  pause(): void {
    this.#isStopped = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#isStopped = false;
    if (!this.#isYielding) this.#stream.resume();
  }

  /** Starts the closing handshake, after what is queued. What the client still sends is read. */
  close(code: number, reason?: string): void {
    if (!this.isOpen) return;
    this.send(encodeClose(code, reason));
    this.#isOpen = false;
    this.progress.watch(FAREWELL_TIMEOUT, { takes: true }, () => this.destroy());
  }

  /** Closes because the client broke a rule. For a moment, whatever it still sends is read and dropped. */
  fail({ code, why }: Violation): void {
    this.#last();
    this.close(code, why);
    this.#hangUp();
  }

  /** Drops the connection at once, and what is queued with it. */
  destroy(): void {
    this.#stream.destroy();
  }

  readonly #read = (bytes: Buffer): void => {
    this.progress.heard += bytes.length;
    const decoder = this.#decoder;
    decoder.decode(bytes);
    if (decoder.frames - this.#framesBefore > FRAMES_A_TURN) this.#yield();
  };

  /** Gives other clients their turn. */
  #yield(): void {
    this.#framesBefore = this.#decoder.frames;
    this.#isYielding = true;
    this.#stream.pause();
    setImmediate(() => {
      this.#isYielding = false;
      if (!this.#isStopped) this.#stream.resume();
    });
  }

  readonly #answer = (): void => {
    const data = this.#ping;
    this.#ping = undefined;
    this.#isPonging = data !== undefined && this.isOpen;
    if (data && this.isOpen) this.send(encodeFrame(PONG, data), this.#answer);
  };

  /** The client has ended its half. Over TLS a reset may look the same, and pending writes then never complete. */
  #ended(): void {
    this.#last();
    this.#isOpen = false;
    this.#stream.end();
    this.progress.watch(LEAVING_TIMEOUT, { takes: true }, () => this.destroy());
  }

  #last(): void {
    if (!this.#isHeard) return;
    this.#isHeard = false;
    this.#decoder.stop();
    this.#handler.onLast(this.#code);
  }

  /** Ends our half after what is queued, and waits a moment for the client to end its own. */
  #hangUp(): void {
    this.#stream.end();
    this.#drop();
    this.#stream.once('finish', () => {
      const timer = setTimeout(() => this.destroy(), LINGER_TIMEOUT);
      this.#stream.once('close', () => clearTimeout(timer));
    });
  }

  /** Reads what comes and drops it. */
  #drop(): void {
    this.#stream.off('data', this.#read).resume();
  }
}

function ignore(): void {
  // After an error, 'close' follows and is what counts.
}
