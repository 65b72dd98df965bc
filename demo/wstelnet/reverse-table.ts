/**
 * Browsers decode many character sets but encode only one. Tables for the others are made here by decoding every byte, and every
 * pair whose first byte alone is no character. Characters of more bytes (GB18030's four, JIS X 0212 in EUC-JP) can't be typed.
 */

interface Decoder {
  readonly encoding: string;
  decode(bytes: Uint8Array): string;
}

/** The bytes of each character beyond ASCII. */
export function reverseTable(decoder: Decoder): Map<string, Uint8Array> {
  const table = new Map<string, Uint8Array>();
  const leads: number[] = [];
  for (let byte = 0x80; byte <= 0xff; byte++) {
    if (!add(table, decoder, [byte])) leads.push(byte);
  }
  // If a character has several codes, the first counts, except that these rows come last.
  for (const isLast of [false, true]) {
    for (const lead of leads.filter((byte) => isDuplicate(decoder.encoding, byte) === isLast)) {
      for (let trail = 0x40; trail <= 0xff; trail++) add(table, decoder, [lead, trail]);
    }
  }
  return table;
}

/** Adds the character that the bytes mean, if it is exactly one. @returns whether it is */
function add(table: Map<string, Uint8Array>, decoder: Decoder, bytes: number[]): boolean {
  const text = decoder.decode(Uint8Array.from(bytes));
  const isOne = /^[^\p{ASCII}\ufffd]$/u.test(text);
  if (isOne && !table.has(text)) table.set(text, Uint8Array.from(bytes));
  return isOne;
}

/** The rows that the Encoding Standard's encoders leave out. */
function isDuplicate(encoding: string, lead: number): boolean {
  if (encoding === 'shift_jis') return lead === 0xed || lead === 0xee;
  return encoding === 'big5' && lead < 0xa1;
}
