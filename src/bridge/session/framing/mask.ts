/**
 * Unmasks payloads (RFC 6455 section 5.3), several bytes at a time: byte by byte, this would be most of what large frames
 * cost.
 */

/** From this many bytes on, it is faster to unmask aligned words in place and to move the bytes afterwards. */
const LARGE = 4_096;

/** Turns a mask so that its first byte, which is the lowest, is the one for the byte `by` bytes further on. */
export function turn(mask: number, by: number): number {
  const bits = (by & 3) * 8;
  return bits === 0 ? mask : (mask >>> bits) | (mask << (32 - bits));
}

/**
 * Unmasks `length` bytes at `from` and puts them at `to`, which must not be greater than `from`. The mask is its 4 bytes as a
 * little-endian number. `view` covers the same memory as `bytes`: making one costs more than unmasking a small frame.
 */
export function unmask(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  length: number,
  mask: number,
  to: number,
): void {
  if (length < LARGE) {
    move(view, from, length, mask, to);
    return;
  }
  // An Int32Array has to begin at a multiple of 4 bytes.
  const head = -(bytes.byteOffset + from) & 3;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + from + head, (length - head) >> 2);
  const tail = head + words.length * 4;
  move(view, from, head, mask, from);
  xor(words, littleEndian(turn(mask, head)));
  move(view, from + tail, length - tail, turn(mask, tail), from + tail);
  if (to !== from) bytes.copyWithin(to, from, from + length);
}

function move(view: DataView, from: number, length: number, mask: number, to: number): void {
  let i = 0;
  for (const end = length - 15; i < end; i += 16) {
    const first = view.getInt32(from + i, true) ^ mask;
    const second = view.getInt32(from + i + 4, true) ^ mask;
    const third = view.getInt32(from + i + 8, true) ^ mask;
    const fourth = view.getInt32(from + i + 12, true) ^ mask;
    view.setInt32(to + i, first, true);
    view.setInt32(to + i + 4, second, true);
    view.setInt32(to + i + 8, third, true);
    view.setInt32(to + i + 12, fourth, true);
  }
  for (const end = length - 3; i < end; i += 4) {
    view.setInt32(to + i, view.getInt32(from + i, true) ^ mask, true);
  }
  for (; i < length; i += 1) {
    view.setUint8(to + i, view.getUint8(from + i) ^ (mask >>> ((i & 3) * 8)));
  }
}

function xor(words: Int32Array, mask: number): void {
  let i = 0;
  // Four words per iteration: 1.5 times as fast as one.
  for (const end = words.length - 3; i < end; i += 4) {
    words[i] ^= mask;
    words[i + 1] ^= mask;
    words[i + 2] ^= mask;
    words[i + 3] ^= mask;
  }
  for (; i < words.length; i += 1) words[i] ^= mask;
}

const word = new Int32Array(1);
const wordView = new DataView(word.buffer);

/** Converts a little-endian number to this machine's byte order. */
function littleEndian(value: number): number {
  wordView.setInt32(0, value, true);
  return word[0];
}
