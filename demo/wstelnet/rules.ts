/**
 * The user's aliases and triggers, one per line. `word = text` sends the text in place of a typed line that begins with the word;
 * `/pattern/ = text` sends it when a line from the server matches. Semicolons separate the lines to send; `$1` to `$9` are the
 * words after the first, or the pattern's groups, and `$*` all of them.
 */
import { plain } from './lines.js';

/** More triggers than this in that many ms are a loop: the server answers what they send with what they wait for. */
const TRIGGERS_MAX = 20;
const TRIGGERS_TIME = 10_000;

export class Rules {
  /** Called when triggers loop; by then they are all off. */
  onCircle = (): void => {};
  /** The first line that is not a rule. */
  readonly wrong: string | undefined;
  readonly #aliases = new Map<string, string>();
  #triggers: { readonly pattern: RegExp; readonly text: string }[] = [];
  /** When the last triggers went off, in ms. */
  readonly #times: number[] = [];

  constructor(source: string) {
    for (const line of source.split('\n').filter((one) => one.trim())) {
      if (!this.#add(line)) this.wrong ??= line.trim();
    }
  }

  /** The lines to send for a typed one. */
  expand(line: string): string[] {
    const [word, ...words] = line.trim().split(/\s+/);
    const text = this.#aliases.get(word);
    return text === undefined ? [line] : fill(text, words);
  }

  /** The lines to send in answer to one from the server, which may contain colors. */
  triggered(line: string): string[] {
    if (this.#triggers.length === 0) return [];
    const seen = plain(line);
    return this.#triggers.flatMap(({ pattern, text }) => {
      const match = pattern.exec(seen);
      if (!match || this.#isCircle()) return [];
      return fill(text, match.slice(1));
    });
  }

  #add(line: string): boolean {
    const [, pattern, regexp, word, text] =
      /^\s*(?:(\/(.+)\/)|([^\s=/]\S*))\s+=\s+(.*\S)\s*$/.exec(line) ?? [];
    if (word) this.#aliases.set(word, text);
    if (!pattern) return Boolean(word);
    try {
      this.#triggers.push({ pattern: new RegExp(regexp, 'u'), text });
      return true;
    } catch {
      return false;
    }
  }

  #isCircle(): boolean {
    const now = performance.now();
    this.#times.push(now);
    if (this.#times.length <= TRIGGERS_MAX || now - this.#times.shift()! > TRIGGERS_TIME)
      return false;
    this.#triggers = [];
    this.onCircle();
    return true;
  }
}

/** Fills in words or groups. They are plain text: a semicolon in them does not end the line. */
function fill(text: string, words: readonly (string | undefined)[]): string[] {
  return text
    .split(';')
    .map((line) => line.trim())
    .map((line) =>
      line.replace(/\$([1-9*])/g, (_, n: string) =>
        n === '*' ? words.join(' ') : (words[Number(n) - 1] ?? ''),
      ),
    );
}
