/** Bytes as tests write them: `hex('01 ff')`. */
export function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** n bytes, each unlike its neighbours and the bytes a multiple of 256 away. The value of each follows from its position. */
export function pattern(n: number, start = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(n);
  for (let i = 0, at = start; i < n; i++, at++) {
    bytes[i] = at * 31 + (at >> 8) * 7 + (at >> 16);
  }
  return bytes;
}

/** Joins what was sent or read in pieces. */
export function join(pieces: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([...pieces]));
}

/** Whether two byte sequences are equal. For large ones: a matcher that can show the difference takes seconds. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
