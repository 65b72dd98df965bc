/** Splits a server's text into lines, for triggers, and strips what only moves the cursor or colors text. */

/** The sequences of ECMA-48: CSI, strings, and the other escape sequences. */
const SEQUENCE =
  // eslint-disable-next-line no-control-regex -- control characters are to be found
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])/g;

/** The longest line, in characters; a longer one loses its start. */
const LINE_MAX = 4096;

export class Lines {
  #rest = '';

  /** @returns the lines that end in `text`, not stripped yet: see {@link plain} */
  feed(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!.slice(-LINE_MAX);
    return lines;
  }

  /** Takes the text since the last line: a prompt, if the server has marked one. */
  takePrompt(): string {
    const prompt = plain(this.#rest);
    this.#rest = '';
    return prompt;
  }
}

/** A line without control characters and sequences. Use it sparingly: it is slow, and a flood has many lines. */
export const plain = (line: string): string =>
  line
    .slice(-LINE_MAX)
    .replace(SEQUENCE, '')
    .replace(/\p{Cc}/gu, '');
