const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

/** A byte as one character of a JavaScript string, escaped to ASCII, as in the script of noVNC's player. */
export function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === "'" || character === '\\') return `\\${character}`;
  if (byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE) return character;
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
