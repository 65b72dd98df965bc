/**
 * The socket as a WritableStream: each chunk waits until the bytes before it have left.
 */
import type { DrainOptions } from './drain.js';
import type { Bytes } from './send-queue.js';

/** What the stream writes to. */
export interface WritableSource {
  write(data: Bytes | string, options?: DrainOptions): Promise<void>;
  close(code?: number, reason?: string): void;
  readonly closed: Promise<{ readonly wasClean: boolean }>;
  /** Why nothing can be written any more; undefined while writing is possible. */
  closedError(): Error | undefined;
}

/** A stream of chunks to send. Closing or aborting it closes the socket, and the socket's end errors the stream. */
export function makeWritable(socket: WritableSource): WritableStream<Bytes | string> {
  return new WritableStream({
    // Otherwise a pipe into the stream would notice the end only with its next chunk.
    start: (controller) => {
      void socket.closed.then(() => controller.error(socket.closedError()));
    },
    // `abort` is called only after the current write has ended, which may be waiting for a peer that accepts nothing.
    write: (chunk, { signal }) => socket.write(chunk, { signal }),
    close: async () => {
      socket.close(1000);
      // Without a clean end, the last bytes may not have arrived.
      if (!(await socket.closed).wasClean) throw socket.closedError();
    },
    abort: () => socket.close(),
  });
}
