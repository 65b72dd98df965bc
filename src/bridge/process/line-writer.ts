/**
 * Writes lines to a file descriptor without holding up whoever has them. A disk that is full, a reader that has gone or one that is
 * slow costs lines, nothing else.
 */
import { SonicBoom } from 'sonic-boom';

/** Text that may wait, in bytes. */
const MAX_WAITING = 1024 * 1024;
/** How often a reader that is slow is tried again at the end, each time after a tenth of a second. */
const LAST_TRIES = 20;

/** Lines on their way to a file descriptor. */
export class LineWriter {
  readonly #describeLoss: (lines: number) => string;
  #out: SonicBoom;
  #lost = 0;
  #hasEnded = false;
  #triesLeft = Infinity;

  /** `describeLoss` makes the line that tells how many are missing before it. */
  constructor(fd: number, describeLoss: (lines: number) => string) {
    this.#describeLoss = describeLoss;
    this.#out = this.#open(fd);
    // What is left when the process ends, however it does.
    process.on('exit', this.#flush);
  }

  /** Takes a line, or several. */
  write(text: string): void {
    if (!this.#hasEnded) this.#out.write(text);
  }

  /** Goes on with another file descriptor, and closes this one. */
  replace(fd: number): void {
    const old = this.#out;
    this.#out = this.#open(fd);
    old.on('error', () => old.destroy()).end();
  }

  /** Writes what waits, and closes the file descriptor unless it is standard error. Nothing is written any more. */
  end(): void {
    this.#hasEnded = true;
    this.#triesLeft = LAST_TRIES;
    this.#out.on('close', () => process.off('exit', this.#flush)).end();
  }

  #open(fd: number): SonicBoom {
    const retryEAGAIN = () => (this.#triesLeft -= 1) > 0;
    const out = new SonicBoom({ fd, maxLength: MAX_WAITING, retryEAGAIN });
    return (
      out
        // What could not be written waits, and is tried again with the next line.
        .on('error', () => {})
        .on('drop', () => {
          this.#lost += 1;
          // By itself it would never try again: what is dropped is not written.
          out.flush();
        })
        .on('drain', () => this.#tellLoss())
    );
  }

  #tellLoss(): void {
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#out.write(this.#describeLoss(lost));
  }

  readonly #flush = (): void => {
    this.#triesLeft = 0;
    try {
      this.#out.flushSync();
    } catch {
      // They are lost, and no one can be told.
    }
  };
}
