/**
 * The socket as a ReadableStream: nothing is read before it is requested, so backpressure reaches the queue.
 */
import type { ReadSomeOptions } from './byte-reader.js';

/** What the stream reads from. */
export interface ReadableSource {
  readSome(options?: ReadSomeOptions): Promise<Uint8Array<ArrayBuffer> | null>;
  close(code?: number, reason?: string): void;
}

/** The most bytes in a chunk, unless the reader brings a buffer. */
const CHUNK_MAX = 64 * 1024;

/** The controller of either kind of stream; that of a byte stream may hold a reader's buffer to fill. */
type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> &
  Partial<Pick<ReadableByteStreamController, 'byobRequest'>>;

/**
 * A stream of the socket's bytes; cancelling it closes the socket. It is a byte stream, whose readers may bring their own
 * buffer, if the platform has those; otherwise a stream of chunks.
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
        // A waiting reader must get its buffer back.
        request?.respond(0);
      } else if (view) {
        new Uint8Array(view.buffer, view.byteOffset).set(chunk);
        request!.respond(chunk.length);
      } else {
        // A byte stream detaches the buffer; nobody else uses it.
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
