/**
 * Editing a line that is being typed: what each key does to it and what the screen shows for that. The server
 * uses it when it echoes, the page when the server does not.
 */

export interface LineEditorHandler {
  /** Shows text on the screen. */
  echo(text: string): void;
  /** A line was finished with Enter. */
  line(text: string): void;
  /** Ctrl-C was pressed; what was typed of the line is gone. */
  interrupt(): void;
}

/** A line takes no more characters than this, unless told otherwise; further ones ring the bell. */
const LINE_MAX = 1000;

/** What follows ESC in a string that the terminal sends by itself: OSC, DCS, APC, PM, SOS (ECMA-48). */
const STRING_START = /[\]P_^X]/;

/** Characters as wide as two on the screen: East Asian ones. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** A character with the marks that combine with it, at the end of a text. */
const LAST = /\P{Mark}\p{Mark}*$/u;

export class LineEditor {
  readonly #handler: LineEditorHandler;
  readonly #lineMax: number;
  #text = '';
  #previous = '';
  /** The part of a key's escape sequence that comes next; an arrow key must not end up in the line. */
  #escape: 'none' | 'start' | 'parameters' | 'last' | 'string' = 'none';

  constructor(handler: LineEditorHandler, lineMax = LINE_MAX) {
    this.#handler = handler;
    this.#lineMax = lineMax;
  }

  /** What has been typed of the line so far. */
  get text(): string {
    return this.#text;
  }

  /** Takes what was typed or pasted; a key's escape sequence may be cut anywhere. */
  feed(typed: string): void {
    for (const char of typed) {
      if (char === '\x1b') this.#escape = 'start';
      else if (this.#escape !== 'none') this.#skip(char);
      else this.#key(char);
      this.#previous = char;
    }
  }

  /** Empties the line, as it is, and shows nothing. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  #key(char: string): void {
    if (char === '\n' && this.#previous === '\r') return;
    switch (char) {
      case '\r':
      case '\n':
        this.#handler.echo('\r\n');
        return this.#handler.line(this.take());
      case '\b':
      case '\x7f':
        return this.#erase();
      case '\x03': // Ctrl-C
        this.take();
        this.#handler.echo('^C\r\n');
        return this.#handler.interrupt();
      case '\x15': // Ctrl-U
        while (this.#text) this.#erase();
        return;
      default:
        if (/\p{Cc}/u.test(char)) return;
        if (this.#text.length >= this.#lineMax) return this.#handler.echo('\x07');
        this.#text += char;
        this.#handler.echo(char);
    }
  }

  /** Reverse wraparound (mode 45) lets the cursor go back over the edge of a line that was wrapped. */
  #erase(): void {
    const last = LAST.exec(this.#text)?.[0] ?? this.#text;
    if (!last) return;
    this.#text = this.#text.slice(0, -last.length);
    const cells = WIDE.test(last) ? 2 : 1;
    const back = '\b'.repeat(cells);
    this.#handler.echo(`\x1b[?45h${back}${' '.repeat(cells)}${back}\x1b[?45l`);
  }

  #skip(char: string): void {
    if (this.#escape === 'start' && char === '[') this.#escape = 'parameters';
    else if (this.#escape === 'start' && char === 'O') this.#escape = 'last';
    else if (this.#escape === 'start' && STRING_START.test(char)) this.#escape = 'string';
    else if (this.#escape === 'string') this.#escape = char === '\x07' ? 'none' : 'string';
    else if (this.#escape !== 'parameters' || /[@-~]/.test(char)) this.#escape = 'none';
  }
}
