/**
 * From what a terminal sends to keys: a character by itself, the name of a key that has one, or `unknown`. What the terminal
 * sends by itself, such as the answer to a request for the cursor's place, is no key.
 */

/** A character, or a name of several letters. */
export type Key = string;

/** A sequence of ECMA-48: CSI or SS3, parameters, the last character. Any modifier counts as Ctrl. */
const NAMED: Record<string, Key> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  '1~': 'home',
  '3~': 'delete',
  '4~': 'end',
  '7~': 'home',
  '8~': 'end',
  '1;C': 'word-right',
  '1;D': 'word-left',
  '3;~': 'delete-word',
};

/** ESC and a character: what Alt makes of a key. */
const META: Record<string, Key> = {
  b: 'word-left',
  f: 'word-right',
  d: 'delete-word',
  '\b': 'erase-word',
  '\x7f': 'erase-word',
};

/** The last character of the terminal's reports: cursor place, attributes, status, window, mode. */
const REPORT = /[RcntyIO]$/;

/** What follows ESC in a string that the terminal sends by itself: OSC, DCS, APC, PM, SOS (ECMA-48). */
const STRING_START = /[\]P_^X]/;

export class KeyParser {
  /** What has come of an escape sequence, without the ESC: it may be cut anywhere. */
  #sequence: string | undefined;

  /** The keys in `typed`. */
  *parse(typed: string): Generator<Key> {
    for (const char of typed) {
      const sequence = this.#sequence;
      if (char === '\x1b') {
        // The end of a string is ESC and a backslash; of a sequence that breaks off one may say so.
        if (sequence !== undefined && !isString(sequence)) yield 'unknown';
        this.#sequence = sequence !== undefined && isString(sequence) ? 'O' : '';
      } else if (sequence === undefined) {
        yield char;
      } else {
        yield* this.#go(sequence + char);
      }
    }
  }

  *#go(sequence: string): Generator<Key> {
    const last = sequence.at(-1)!;
    this.#sequence = sequence;
    if (isString(sequence)) {
      if (last === '\x07') this.#sequence = undefined;
      else this.#sequence = sequence[0];
    } else if (sequence.length === 1) {
      if (last === '[' || last === 'O') return;
      this.#sequence = undefined;
      yield META[last] ?? 'unknown';
    } else if (sequence[0] === 'O' || /[@-~]/.test(last)) {
      this.#sequence = undefined;
      if (last === '\\' || (sequence[0] === '[' && REPORT.test(sequence))) return;
      yield NAMED[sequence.slice(1).replace(/;\d+/, ';')] ?? 'unknown';
    }
  }
}

const isString = (sequence: string) => STRING_START.test(sequence[0] ?? '');
