/**
 * Takes the mask off a client's frames, a word at a time: ws's own goes byte by byte, which is most of what large
 * frames cost. It stands in the build where ws looks for its optional `bufferutil`, whose interface this is.
 */

/** The mask as it lies in memory from the first whole word on; one for all, for it is made anew each time. */
const turned = new Uint8Array(4);
const turnedWord = new Int32Array(turned.buffer);

/** Unmasks `data` in place with a mask of 4 bytes (RFC 6455 section 5.3). */
export function unmask(data: Uint8Array, mask: Uint8Array): void {
  const { byteOffset, length } = data;
  // A word begins at a multiple of its size.
  const head = Math.min(-byteOffset & 3, length);
  for (let i = 0; i < head; i += 1) data[i] ^= mask[i];
  for (let i = 0; i < 4; i += 1) turned[i] = mask[(head + i) & 3];
  const word = turnedWord[0];
  const words = new Int32Array(data.buffer, byteOffset + head, (length - head) >> 2);
  let at = 0;
  // Four a turn: half as fast again as one.
  for (const end = words.length - 3; at < end; at += 4) {
    words[at] ^= word;
    words[at + 1] ^= word;
    words[at + 2] ^= word;
    words[at + 3] ^= word;
  }
  for (let i = head + at * 4; i < length; i += 1) data[i] ^= mask[i & 3];
}
