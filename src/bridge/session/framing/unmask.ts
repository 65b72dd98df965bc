/**
 * Takes the mask off a client's frames, a word at a time: ws's own goes byte by byte, which is most of what large
 * frames cost. It stands in the build where ws looks for its optional `bufferutil`, whose interface this is; where Node
 * itself can unmask, ws takes that.
 */

/** The mask as it lies in memory from the first whole word on; one for all, for it is made anew each time. */
const turned = new Uint8Array(4);
const turnedWord = new Int32Array(turned.buffer);

/** Unmasks `data` in place with a mask of 4 bytes (RFC 6455 section 5.3). */
export function unmask(data: Uint8Array, mask: Uint8Array): void {
  const { byteOffset, length } = data;
  if (length < 4) {
    unmaskBytes(data, mask, 0, length);
    return;
  }
  // A word begins at a multiple of its size.
  const head = -byteOffset & 3;
  const words = new Int32Array(data.buffer, byteOffset + head, (length - head) >> 2);
  for (let i = 0; i < 4; i += 1) turned[i] = mask[(head + i) & 3];
  const word = turnedWord[0];
  let at = 0;
  // Four a turn: half as fast again as one.
  for (const end = words.length - 3; at < end; at += 4) {
    words[at] ^= word;
    words[at + 1] ^= word;
    words[at + 2] ^= word;
    words[at + 3] ^= word;
  }
  unmaskBytes(data, mask, 0, head);
  unmaskBytes(data, mask, head + at * 4, length);
}

function unmaskBytes(data: Uint8Array, mask: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i += 1) data[i] ^= mask[i & 3];
}
