/**
 * A session without a WebSocket: forwards the bytes of a connection to a target and back, as they are.
 */
import type { Socket } from 'node:net';
import { pacedStream } from './pace.js';
import type { Ending } from './relay.js';

/** How long a side may be idle once either side has ended its half, in ms. */
const HALF_OPEN_TIMEOUT = 300_000;

/** A connection joined with its target. */
export class RawSession {
  /** Resolves when both sides are closed; never rejects. `code` is the close code that a WebSocket would have had. */
  readonly closed: Promise<Ending>;
  readonly #client: Socket;
  readonly #target: Socket;
  #bytesUp = 0;
  #bytesDown = 0;
  #end: Pick<Ending, 'code' | 'why'> | undefined;

  /** Joins two open connections, half-open allowed; `rate` is the most bytes a second each way; 0: no limit. */
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

  /** Ends both directions, after what is queued. */
  close(code: number, why: string): void {
    this.#end ??= { code, why };
    this.#client.end();
    this.#target.end();
  }

  /** Drops both sides at once, and what is queued with them. */
  destroy(): void {
    this.#client.destroy();
    this.#target.destroy();
  }

  /** Notes how the session ended: the first side to end decides. The other half continues as long as bytes move. */
  #note(socket: Socket, end: Pick<Ending, 'code' | 'why'>): void {
    socket.once('end', () => {
      this.#end ??= end;
      for (const each of [this.#client, this.#target]) {
        each.setTimeout(HALF_OPEN_TIMEOUT, () => each.destroy());
      }
    });
  }

  /** Passes a side's failure on to the other, as a reset; resolves when the side is closed. */
  #follow(socket: Socket, other: Socket, failure: Pick<Ending, 'code' | 'why'>): Promise<void> {
    return new Promise((resolve) => {
      socket.on('error', () => (this.#end ??= failure));
      socket.once('close', () => {
        const isWhole = socket.readableEnded && socket.writableFinished;
        if (!isWhole) {
          this.#end ??= failure;
          // A normal end would look as if everything had arrived.
          reset(other);
        }
        resolve();
      });
    });
  }
}

/** Forwards one direction. */
function join(from: Socket, to: Socket, rate: number): void {
  if (rate === 0) {
    from.pipe(to);
    return;
  }
  const paced = pacedStream(rate);
  from.pipe(paced).pipe(to);
  for (const socket of [from, to]) {
    socket.once('close', () => {
      // If the sender has ended its half, its last bytes are still on their way.
      if (socket === to || !from.readableEnded) paced.destroy();
    });
  }
}

/** Resets a connection. TLS and unix sockets can't be reset, and throw: they are closed instead. */
function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}
