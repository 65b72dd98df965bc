/**
 * The oracle for both queues: all bytes in one array, with a position. Offsets count from the start of the stream.
 */

/** How many read bytes a receive queue keeps, according to its documentation. */
const KEPT = 64 * 1024;

export class Tape {
  #bytes = new Uint8Array(1024 * 1024);
  /** The offsets of the array's first byte and of the end of the appended bytes. */
  #start = 0;
  #end = 0;
  #position = 0;
  /** The offset from which on everything must have been kept. */
  #kept = 0;
  #holds = 0;
  /** Messages larger than `KEPT`, not yet read to the end: while one is being read, it is kept from its start. */
  #large: { start: number; end: number }[] = [];

  readonly #keeps: number;

  /** @param keeps the least number of read bytes that the tape keeps: more than a queue may keep */
  constructor(keeps: number) {
    this.#keeps = keeps;
  }

  get unread(): number {
    return this.#end - this.#position;
  }

  get position(): number {
    return this.#position;
  }

  /** How many bytes a queue must be able to step back by. */
  get mustStepBack(): number {
    return Math.max(0, this.#position - this.#kept);
  }

  /** The most bytes that a queue may step back by: more would lie before the stream, or need unbounded memory. */
  get mayStepBack(): number {
    return this.#position - this.#start;
  }

  /** The next n bytes, or all there are; their contents are guaranteed until the next append. */
  next(n: number): Uint8Array<ArrayBuffer> {
    const at = this.#position - this.#start;
    return this.#bytes.subarray(at, at + Math.min(n, this.unread));
  }

  append(bytes: Uint8Array): void {
    const { length } = bytes;
    if (this.#end - this.#start + length > this.#bytes.length) this.#makeRoom(length);
    this.#bytes.set(bytes, this.#end - this.#start);
    if (length > KEPT) this.#large.push({ start: this.#end, end: this.#end + length });
    this.#end += length;
  }

  /** Removes the n bytes appended last. */
  retract(n: number): void {
    this.#end -= n;
  }

  /** Reads n bytes, or unreads them if n is negative. */
  move(n: number): void {
    this.#position += n;
    this.#letGo();
  }

  /** Keeps everything from now until the matching `release()`. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    this.#letGo();
  }

  #letGo(): void {
    if (this.#holds > 0) return;
    const position = this.#position;
    while (this.#large.length > 0 && this.#large[0].end <= position) this.#large.shift();
    const start = this.#large[0]?.start ?? Infinity;
    const kept = Math.min(position - KEPT, start < position ? start : Infinity);
    this.#kept = Math.max(this.#kept, kept);
  }

  #makeRoom(length: number): void {
    const from =
      this.#holds > 0 ? this.#start : Math.max(this.#start, this.#position - this.#keeps);
    const used = this.#bytes.subarray(from - this.#start, this.#end - this.#start);
    const needed = 2 * (used.length + length);
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length));
    bytes.set(used);
    this.#bytes = bytes;
    this.#start = from;
  }
}
