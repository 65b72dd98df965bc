/**
 * The data path: a client's WebSocket and a target's socket, and the bytes between them. It knows nothing about HTTP or
 * the command line. Neither side's end loses a byte: it takes effect once what came before it has been passed on.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ClientEnd, type ClientHandler, type ClientLimits } from './client-end.js';
import type { Violation } from './framing/close.js';
import type { Codec } from './framing/codec.js';
import type { Fate } from './reads.js';
import type { Tap } from './tap.js';
import { TargetEnd, type TargetHandler } from './target-end.js';
import { Throttle } from './throttle.js';
import { pieceAt } from './pace.js';

/** How a relay ended. */
export interface Ending {
  /** The close code: ours if the bridge closed, else the client's (1005: it sent none; 1006: it vanished). */
  readonly code: number;
  readonly why: string;
  /** Bytes carried to the target and to the client. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** How long each direction was stalled because its receiver took nothing more, in ms. */
  readonly stalledUp: number;
  readonly stalledDown: number;
}

/**
 * Called with a symbol whenever data passes: `}` from the client, `>` to the target, `{` from the target, `<` to the
 * client. In `>.` and `<.`, the dot means that the data has to wait.
 */
export type Traffic = (symbol: '}' | '>' | '>.' | '{' | '<' | '<.') => void;

/** What a relay joins, and how. */
export interface RelayOptions extends ClientLimits {
  /** The client's stream once its handshake is done, half-open allowed. */
  readonly client: Duplex;
  /** The target's socket: connected, half-open allowed. */
  readonly target: Socket;
  readonly codec: Codec;
  /** The largest payload of a message to the client, in bytes. */
  readonly maxFrame: number;
  /** The most bytes a second in each direction; 0: no limit. */
  readonly rate: number;
  readonly traffic?: Traffic | undefined;
}

/** Carries bytes between an open WebSocket and a connected socket until both are closed. */
export class Relay implements ClientHandler, TargetHandler {
  readonly client: ClientEnd;
  readonly target: TargetEnd;
  /** Resolves when both sides are closed; never rejects. */
  readonly closed: Promise<Ending>;
  /** Is shown the bytes of both directions. */
  tap: Tap | undefined;
  readonly #codec: Codec;
  readonly #traffic: Traffic | undefined;
  readonly #up: Throttle;
  readonly #down: Throttle;
  #code: number | undefined;
  #why: string | undefined;

  constructor(options: RelayOptions) {
    const { codec } = options;
    this.#codec = codec;
    this.#traffic = options.traffic;
    this.client = new ClientEnd(options.client, options, this);
    const { rate } = options;
    const maxRead = Math.min(codec.capacity(options.maxFrame), pieceAt(rate));
    this.target = new TargetEnd(options.target, maxRead, this);
    this.#up = new Throttle(this.client, () => this.target.queued, rate);
    this.#down = new Throttle(this.target, () => this.client.queued, rate);
    this.closed = Promise.all([this.client.closed, this.target.closed]).then(([code]) =>
      this.#ending(code),
    );
  }

  /** Bytes carried to the target so far. */
  get bytesUp(): number {
    return this.#up.bytes;
  }

  /** Bytes carried to the client so far. */
  get bytesDown(): number {
    return this.#down.bytes;
  }

  /** Starts the closing handshake with the client, after what is queued for it; the target follows. */
  close(code: number, why: string): void {
    if (!this.client.isOpen) return;
    this.#code = code;
    this.#why ??= why;
    this.client.close(code, why);
    // The client's answer may come after many bytes that it has sent before.
    this.#up.lift();
  }

  /** Drops the client at once; the target still gets what has arrived. */
  dropClient(why: string): void {
    this.#why ??= why;
    this.client.destroy();
  }

  /** Gives up on the target: the client gets what the target has sent, then 1011. */
  dropTarget(why: string): void {
    this.#why ??= why;
    this.close(1011, why);
    this.target.destroy();
  }

  /** Drops both sides at once, and what is queued with them. */
  destroy(): void {
    this.client.destroy();
    this.target.destroy();
  }

  // The two ends call these.

  onBinary(bytes: Buffer): void {
    this.#fromClient(this.#codec.readBinary(bytes));
  }

  onBinaryEnd(): void {
    this.#traffic?.('}');
  }

  onText(text: Buffer): void {
    this.#traffic?.('}');
    this.#fromClient(this.#codec.readText(text));
  }

  /** What the client sent breaks a rule; the log says which. */
  onViolation({ code, why }: Violation): void {
    if (this.client.isOpen) this.#code = code;
    this.#why ??= why;
  }

  onLast(): void {
    this.target.end();
  }

  onBytes(bytes: Buffer): Fate {
    if (!this.client.isOpen) return 'dropped';
    // Shown before the bytes become part of a frame.
    this.tap?.fromTarget(bytes);
    this.client.send(this.#codec.frame(bytes), this.#sent);
    this.#down.wrote(bytes.length);
    const isTaken = this.client.queued === 0;
    this.#traffic?.('{');
    this.#traffic?.(isTaken ? '<' : '<.');
    return isTaken ? 'taken' : 'waiting';
  }

  onEnd(): void {
    this.#down.whenEmpty(() => this.target.confirmEnd(() => this.close(1000, 'the target closed')));
  }

  onFailure(why: string): void {
    this.close(1011, `the target failed: ${why}`);
  }

  #fromClient(bytes: Buffer | Violation): void {
    if ('why' in bytes) {
      this.onViolation(bytes);
      this.client.fail(bytes);
      return;
    }
    if (!this.target.isWritable || bytes.length === 0) return;
    this.tap?.fromClient(bytes);
    // A small piece of a large read would keep the whole read in memory while it waits.
    const isSmall = bytes.length < bytes.buffer.byteLength / 2;
    this.target.write(isSmall ? Buffer.from(bytes) : bytes, this.#up.done);
    this.#up.wrote(bytes.length);
    this.#traffic?.(this.target.queued > 0 ? '>.' : '>');
  }

  /** The callback of every write to the client. */
  readonly #sent = (): void => {
    this.target.release();
    this.#down.done();
  };

  #ending(code: number): Ending {
    this.#up.stop();
    this.#down.stop();
    return {
      code: this.#code ?? code,
      why: this.#why ?? (code === 1006 ? 'the client vanished' : 'the client closed'),
      bytesUp: this.bytesUp,
      bytesDown: this.bytesDown,
      stalledUp: Math.round(this.#up.stalled),
      stalledDown: Math.round(this.#down.stalled),
    };
  }
}
