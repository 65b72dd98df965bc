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
  /** Why nothing can be written any more. */
  closedError(): Error | undefined;
}

/** A stream of chunks into the socket; closing and aborting it close the socket, and the socket's end is the stream's. */
export function makeWritable(socket: WritableSource): WritableStream<Bytes | string> {
  return new WritableStream({
    // Else a pipe into it would learn of the end with its next chunk only.
    start: (controller) => {
      void socket.closed.then(() => controller.error(socket.closedError()));
    },
    // `abort` comes only when the write under way has ended, and that may wait for a peer that takes nothing.
    write: (chunk, { signal }) => socket.write(chunk, { signal }),
    close: async () => {
      socket.close(1000);
      // The last bytes may not have arrived.
      if (!(await socket.closed).wasClean) throw socket.closedError();
    },
    abort: () => socket.close(),
  });
}
