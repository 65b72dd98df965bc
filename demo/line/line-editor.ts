/**
 * Edits a line while it is typed: what each key does to it, and what the screen shows for that. The demo's server uses it
 * when it echoes, the page when the server does not.
 */
import { back, blank, cellsOf, overEdges, show } from './cells.js';
import { History } from './history.js';
import { KeyParser, type Key } from './keys.js';

export interface LineEditorHandler {
  /** Shows text on the screen. */
  echo(text: string): void;
  /** A line was finished with Enter. */
  line(text: string): void;
  /** Ctrl-C was pressed, and the line dropped. */
  interrupt(): void;
  /** The line is full; what exceeded it has been dropped. */
  full?(): void;
  /** Whether the line stays out of the history, as a password does. */
  isSecret?(): boolean;
}

/** The default limit of a line, in characters. */
const LINE_MAX = 1000;

const BELL = '\x07';

/** A character with the marks that combine with it, at the end or the start of a text. */
const LAST = /\P{Mark}\p{Mark}*$/u;
const FIRST = /^\P{Mark}\p{Mark}*/u;
/** A word, with the blanks between it and the cursor. */
const LAST_WORD = /\S+\s*$/;
const FIRST_WORD = /^\s*\S+/;

/** Whether a key is one character that can be shown; the names of keys are longer. */
const isText = (key: Key) => /^\P{Cc}$/u.test(key);

export class LineEditor {
  readonly #handler: LineEditorHandler;
  readonly #lineMax: number;
  readonly #keys = new KeyParser();
  readonly #history = new History();
  #before = '';
  /** The text after the cursor. */
  #after = '';
  /** The text that was cut last, for Ctrl-Y. */
  #killed = '';
  #previous: Key = '';
  /** The words that Tab offers in turn, and the one that is in the line now. */
  #offers: string[] = [];
  #offer = '';
  /** The output that has not been echoed yet. */
  #output = '';

  constructor(handler: LineEditorHandler, lineMax = LINE_MAX) {
    this.#handler = handler;
    this.#lineMax = lineMax;
  }

  /** The line as typed so far. */
  get text(): string {
    return this.#before + this.#after;
  }

  /** Takes what was typed or pasted; a key's escape sequence may be split anywhere. */
  feed(typed: string): void {
    let plain = '';
    for (const key of this.#keys.parse(typed)) {
      if (isText(key) || (key === '\t' && typed !== '\t')) {
        plain += key;
      } else {
        this.#insert(plain);
        plain = '';
        this.#key(key);
      }
      this.#previous = key;
    }
    this.#insert(plain);
    this.#flush();
  }

  /** The output that takes the line off the screen, so that other text can be written there. */
  get hiding(): string {
    return this.text && `${overEdges(back(cellsOf(this.#before)))}\x1b[J`;
  }

