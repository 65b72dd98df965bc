/**
 * Decodes bytes into text.
 */

/** `fromCharCode` takes its characters as arguments; engines overflow their stack somewhere above 65,536. */
const CHARS_AT_ONCE = 4096;

const { fromCharCode } = String;

/** The longest text (bytes) made from pieces of sixteen characters: more pieces take too much memory until the engine joins them. */
const SHORT = 128;

/** From this size (bytes) a call of the decoder pays off: the measured size is 48 in Node and between 80 and 96 in Chromium. */
const DECODE_MIN = 80;

/**
 * Stateless between calls, so one of each serves all queues. Created on first use: Jest's jsdom has no TextDecoder.
 */
let windows1252: TextDecoder | undefined;
let utf8: TextDecoder | undefined;

/** Decodes one character per byte, U+0000 to U+00FF. */
export function decodeLatin1(bytes: Uint8Array): string {
  const { length } = bytes;
  let text = '';
  for (let at = 0; at < length; at += CHARS_AT_ONCE) {
    text += decodePiece(length > CHARS_AT_ONCE ? bytes.subarray(at, at + CHARS_AT_ONCE) : bytes);
  }
  return text;
}

/** Decodes UTF-8: invalid bytes become U+FFFD, a byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): string {
  // `ignoreBOM` keeps it in the text.
  utf8 ??= new TextDecoder('utf-8', { ignoreBOM: true });
  return utf8.decode(bytes);
}

/**
 * The platform's `latin1` is windows-1252, which has other characters for 0x80 to 0x9F, but it is many times as fast as
 * `fromCharCode`. So it is tried unless the text begins with such bytes, and its result is used if none occurred.
 */
function decodePiece(bytes: Uint8Array): string {
  if (bytes.length >= DECODE_MIN && startsAlike(bytes) && typeof TextDecoder === 'function') {
    windows1252 ??= new TextDecoder('latin1');
    const text = windows1252.decode(bytes);
    if (!/[^\0-\xff]/.test(text)) return text;
  }
  return bytes.length > SHORT ? Reflect.apply(fromCharCode, null, bytes) : joinLatin1(bytes);
}

/** Sixteen characters per call: engines pass single numbers several times as fast as an array of them. */
function joinLatin1(b: Uint8Array): string {
  let text = '';
  let i = 0;
  for (; i + 16 <= b.length; i += 16) {
    // prettier-ignore
    text += fromCharCode(
      b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7],
      b[i + 8], b[i + 9], b[i + 10], b[i + 11], b[i + 12], b[i + 13], b[i + 14], b[i + 15],
    );
  }
  return i < b.length ? text + Reflect.apply(fromCharCode, null, b.subarray(i)) : text;
}

/** Whether none of the first 16 bytes is in the range 0x80 to 0x9F. */
function startsAlike(bytes: Uint8Array): boolean {
  for (let at = 0; at < 16; at++) if (bytes[at] >> 5 === 4) return false;
  return true;
}
