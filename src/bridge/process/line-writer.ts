/**
 * Writes lines to a file descriptor without holding up whoever has them: one write at a time, in the background, and what
 * comes meanwhile is the next. A disk that is full, a reader that has gone or one that is slow costs lines, nothing else.
 */
import { close, write, writeSync } from 'node:fs';

/** Text that may wait, in characters. */
const MAX_WAITING = 1024 * 1024;
/** How long to wait for a reader that is slow, in ms. */
const RETRY = 20;

/** Lines on their way to a file descriptor. */
export class LineWriter {
  readonly #describeLoss: (lines: number) => string;
  #fd: number;
  #waiting: string[] = [];
  #length = 0;
  #lost = 0;
  #isWriting = false;
  /** What is done between two writes. */
  #then: (() => void)[] = [];

  /** `describeLoss` makes the line that tells how many are missing before it. */
  constructor(fd: number, describeLoss: (lines: number) => string) {
    this.#fd = fd;
    this.#describeLoss = describeLoss;
    // What is left when the process ends, however it does.
    process.on('exit', this.#flush);
  }

  /** Takes a line, or several. */
  write(text: string): void {
    if (this.#length + text.length > MAX_WAITING) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(text);
    this.#length += text.length;
    this.#next();
  }

  /** Goes on with another file descriptor, and closes this one. */
  replace(fd: number): void {
    this.#then.push(() => {
      close(this.#fd);
      this.#fd = fd;
    });
    this.#next();
  }

  /** Writes what waits; then `done` is called with the file descriptor, and nothing is written any more. */
  end(done: (fd: number) => void): void {
    if (!this.#isWriting) this.#flush();
    this.#then.push(() => {
      process.off('exit', this.#flush);
      this.#flush();
      done(this.#fd);
    });
    this.#next();
  }

  #next(): void {
    if (this.#isWriting) return;
    for (const act of this.#then.splice(0)) act();
    if (this.#length === 0) return;
    this.#isWriting = true;
    this.#write(this.#take());
  }

  #write(bytes: Buffer): void {
    write(this.#fd, bytes, (error, written) => {
      const isSlow = error?.code === 'EAGAIN';
      const rest = isSlow ? bytes : bytes.subarray(written);
      if (isSlow) setTimeout(() => this.#write(rest), RETRY);
      else if (!error && rest.length > 0) this.#write(rest);
      else {
        if (error) this.#lost += String(rest).split('\n').length - 1;
        this.#isWriting = false;
        this.#next();
      }
    });
  }

  #take(): Buffer {
    const lost = this.#lost > 0 ? this.#describeLoss(this.#lost) : '';
    this.#lost = 0;
    const bytes = Buffer.from(lost + this.#waiting.join(''));
    this.#waiting = [];
    this.#length = 0;
    return bytes;
  }

  readonly #flush = (): void => {
    if (this.#length === 0) return;
    try {
      writeSync(this.#fd, this.#take());
    } catch {
      // They are lost, and no one can be told.
    }
  };
}
