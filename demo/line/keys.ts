/**
 * Turns a terminal's input into keys: a character as itself, a key with a name as that name, any other as `unknown`. What the
 * terminal sends of its own accord, such as a report of the cursor's position, is not a key.
 */

/** A character, or a name of several letters. */
export type Key = string;

/** Keys by what follows CSI or SS3 (ECMA-48): parameters and the final character. Any modifier counts as Ctrl. */
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

/** Keys by the character after ESC, which Alt puts in front of a key. */
const META: Record<string, Key> = {
  b: 'word-left',
  f: 'word-right',
  d: 'delete-word',
  '\b': 'erase-word',
  '\x7f': 'erase-word',
};

/** The final character of the terminal's reports: cursor position, attributes, status, window, mode. */
const REPORT = /[RcntyIO]$/;

/** What follows ESC in a string that the terminal sends of its own accord: OSC, DCS, APC, PM, SOS (ECMA-48). */
const STRING_START = /[\]P_^X]/;

export class KeyParser {
  /** The part of an escape sequence that has arrived, without the ESC: input may be split anywhere. */
  #sequence: string | undefined;

  /** The keys in `typed`. */
  *parse(typed: string): Generator<Key> {
    for (const char of typed) {
      const sequence = this.#sequence;
      if (char === '\x1b') {
        // ESC and a backslash end a string. Any other sequence is broken off, and counts as an unknown key.
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
