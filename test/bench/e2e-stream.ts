/**
 * The end-to-end byte stream: frames of a header and a payload, cut into messages of one size regardless of frame
 * boundaries; and the parser that reads it.
 */
import type { Reader } from './subjects.js';

export const E2E_SIZES = [64 * 1024, 16 * 1024, 1448];

const HEADER = 12;
const PAYLOAD = 1000;
const FRAME = HEADER + PAYLOAD;

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** The number of frames in a block, which fills whole messages of `size` bytes; the stream repeats the block. */
const framesInBlock = (size: number): number => size / greatestCommonDivisor(size, FRAME);

export const blockBytes = (size: number): number => framesInBlock(size) * FRAME;

/** The bytes of a block; a header is a type, flags, two bytes of padding, the payload's length and a number. */
export function makeBlock(size: number): Uint8Array {
  const block = new Uint8Array(blockBytes(size));
  const fields = new DataView(block.buffer);
  for (let i = 0; i < framesInBlock(size); i++) {
    const at = i * FRAME;
    block[at] = 1;
    fields.setUint32(at + 4, PAYLOAD);
    fields.setUint32(at + 8, i);
    block.fill(i & 0xff, at + HEADER, at + FRAME);
  }
  return block;
}

/** What the parser must find in `blocks` blocks. */
export function expect(size: number, blocks: number): { frames: number; sum: number } {
  let sum = 0;
  for (let i = 0; i < framesInBlock(size); i++) sum += 1 + PAYLOAD + i + (i & 0xff);
  return { frames: blocks * framesInBlock(size), sum: blocks * sum };
}

/**
 * Makes a `message` handler that reads `frames` frames, then calls `done` with the sum of their fields and of a byte of
 * each payload. It is self-contained, to be compiled separately for each socket: see `Pattern.make`.
 */
export function makeParser(frames: number, done: (sum: number) => void): (reader: Reader) => void {
  let length = -1;
  let read = 0;
  let sum = 0;
  return (reader) => {
    for (;;) {
      if (length < 0) {
        if (reader.rQwait('header', 12)) return;
        sum += reader.rQshift8() + reader.rQshift8() + reader.rQshift16();
        length = reader.rQshift32();
        sum += length + reader.rQshift32();
      }
      if (reader.rQwait('payload', length)) return;
      sum += reader.rQshiftBytes(length, false)[0];
      length = -1;
      if (++read === frames) done(sum);
    }
  };
}
