/** Blocks of a megabyte that both ends can generate and hash; pages get the functions as text. */

/** The size of a block, in bytes. */
export const BLOCK = 1_000_000;

/** Fills a block with bytes that differ for each index. */
export function fill(block: Uint8Array<ArrayBuffer>, index: number): void {
  const words = new Uint32Array(block.buffer);
  let x = Math.imul(index + 1, 0x9e3779b9) | 1;
  for (let at = 0; at < words.length; at++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[at] = x;
  }
}

/** Continues a hash with a block; a new hash starts from 0. */
export function hash(value: number, block: Uint8Array<ArrayBuffer>): number {
  const words = new Uint32Array(block.byteOffset % 4 > 0 ? block.slice().buffer : block.buffer);
  for (const word of words) value = Math.imul(value ^ word, 0x01000193);
  return value;
}

/** The hash of the first `count` blocks. */
export function hashOf(count: number): number {
  const block = new Uint8Array(BLOCK);
  let value = 0;
  for (let index = 0; index < count; index++) {
    fill(block, index);
    value = hash(value, block);
  }
  return value;
}

/** The functions, as a script. */
export const SCRIPT = `const BLOCK = ${BLOCK};\n${fill}\n${hash}\n`;
