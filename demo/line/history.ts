/** The lines that were typed, to step through and to search for words. */

const LINES_MAX = 500;

export class History {
  readonly #lines: string[] = [];
  /** The index of the current line; one past the last is the line that is being typed. */
  #at = 0;
  #draft = '';

  /** Adds a line, and moves past it. */
  add(line: string): void {
    if (line && line !== this.#lines.at(-1)) this.#lines.push(line);
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
    this.#at = this.#lines.length;
  }

  /** Moves to the line before or after the current one, which now reads `text`; undefined if there is none. */
  go(step: -1 | 1, text: string): string | undefined {
    const to = this.#at + step;
    if (to < 0 || to > this.#lines.length) return undefined;
    if (this.#at === this.#lines.length) this.#draft = text;
    this.#at = to;
    return this.#lines[to] ?? this.#draft;
  }

  /** The words that begin with `start`, each once, the latest at the end. */
  complete(start: string): string[] {
    const words = this.#lines.flatMap((line) => line.split(/\s+/));
    const isNew = (word: string, at: number) => words.indexOf(word, at + 1) < 0;
    return words.filter((word, at) => word !== start && word.startsWith(start) && isNew(word, at));
  }
}
