/**
 * The user's aliases and triggers, one a line. `word = text` sends the text in place of a typed line that begins with the word;
 * `/pattern/ = text` sends it when a line of the server matches. A semicolon ends a line to send; `$1` to `$9` are the words that
 * follow, or the pattern's groups, and `$*` all of them.
 */
import { plain } from './lines.js';

/** More triggers than this in so many ms are a circle: the server answers what they send with what they wait for. */
const TRIGGERS_MAX = 20;
const TRIGGERS_TIME = 10_000;

export class Rules {
  /** Called when triggers go in a circle; there are none any more then. */
  onCircle = (): void => {};
  /** The first line that is no rule. */
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

  /** The lines to send for one that was typed. */
  expand(line: string): string[] {
    const [word, ...words] = line.trim().split(/\s+/);
    const text = this.#aliases.get(word);
    return text === undefined ? [line] : fill(text, words);
  }

  /** The lines to send for one of the server's, which may have colors in it. */
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

/** What a group or word brings in is text: it ends no line. */
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
