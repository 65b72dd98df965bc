/**
 * The number reads of the receive queue, as promises.
 */
import type { ByteReader, ReadOptions } from './byte-reader.js';
import type { ReceiveQueue } from './receive-queue.js';

/** How many bytes each read takes. */
const SIZES = {
  readUint8: 1,
  readInt8: 1,
  readUint16: 2,
  readInt16: 2,
  readUint32: 4,
  readInt32: 4,
  readFloat32: 4,
  readBigUint64: 8,
  readBigInt64: 8,
  readFloat64: 8,
} as const;

type NumberName = keyof typeof SIZES;

/**
 * Async reads of numbers, named after DataView's; big-endian by default. Each resolves as soon as its bytes are available, is served in
 * order with the other async reads, and rejects as `read` does.
 *
 * @example
 * const type = await sock.readUint8();
 * const size = await sock.readUint32(true); // little-endian
 * const time = await sock.readFloat64(false, { signal });
 */
export type NumberReads = {
  [Name in NumberName]: (
    littleEndian?: boolean,
    options?: ReadOptions,
  ) => Promise<ReturnType<ReceiveQueue[Name]>>;
};

/** Adds the reads to the prototype of a class whose objects have a reader. */
export function addNumberReads<T extends object>(
  prototype: T,
  readerOf: (object: T) => ByteReader,
): void {
  for (const [name, size] of Object.entries(SIZES) as [NumberName, number][]) {
    Object.defineProperty(prototype, name, {
      value(this: T, littleEndian?: boolean, options?: ReadOptions) {
        // Options in its place would select the other byte order.
        if (typeof littleEndian === 'object') {
          const rule = 'littleEndian comes before the options';
          return Promise.reject(new TypeError(`Cannot use ${name} with an object first: ${rule}`));
        }
        return readerOf(this).exact(size, (queue) => queue[name](littleEndian), options);
      },
      writable: true,
      configurable: true,
    });
  }
}
