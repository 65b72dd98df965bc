/** What the terminal has shown, and when: saved as an asciicast (version 2), which asciinema and other players can play. */

/** The most characters kept; beyond that, the oldest are dropped. */
const LENGTH_MAX = 16 * 1024 * 1024;

/** Output or a new size, with its time in ms. */
type Entry = readonly [time: number, code: 'o' | 'r', data: string];

export class Recording {
  #entries: Entry[] = [];
  #length = 0;
  /** The size at the start of what is kept. */
  #size: string;
  /** Whether the start is missing. */
  isCut = false;

  /** @param size as `80x24` */
  constructor(size: string) {
    this.#size = size;
  }

  add(text: string): void {
    this.#push('o', text);
  }

  resize(size: string): void {
    this.#push('r', size);
  }

  clear(): void {
    for (const [, code, data] of this.#entries) if (code === 'r') this.#size = data;
    this.#entries = [];
    this.#length = 0;
    this.isCut = false;
  }

  /** The file: a header, and a line for each entry with its time in seconds. */
  toString(): string {
    const [width, height] = this.#size.split('x').map(Number);
    const start = this.#entries[0]?.[0] ?? 0;
    const timestamp = Math.floor((performance.timeOrigin + start) / 1000);
    const header = { version: 2, width, height, timestamp, env: { TERM: 'xterm-256color' } };
    const entries = this.#entries.map(([time, code, data]) => [
      Math.round(time - start) / 1000,
      code,
      data,
    ]);
    return [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
  }

  #push(code: Entry[1], data: string): void {
    this.#entries.push([performance.now(), code, data]);
    this.#length += data.length;
    while (this.#length > LENGTH_MAX) {
      const [, gone, text] = this.#entries.shift()!;
      if (gone === 'r') this.#size = text;
      this.#length -= text.length;
      this.isCut = true;
    }
  }
}
