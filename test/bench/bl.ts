/**
 * The `bl` package as a subject; only in Node, since it is built on Buffer.
 */
import { BufferList } from 'bl';
import { list } from './subjects.js';

export const bufferList = list('bl', () => {
  const bytes = new BufferList();
  return {
    get length() {
      return bytes.length;
    },
    append: (chunk) => bytes.append(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)),
    consume: (n) => bytes.consume(n),
    uint8: () => bytes.readUInt8(0),
    uint16: () => bytes.readUInt16BE(0),
    uint32: () => bytes.readUInt32BE(0),
    latin1: (n) => bytes.toString('latin1', 0, n),
    view: (n) => bytes.slice(0, n),
    copy: (n) => new Uint8Array(bytes.slice(0, n)),
  };
});
