/**
 * Recordings of sessions, read piece by piece: noVNC's script, as `websock-bridge --record` and websockify write it, and asciicast v2.
 * In both, a line is an event.
 */

/** What one side sent at once. */
export interface RecordedPart {
  readonly from: 'client' | 'server';
  /** When it was sent, in ms since the session began. */
  readonly time: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The size that the terminal has from here on; only in asciicasts, in parts without bytes. */
  readonly size?: { readonly columns: number; readonly rows: number };
}

/** Reads a line; `undefined` if nothing was sent there. */
type ReadLine = (line: string) => RecordedPart | 'end' | undefined;

/** The longest line, in characters: bounds what a parser keeps in memory. */
const MAX_LINE = 16 * 1024 * 1024;

const SCRIPT = /^var VNC_frame_data\s*=\s*\[$/;

/** Reads a recording of any size in pieces: pass each to {@link push}, then call {@link end}. */
export class RecordingParser {
  #rest = '';
  #line = 0;
  #read: ReadLine | undefined;
  #hasEnded = false;
  #isScript = false;

  /**
   * Takes a piece of the file, cut anywhere, and returns the parts that are complete now.
   * @throws SyntaxError for anything but a recording, with the number of the line
   */
  push(text: string): RecordedPart[] {
    const lines = text.split('\n');
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop()!;
    const parts = lines.flatMap((line) => this.#readLine(line));
    if (this.#rest.length <= MAX_LINE) return parts;
    this.#line++;
    throw this.#error(`it has more than ${MAX_LINE} characters`);
  }

  /**
   * Ends the file, and returns the part in its last line if there is one.
   * @throws SyntaxError if the recording is cut off
   */
  end(): RecordedPart[] {
    const parts = this.#readLine(this.#rest);
    this.#rest = '';
    if (!this.#read) throw this.#error('the file is empty');
    if (this.#isScript && !this.#hasEnded)
      throw this.#error("it is the last line, but not 'EOF'];");
    return parts;
  }

  #readLine(line: string): RecordedPart[] {
    this.#line++;
    const text = line.trim();
    if (text === '') return [];
    try {
      if (this.#hasEnded) throw new SyntaxError("expected nothing after 'EOF'");
      const part = this.#read ? this.#read(text) : this.#begin(text);
      this.#hasEnded = part === 'end';
      return part && part !== 'end' ? [part] : [];
    } catch (error) {
      throw this.#error(error instanceof Error ? error.message : String(error));
    }
  }

  /** Determines the format from the first line. */
  #begin(line: string): RecordedPart | undefined {
    this.#isScript = SCRIPT.test(line);
    this.#read = this.#isScript ? readScriptLine : readEvent;
    return this.#isScript ? undefined : readHeader(line);
  }

  #error(why: string): SyntaxError {
    return new SyntaxError(`Cannot read line ${this.#line} of the recording: ${why}`);
  }
}

/**
 * Reads a whole recording: `parseRecording(readFileSync('desk.js', 'utf8'))`.
 * @throws SyntaxError for anything but a complete recording, with the number of the line
 */
export function parseRecording(text: string): RecordedPart[] {
  const parser = new RecordingParser();
  return [...parser.push(text), ...parser.end()];
}

/** Reads `'{MS{DATA',` from the server, or `'}MS}DATA',` from the client. */
function readScriptLine(line: string): RecordedPart | 'end' {
  const [, quote, text] = /^(['"])(.*)\1(?:,|\];?)?$/s.exec(line) ?? [];
  if (text === 'EOF') return 'end';
  const head = /^([{}])(\d+(?:\.\d+)?)\1/.exec(text ?? '');
  if (!quote || !head) throw new SyntaxError("expected '{MS{DATA', or '}MS}DATA',");
  const bytes = unescape(text, head[0].length);
  return { from: head[1] === '}' ? 'client' : 'server', time: Number(head[2]), bytes };
}

const ESCAPES: Partial<Record<string, number>> = { b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };
const BACKSLASH = 0x5c;

/** Decodes the escapes of a JavaScript string, in which each character is a byte. */
function unescape(text: string, start: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length - start);
  let size = 0;
  for (let at = start; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code === BACKSLASH) {
      const letter = text.charAt(++at);
      const digits = letter === 'x' ? 2 : letter === 'u' ? 4 : 0;
      code = ESCAPES[letter] ?? text.charCodeAt(at);
      if (digits > 0) code = readHex(text.slice(at + 1, at + 1 + digits), digits);
      at += digits;
    }
    if (!(code <= 0xff)) throw new SyntaxError(`expected bytes, got the character ${code}`);
    bytes[size++] = code;
  }
  return bytes.slice(0, size);
}

function readHex(text: string, digits: number): number {
  if (text.length < digits || /[^\da-f]/i.test(text))
    throw new SyntaxError(`expected ${digits} hex digits, got ${JSON.stringify(text)}`);
  return Number.parseInt(text, 16);
}

/** Reads the first line of an asciicast. */
function readHeader(line: string): RecordedPart {
  const header = parseJson(line) as { version?: unknown; width?: unknown; height?: unknown } | null;
  if (header?.version === undefined)
    throw new SyntaxError('expected var VNC_frame_data = [ or the header of an asciicast');
  if (header.version !== 2)
    throw new SyntaxError(`expected asciicast version 2, got ${String(header.version)}`);
  return resized(0, Number(header.width), Number(header.height));
}

/** Reads an event of an asciicast: `[seconds, "o", "text"]`. */
function readEvent(line: string): RecordedPart | undefined {
  const event = parseJson(line);
  const [seconds, code, text] = Array.isArray(event) ? (event as unknown[]) : [];
  if (typeof seconds !== 'number' || typeof code !== 'string' || typeof text !== 'string')
    throw new SyntaxError('expected [seconds, "code", "text"]');
  const time = Math.round(seconds * 1000);
  if (code === 'r') {
    const [columns, rows] = text.split('x');
    return resized(time, Number(columns), Number(rows));
  }
  if (code !== 'o' && code !== 'i') return undefined;
  const bytes = new TextEncoder().encode(text);
  return { from: code === 'i' ? 'client' : 'server', time, bytes };
}

function resized(time: number, columns: number, rows: number): RecordedPart {
  for (const size of [columns, rows]) {
    if (!Number.isSafeInteger(size) || size < 1)
      throw new SyntaxError(`expected the size of a terminal, got ${size}`);
  }
  return { from: 'client', time, bytes: new Uint8Array(0), size: { columns, rows } };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new SyntaxError('it is not JSON');
  }
}
