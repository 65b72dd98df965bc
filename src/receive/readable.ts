/**
 * The socket as a ReadableStream: nothing is read before it is requested, so backpressure reaches the queue.
 */
import type { ReadSomeOptions } from './byte-reader.js';

/** What the stream reads from. */
export interface ReadableSource {
  readSome(options?: ReadSomeOptions): Promise<Uint8Array<ArrayBuffer> | null>;
  close(code?: number, reason?: string): void;
}

/** The most bytes in a chunk. */
const CHUNK_MAX = 64 * 1024;

/** The controller of either kind of stream: that of a byte stream may have a reader's buffer to be filled. */
type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> &
  Partial<Pick<ReadableByteStreamController, 'byobRequest'>>;

/**
 * A stream of what is read; cancelling it closes the socket. A byte stream, for which a reader may bring its own
 * buffer, where the platform has them; elsewhere one of chunks.
 */
export function makeReadable(socket: ReadableSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = {
    cancel: () => socket.close(),
    async pull(controller: Controller) {
      const request = controller.byobRequest;
      const view = request?.view;
      const chunk = await socket.readSome({ max: view?.byteLength ?? CHUNK_MAX });
      if (!chunk) {
        controller.close();
        // A waiting reader's buffer must go back to it.
        request?.respond(0);
      } else if (view) {
        new Uint8Array(view.buffer, view.byteOffset).set(chunk);
        request!.respond(chunk.length);
      } else {
        // A byte stream detaches the buffer, which is nobody else's.
        controller.enqueue(chunk);
      }
    },
  };
  const strategy = { highWaterMark: 0 };
  try {
    return new ReadableStream({ ...source, type: 'bytes' }, strategy);
  } catch {
    return new ReadableStream(source, strategy);
  }
}