  /** The output that shows the line again, at the cursor. */
  get showing(): string {
    const after = this.#after && show(this.#after) + overEdges(back(cellsOf(this.#after)));
    return show(this.#before) + after;
  }

  /** Empties the line and returns it, without changing the screen. */
  take(): string {
    const { text } = this;
    this.#before = this.#after = '';
    return text;
  }

  #key(key: Key): void {
    switch (key) {
      case '\r':
        return this.#enter();
      case '\n':
        if (this.#previous !== '\r') this.#enter();
        return;
      case '\x03': // Ctrl-C
        this.take();
        this.#show('^C\r\n');
        this.#flush();
        return this.#handler.interrupt();
      case '\b':
      case '\x7f':
        return this.#cut(LAST.exec(this.#before)?.[0] ?? this.#before, '');
      case '\x04': // Ctrl-D
      case 'delete':
        return this.#cut('', FIRST.exec(this.#after)?.[0] ?? '');
      case '\x17': // Ctrl-W
      case 'erase-word':
        return this.#kill(LAST_WORD.exec(this.#before)?.[0] ?? this.#before, '');
      case 'delete-word':
        return this.#kill('', FIRST_WORD.exec(this.#after)?.[0] ?? this.#after);
      case '\x15': // Ctrl-U
        return this.#kill(this.#before, '');
      case '\x0b': // Ctrl-K
        return this.#kill('', this.#after);
      case '\x19': // Ctrl-Y
        return this.#insert(this.#killed);
      case '\x02': // Ctrl-B
      case 'left':
        return this.#left(LAST.exec(this.#before)?.[0] ?? '');
      case '\x06': // Ctrl-F
      case 'right':
        return this.#right(FIRST.exec(this.#after)?.[0] ?? '');
      case 'word-left':
        return this.#left(LAST_WORD.exec(this.#before)?.[0] ?? this.#before);
      case 'word-right':
        return this.#right(FIRST_WORD.exec(this.#after)?.[0] ?? this.#after);
      case '\x01': // Ctrl-A
      case 'home':
        return this.#left(this.#before);
      case '\x05': // Ctrl-E
      case 'end':
        return this.#right(this.#after);
      case '\x10': // Ctrl-P
      case 'up':
        return this.#recall(-1);
      case '\x0e': // Ctrl-N
      case 'down':
        return this.#recall(1);
      case '\t':
        return this.#complete();
      default:
        // A key that does nothing must not vanish in silence.
        this.#show(BELL);
    }
  }

  #enter(): void {
    this.#show(`${show(this.#after)}\r\n`);
    const text = this.take();
    if (!this.#handler.isSecret?.()) this.#history.add(text);
    this.#flush();
    this.#handler.line(text);
  }

  #insert(text: string): void {
    const room = Math.max(0, this.#lineMax - this.text.length);
    const taken = text.slice(0, room);
    this.#before += taken;
    this.#show(show(taken));
    if (this.#after && taken) {
      this.#show(show(this.#after) + overEdges(back(cellsOf(this.#after))));
    }
    if (taken.length === text.length) return;
    this.#show(BELL);
    this.#handler.full?.();
  }

  /** Deletes `before` in front of the cursor and `after` behind it. */
  #cut(before: string, after: string): void {
    if (!before && !after) return;
    this.#before = this.#before.slice(0, this.#before.length - before.length);
    this.#after = this.#after.slice(after.length);
    const left = cellsOf(before);
    const gone = left + cellsOf(after);
    const output = `${back(left)}${show(this.#after)}${blank(gone)}`;
    this.#show(overEdges(`${output}${back(cellsOf(this.#after) + gone)}`));
  }

  #kill(before: string, after: string): void {
    if (before || after) this.#killed = before + after;
    this.#cut(before, after);
  }

  #left(text: string): void {
    this.#before = this.#before.slice(0, this.#before.length - text.length);
    this.#after = text + this.#after;
    this.#show(overEdges(back(cellsOf(text))));
  }

  #right(text: string): void {
    this.#before += text;
    this.#after = this.#after.slice(text.length);
    this.#show(show(text));
  }

  #replace(text: string): void {
    this.#cut(this.#before, this.#after);
    this.#insert(text);
  }

  #recall(step: -1 | 1): void {
    const line = this.#history.go(step, this.text);
    if (line === undefined) this.#show(BELL);
    else this.#replace(line);
  }

  /** Replaces the word that was begun with the next match from the history; if there is none, inserts a tab. */
  #complete(): void {
    if (this.#previous !== '\t' || this.#offers.length === 0) {
      this.#offer = /\S*$/.exec(this.#before)![0];
      this.#offers = this.#offer ? this.#history.complete(this.#offer) : [];
      if (this.#offers.length === 0) return this.#insert('\t');
      this.#offers.unshift(this.#offer);
    }
    const next = this.#offers.pop()!;
    this.#offers.unshift(next);
    this.#cut(this.#offer, '');
    this.#insert(next);
    this.#offer = next;
  }

  #show(text: string): void {
    this.#output += text;
  }

  #flush(): void {
    if (this.#output) this.#handler.echo(this.#output);
    this.#output = '';
  }
}
