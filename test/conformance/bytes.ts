/**
 * Bytes in pieces, on every platform.
 */
import { pattern as makePattern } from '../helpers/bytes.js';

/** The size of a flood's messages. */
const FLOOD_MESSAGE = 64 * 1024;

/** The part of the pattern made so far: megabytes of it take long to make. */
let made = makePattern(0);

/** n bytes of the tests' pattern, from `start` on. */
export function pattern(n: number, start = 0): Uint8Array<ArrayBuffer> {
  // Doubling avoids many small extensions when callers ask for pieces.
  if (made.length < start + n) made = makePattern(Math.max(start + n, 2 * made.length));
  return made.slice(start, start + n);
}

export function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Messages of these sizes, 0 allowed, and one with the rest; each has its own memory. */
export function* cut(
  bytes: Uint8Array<ArrayBuffer>,
  sizes: readonly number[] = [],
): Generator<Uint8Array<ArrayBuffer>> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.slice(at, at + size);
    at += size;
  }
  if (at < bytes.length) yield bytes.slice(at);
}

/** `pattern(n)` in messages. */
export function* flood(n: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < n; at += FLOOD_MESSAGE) yield pattern(Math.min(FLOOD_MESSAGE, n - at), at);
}
