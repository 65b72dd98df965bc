/**
 * The character set of a connection, both ways: decodes incoming bytes as a stream, with U+FFFD for invalid ones; encodes
 * typed text, and reports the characters that the set lacks.
 */
import { Cp437Decoder } from './cp437.js';
import { reverseTable } from './reverse-table.js';

/** The sets that the form offers. Any other name that browsers know works too: see encoding.spec.whatwg.org. */
// prettier-ignore
export const CHARSETS = [
  'UTF-8', 'CP437', 'ISO-8859-1', 'ISO-8859-2', 'ISO-8859-5', 'ISO-8859-7', 'ISO-8859-15', 'windows-1250',
  'windows-1251', 'windows-1252', 'KOI8-R', 'IBM866', 'macintosh', 'GBK', 'GB18030', 'Big5', 'Shift_JIS', 'EUC-JP',
  'EUC-KR',
];

const CP437 = /^(cp|ibm)?-?437$/i;

export class Charset {
  /** The name as requested. */
  readonly name: string;
  readonly #decoder: TextDecoder | Cp437Decoder;
  #table: ReadonlyMap<string, Uint8Array> | undefined;

  /** @throws {RangeError} the browser does not know the set, or the set lacks ASCII, which telnet's own texts need */
  constructor(name: string) {
    this.name = name;
    this.#decoder = CP437.test(name.trim()) ? new Cp437Decoder() : new TextDecoder(name);
    if (this.#decoder.decode(Uint8Array.of(0x41, 0x5c)).charAt(0) !== 'A') {
      throw new RangeError(`Cannot use character set ${name}: it does not contain ASCII`);
    }
  }

  /** Whether the two names mean the same set. */
  is(other: Charset): boolean {
    return this.#decoder.encoding === other.#decoder.encoding;
  }

  /** Decodes the next bytes; an incomplete character waits for the rest. */
  decode(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** @returns the bytes, and the characters of `text` that the set lacks, each once */
  encode(text: string): { bytes: Uint8Array<ArrayBuffer>; refused: string } {
    if (this.#decoder.encoding === 'utf-8') {
      return { bytes: new TextEncoder().encode(text), refused: '' };
    }
    const bytes: number[] = [];
    const refused = new Set<string>();
    for (const char of text) {
      const code = char.codePointAt(0)!;
      const encoded = code < 0x80 ? [code] : this.#encoded(char);
      if (encoded) bytes.push(...encoded);
      else refused.add(char);
    }
    return { bytes: Uint8Array.from(bytes), refused: [...refused].join('') };
  }

  #encoded(char: string): Uint8Array | undefined {
    this.#table ??= reverseTable(
      this.#decoder instanceof Cp437Decoder
        ? this.#decoder
        : new TextDecoder(this.#decoder.encoding, { ignoreBOM: true }),
    );
    return this.#table.get(char) ?? this.#table.get(char.normalize('NFC'));
  }
}

/** The set of that name, or undefined. */
export function findCharset(name: string): Charset | undefined {
  try {
    return new Charset(name);
  } catch {
    return undefined;
  }
}
