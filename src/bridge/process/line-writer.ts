/**
 * Writes lines to a file descriptor without blocking the caller. A disk that is full, or a reader that is slow or gone, costs
 * lines and nothing else.
 */
import { SonicBoom } from 'sonic-boom';

/** How much text may wait, in bytes. */
const MAX_WAITING = 1024 * 1024;
/** How often to try a slow reader again at the end, each time after a tenth of a second. */
const LAST_TRIES = 20;

/** Writes lines to a file descriptor. */
export class LineWriter {
  readonly #describeLoss: (lines: number) => string;
  #out: SonicBoom;
  #lost = 0;
  #hasEnded = false;
  #triesLeft = Infinity;

  /** `describeLoss` makes the line that tells how many lines are missing before it. */
  constructor(fd: number, describeLoss: (lines: number) => string) {
    this.#describeLoss = describeLoss;
    this.#out = this.#open(fd);
    // Writes what is left, however the process exits.
    process.on('exit', this.#flush);
  }

  /** Writes a line, or several. */
  write(text: string): void {
    if (!this.#hasEnded) this.#out.write(text);
  }

  /** Continues with another file descriptor, and closes the present one. */
  replace(fd: number): void {
    const old = this.#out;
    this.#out = this.#open(fd);
    old.on('error', () => old.destroy()).end();
  }

  /** Writes what is waiting, and closes the file descriptor unless it is standard error. Later lines are ignored. */
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
        // Text that could not be written waits, and is tried again with the next line.
        .on('error', () => {})
        .on('drop', () => {
          this.#lost += 1;
          // A dropped line does not trigger a write, so without this there would be no further try.
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
      // The lines are lost, and nobody can be told.
    }
  };
}
