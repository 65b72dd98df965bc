/**
 * Lines of text from a reader.
 */
import type { ByteReader, ReadUntilOptions } from './byte-reader.js';

const LF = 10;
const CR = 13;

/** Reads line after line as UTF-8, without LF or CR LF, until a clean end; the last line may lack its line end. */
export async function* linesOf(
  reader: ByteReader,
  options?: ReadUntilOptions,
): AsyncGenerator<string, void, undefined> {
  // Keeps a byte order mark, as all reads do.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (;;) {
    const line = (await reader.readUntil(LF, options, true)) ?? (await reader.readSome(options));
    if (!line) return;
    yield decoder.decode(line.subarray(0, lengthOf(line)));
  }
}

/** The length without the line end. */
function lengthOf(line: Uint8Array): number {
  if (line.at(-1) !== LF) return line.length;
  return line.at(-2) === CR ? line.length - 2 : line.length - 1;
}
