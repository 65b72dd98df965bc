/**
 * A session without a WebSocket: the bytes of a connection, carried to a target and back as they are.
 */
import type { Socket } from 'node:net';
import { pacedStream } from './pace.js';
import type { Ending } from './relay.js';

/** How long one side may move nothing when the other has ended its half, in ms. */
const HALF_OPEN_TIMEOUT = 300_000;

/** A connection joined with its target. */
export class RawSession {
  /** Resolves when both sides are closed; never rejects. The code is what a WebSocket would have been told. */
  readonly closed: Promise<Ending>;
  readonly #client: Socket;
  readonly #target: Socket;
  #bytesUp = 0;
  #bytesDown = 0;
  #end: Pick<Ending, 'code' | 'why'> | undefined;

  /** Joins two open connections, half-open allowed; `rate` is the most bytes a second each way, 0 for any number. */
  constructor(client: Socket, target: Socket, rate: number) {
    this.#client = client;
    this.#target = target;
    client.on('data', (bytes: Buffer) => (this.#bytesUp += bytes.length));
    target.on('data', (bytes: Buffer) => (this.#bytesDown += bytes.length));
    client.setNoDelay();
    join(client, target, rate);
    join(target, client, rate);
    const closing = [
      this.#follow(client, target, { code: 1006, why: 'the client vanished' }),
      this.#follow(target, client, { code: 1011, why: 'the target failed' }),
    ];
    this.#note(client, { code: 1005, why: 'the client closed' });
    this.#note(target, { code: 1000, why: 'the target closed' });
    this.closed = Promise.all(closing).then(() => ({
      code: 1006,
      why: 'the client vanished',
      ...this.#end,
      bytesUp: this.#bytesUp,
      bytesDown: this.#bytesDown,
      stalledUp: 0,
      stalledDown: 0,
    }));
  }

  /** Bytes carried to the target so far. */
  get bytesUp(): number {
    return this.#bytesUp;
  }

  /** Bytes carried to the client so far. */
  get bytesDown(): number {
    return this.#bytesDown;
  }

  /** Ends both directions, behind what is queued. */
  close(code: number, why: string): void {
    this.#end ??= { code, why };
    this.#client.end();
    this.#target.end();
  }

  /** Drops both sides at once, with what is queued. */
  destroy(): void {
    this.#client.destroy();
    this.#target.destroy();
  }

  /** The first end decides the session's. The other half continues as long as bytes move. */
  #note(socket: Socket, end: Pick<Ending, 'code' | 'why'>): void {
    socket.once('end', () => {
      this.#end ??= end;
      for (const each of [this.#client, this.#target]) {
        each.setTimeout(HALF_OPEN_TIMEOUT, () => each.destroy());
      }
    });
  }

  /** Takes a side's failure to the other, as a reset; resolves when the side is closed. */
  #follow(socket: Socket, other: Socket, failure: Pick<Ending, 'code' | 'why'>): Promise<void> {
    return new Promise((resolve) => {
      socket.on('error', () => (this.#end ??= failure));
      socket.once('close', () => {
        const isWhole = socket.readableEnded && socket.writableFinished;
        if (!isWhole) {
          this.#end ??= failure;
          // An end could be taken for the whole.
          reset(other);
        }
        resolve();
      });
    });
  }
}

/** Carries one direction. */
function join(from: Socket, to: Socket, rate: number): void {
  if (rate === 0) {
    from.pipe(to);
    return;
  }
  const paced = pacedStream(rate);
  from.pipe(paced).pipe(to);
  for (const socket of [from, to]) {
    socket.once('close', () => {
      // What its sender had ended is on its way.
      if (socket === to || !from.readableEnded) paced.destroy();
    });
  }
}

/** Resets a connection. TLS and unix sockets can't be reset, and throw: they are closed. */
function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}
