/**
 * The data path: one WebSocket and one TCP socket, and the bytes between them. It knows nothing of HTTP or of the
 * command line. Neither side's end loses a byte: it takes effect when what came before it has been handed on.
 */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { Flow } from './throttle.js';
import { takenBytes } from './progress.js';

/** How a relay ended. */
export interface Ending {
  /** The close code: ours if the bridge closed, else the client's (1005 none sent, 1006 vanished). */
  readonly code: number;
  readonly why: string;
  /** Bytes carried to the target and to the client. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** How long each direction's source was stopped, in ms. */
  readonly stalledUp: number;
  readonly stalledDown: number;
}

/**
 * Shown each frame as a symbol: `}` from the client, `>` to the target, `{` from the target, `<` to the client; the
 * latter of each two with `.` behind when it has to wait.
 */
export type Traffic = (symbol: '}' | '>' | '>.' | '{' | '<' | '<.') => void;

/**
 * How long the target may take nothing of what is queued for it when the client has gone, in ms. The system tells of
 * room for more only when there is much: a slow target seems to take nothing for minutes.
 */
const DRAIN_TIMEOUT = 300_000;
/** How long the target may take to finish after our half of its connection was closed, in ms. */
const FINISH_TIMEOUT = 10_000;

const BINARY = { binary: true };

/** Carries bytes between an open WebSocket and a connected socket (half-open allowed) until both are closed. */
export class Relay {
  /** Resolves when both sides are closed; never rejects. */
  readonly closed: Promise<Ending>;
  readonly #ws: WebSocket;
  readonly #target: Socket;
  readonly #base64: boolean;
  readonly #traffic: Traffic | undefined;
  readonly #up: Flow;
  readonly #down: Flow;
  #received: Buffer[] = [];
  #targetError = 'it closed early';
  #code: number | undefined;
  #why: string | undefined;

  /** With the subprotocol `base64` the messages are base64 text, otherwise they are binary. */
  constructor(ws: WebSocket, target: Socket, traffic?: Traffic) {
    this.#traffic = traffic;
    this.#ws = ws;
    this.#target = target;
    this.#base64 = ws.protocol === 'base64';
    this.#up = new Flow(ws, () => target.writableLength);
    this.#down = new Flow(target, () => ws.bufferedAmount);

    ws.on('message', (data, isBinary) => this.#fromClient(data as Buffer, isBinary));
    ws.on('error', (error) => this.#clientFailed(error));
    const clientClosed = new Promise<number>((resolve) => {
      ws.on('close', resolve).on('close', () => this.endTarget());
    });
    target.on('data', (bytes) => this.#fromTarget(bytes));
    target.on('end', () => this.#down.whenEmpty(() => this.close(1000, 'the target ended')));
    target.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.#targetError = code ?? this.#targetError;
    });
    const targetClosed = new Promise((resolve) => {
      target.on('close', resolve).on('close', () => this.#targetClosed());
    });
    this.closed = Promise.all([clientClosed, targetClosed]).then(([code]) => this.#ending(code));
  }

  /** Starts the closing handshake with the client, behind what is queued for it; the target follows. */
  close(code: number, why: string): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    this.#code = code;
    this.#why ??= why;
    this.#ws.close(code, why);
  }

  /** Drops the client at once; the target still gets what has arrived. */
  dropClient(why: string): void {
    this.#why ??= why;
    this.#ws.terminate();
  }

  /** Gives up on the target: what it sent is delivered, then 1011. */
  dropTarget(why: string): void {
    this.#why ??= why;
    this.close(1011, why);
    this.#target.destroy();
  }

  /** Drops both sides at once, with what is queued. */
  destroy(): void {
    this.#ws.terminate();
    this.#target.destroy();
  }

  /** Closes the target's half, behind what is queued for it: no more comes from the client. */
  endTarget(): void {
    this.#flush();
    const target = this.#target;
    if (!target.writable) return;
    let before = Number.NaN;
    let timer = setInterval(() => {
      const taken = takenBytes(target);
      if (taken === before) target.destroy();
      before = taken;
    }, DRAIN_TIMEOUT);
    target.once('finish', () => {
      clearInterval(timer);
      timer = setTimeout(() => target.destroy(), FINISH_TIMEOUT);
    });
    target.once('close', () => clearTimeout(timer));
    target.end();
  }

  #fromClient(data: Buffer, isBinary: boolean): void {
    this.#traffic?.('}');
    if (isBinary === this.#base64) {
      this.#refuse(1003, isBinary ? 'binary in a base64 session' : 'text in a binary session');
      return;
    }
    const bytes = this.#base64 ? decodeBase64(data) : data;
    if (!bytes) {
      this.#refuse(1007, 'text that is not base64');
      return;
    }
    // All messages of one read arrive in the same tick: together they are one write, however small they are.
    if (this.#received.push(bytes) === 1) process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    const [first, ...more] = this.#received;
    if (!first) return;
    this.#received = [];
    if (!this.#target.writable) return;
    // A small message is a view of the read it came with: while it waits, it would keep all of that.
    const isView = first.length < first.buffer.byteLength / 2;
    const bytes = more.length > 0 || isView ? Buffer.concat([first, ...more]) : first;
    this.#target.write(bytes, this.#up.done);
    this.#up.wrote(bytes.length);
    this.#traffic?.(this.#target.writableNeedDrain ? '>.' : '>');
  };

  #fromTarget(bytes: Buffer): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#base64) this.#ws.send(bytes.toString('base64'), this.#down.done);
    else this.#ws.send(bytes, BINARY, this.#down.done);
    this.#down.wrote(bytes.length);
    this.#traffic?.('{');
    this.#traffic?.(this.#ws.bufferedAmount > 0 ? '<.' : '<');
  }

  /** Refuses a message: those before it still reach the target, none after it does. */
  #refuse(code: number, why: string): void {
    this.close(code, why);
    this.endTarget();
  }

  /** A broken frame: ws answers it with the close code, and no further message comes. */
  #clientFailed(error: Error): void {
    this.#why ??= error.message;
    this.endTarget();
  }

  #targetClosed(): void {
    if (this.#target.readableEnded) return;
    // What had arrived before the failure, and waited for the client to read on.
    const rest = this.#target.read() as Buffer | null;
    if (rest) this.#fromTarget(rest);
    this.close(1011, `the target failed: ${this.#targetError}`);
  }

  #ending(code: number): Ending {
    return {
      code: this.#code ?? code,
      why: this.#why ?? (code === 1006 ? 'the client vanished' : 'the client closed'),
      bytesUp: this.#up.bytes,
      bytesDown: this.#down.bytes,
      stalledUp: Math.round(this.#up.stalled),
      stalledDown: Math.round(this.#down.stalled),
    };
  }
}

/** Strict base64 (RFC 4648 section 4): Buffer's own decoder skips what it does not know. */
function decodeBase64(data: Buffer): Buffer | undefined {
  const text = data.toString('latin1');
  const valid = text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text);
  return valid ? Buffer.from(text, 'base64') : undefined;
}
