/**
 * The latest commands, and the comparison of their results with the expected ones.
 */

/** How many commands an error message lists. */
const TOLD = 12;

export class Journal {
  readonly #last: [command: string, n: number][] = [];
  #count = 0;

  /** The number of commands so far. */
  get count(): number {
    return this.#count;
  }

  /** The last commands, the newest at the end. */
  get last(): string {
    const from = Math.max(0, this.#count - TOLD);
    const order = Array.from({ length: this.#count - from }, (_, i) => (from + i) % TOLD);
    return order.map((at) => `${this.#last[at][0]}(${this.#last[at][1]})`).join(', ');
  }

  /** Records a command before it runs. */
  note(command: string, n: number): void {
    this.#last[this.#count++ % TOLD] = [command, n];
  }

  /** @throws Error if the two differ; bytes are compared by content, anything else by Object.is */
  compare(what: string, actual: unknown, expected: unknown): void {
    if (Object.is(actual, expected)) return;
    if (actual instanceof Uint8Array && expected instanceof Uint8Array) {
      if (Buffer.compare(actual, expected) !== 0) {
        throw new Error(`${what} differ ${firstDifference(actual, expected)}`);
      }
      return;
    }
    throw new Error(`${what}: ${shown(actual)} instead of ${shown(expected)}`);
  }
}

function firstDifference(actual: Uint8Array, expected: Uint8Array): string {
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  const [got, want] = [actual, expected].map((bytes) => `${bytes[at]} of ${bytes.length} bytes`);
  return `at ${at}: ${got} instead of ${want}`;
}

const shown = (value: unknown): string => String(value).slice(0, 100);
