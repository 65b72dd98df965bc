/** Puts a server's text together to lines, for triggers, and takes out what only moves or colors. */

/** The sequences of ECMA-48: CSI, strings, and what is left of ESC. */
const SEQUENCE =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])/g;

/** A longer line is cut, in characters. */
const LINE_MAX = 4096;

export class Lines {
  #rest = '';

  /** @returns the lines that end in `text`, as they came: see {@link plain} */
  feed(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!.slice(-LINE_MAX);
    return lines;
  }

  /** What has come since the last line: a prompt, if the server says so. */
  takePrompt(): string {
    const prompt = plain(this.#rest);
    this.#rest = '';
    return prompt;
  }
}

/** A line as one reads it. It takes its time: a flood has many lines. */
export const plain = (line: string): string =>
  line
    .slice(-LINE_MAX)
    .replace(SEQUENCE, '')
    .replace(/\p{Cc}/gu, '');
