/**
 * Plays the server of a recording to one client: sends its bytes at their recorded times, but not before the client has sent
 * what it had sent by then in the recording.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedPart } from '../../testing/recording.js';

/** How long to wait, after its last byte, for a client that sends less than it sent in the recording, in ms. */
const PATIENCE = 10_000;
/** The longest delay that a timer accepts, in ms. */
const MAX_SLEEP = 2 ** 31 - 1;

/** Plays to a socket. `play` rejects when the socket closes before the end, and when the recording can't be read. */
export class Player {
  readonly #socket: Socket;
  readonly #speed: number;
  readonly #closed = new AbortController();
  /** Bytes from the client: those that have come, and those that had come by now in the recording. */
  #received = 0;
  #expected = 0;
  #lastReceived = performance.now();
  /** When the recording would have begun, at this speed. */
  #began = performance.now();
  #onNews = () => {};

  /** @param speed 1 for the recording's own, 2 for twice as fast */
  constructor(socket: Socket, speed: number) {
    this.#socket = socket;
    this.#speed = speed;
    socket.on('data', (bytes) => {
      this.#received += bytes.length;
      this.#lastReceived = performance.now();
      this.#onNews();
    });
    socket.once('close', () => {
      this.#closed.abort();
      this.#onNews();
    });
  }

  async play(parts: AsyncIterable<RecordedPart>): Promise<void> {
    for await (const { from, time, bytes } of parts) {
      if (from === 'client') await this.#hear(time, bytes.length);
      else await this.#send(time, bytes);
    }
  }

  async #send(time: number, bytes: Uint8Array): Promise<void> {
    const { signal } = this.#closed;
    for (;;) {
      const left = this.#began + time / this.#speed - performance.now();
      if (left <= 0) break;
      await sleep(Math.min(left, MAX_SLEEP), undefined, { signal });
    }
    signal.throwIfAborted();
    if (!this.#socket.write(bytes)) await once(this.#socket, 'drain', { signal });
  }

  /** Waits for bytes from the client. If they are late, everything after them is late as well. */
  async #hear(time: number, bytes: number): Promise<void> {
    this.#expected += bytes;
    while (this.#received < this.#expected) {
      const left = this.#lastReceived + PATIENCE - performance.now();
      // The missing bytes count as received, so that nothing waits for them again.
      if (left <= 0) this.#received = this.#expected;
      else await this.#newsWithin(left);
      this.#closed.signal.throwIfAborted();
    }
    this.#began = Math.max(this.#began, performance.now() - time / this.#speed);
  }

  /** Resolves when bytes come, the socket closes, or `time` ms have passed. */
  async #newsWithin(time: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onNews = resolve;
      timer = setTimeout(resolve, time);
    });
    clearTimeout(timer);
  }
}
