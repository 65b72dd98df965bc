/**
 * JPEG (encoding 21): the rectangle is a JPEG file, whose tables a server may leave out when it has sent them before.
 */
import { JPEG } from './images.js';
import { all, rect, type Area, type Bytes } from './wire.js';

const [HUFFMAN, QUANTIZATION, SCAN] = [0xc4, 0xdb, 0xda];

export const jpeg = (area: Area): Bytes => rect(area, 21, JPEG);

/** @returns the same image without its tables */
export const jpegWithoutTables = (area: Area): Bytes =>
  rect(
    area,
    21,
    ...segments(JPEG).filter((part) => part[1] !== HUFFMAN && part[1] !== QUANTIZATION),
  );

/** A file's segments, each with its marker; the compressed data belong to the scan. */
function segments(file: Bytes): Bytes[] {
  const parts = [file.subarray(0, 2)];
  for (let at = 2; at < file.length;) {
    const isScan = file[at + 1] === SCAN;
    const end = isScan ? file.length : at + 2 + ((file[at + 2] << 8) | file[at + 3]);
    parts.push(all(file.subarray(at, end)));
    at = end;
  }
  return parts;
}
