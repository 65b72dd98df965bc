/**
 * The socket as a WritableStream: each chunk waits until the bytes before it have left.
 */
import type { DrainOptions } from './drain.js';
import type { Bytes } from './send-queue.js';

/** What the stream writes to. */
export interface WritableSource {
  write(bytes: Bytes, options?: DrainOptions): Promise<void>;
  close(code?: number, reason?: string): void;
  readonly closed: Promise<unknown>;
}

/** A stream of chunks into the socket; closing and aborting it close the socket. */
export function makeWritable(socket: WritableSource): WritableStream<Bytes> {
  return new WritableStream({
    // `abort` comes only when the write under way has ended, and that may wait for a peer that takes nothing.
    write: (chunk, { signal }) => socket.write(chunk, { signal }),
    close: async () => {
      socket.close(1000);
      await socket.closed;
    },
    abort: () => socket.close(),
  });
}
