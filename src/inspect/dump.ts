/**
 * Bytes made readable: a hex dump, and escaped text.
 */

const COLUMNS = 16;

/** A hex dump. Each line has an offset, 16 bytes in hex, and the same bytes as ASCII, with a dot for each unprintable one. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += COLUMNS) {
    const row = [...bytes.subarray(at, at + COLUMNS)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (isPrintable(byte) ? String.fromCharCode(byte) : '.')).join('');
    const offset = at.toString(16).padStart(8, '0');
    lines.push(`${offset}  ${hex.padEnd(3 * COLUMNS - 1)}  ${text}`);
  }
  return lines.join('\n');
}

/**
 * Bytes as UTF-8 text. Control characters become `\xhh`, or `\r`, `\n` and `\t`; a backslash becomes two. If any byte is not
 * UTF-8, all that are not ASCII become `\xhh`.
 */
export function printable(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  // If bytes were lost in decoding, all that are not ASCII are escaped.
  const isWhole = !text.includes('\uFFFD');
  const shown = isWhole ? text : latin1(bytes);
  // oxlint-disable-next-line no-control-regex -- control characters are to be escaped
  return shown.replaceAll(isWhole ? /[\0-\x1f\x7f-\x9f\\]/g : /[\0-\x1f\x7f-\xff\\]/g, escape);
}

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

const ESCAPES: Partial<Record<string, string>> = {
  '\r': '\\r',
  '\n': '\\n',
  '\t': '\\t',
  '\\': '\\\\',
};

const escape = (character: string): string =>
  ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
