/**
 * Random messages and random reads of every kind.
 */
import type { Journal } from './journal.js';
import { Lockstep } from './lockstep.js';
import { anyBytes, anyMessage, isShared, overwrite } from './material.js';
import { weighted, type Random } from './random.js';
import type { Read, Reader } from './readers.js';
import { anyLength, anySize, anyStepBack, LARGEST } from './sizes.js';
import { Tape } from './tape.js';

/** How many parsers may run inside each other. */
const DEEPEST = 3;

/** The most messages that the largest frame may arrive in. */
const MESSAGES = 10_000;

const WRONG_LENGTHS = [-1, 1.5, NaN];

export class ReceiveFuzz {
  readonly #random: Random;
  readonly #reader: Reader;
  readonly #sizedReads: readonly Read[];
  readonly #tape: Tape;
  readonly #lockstep: Lockstep;

  /** The largest frame that arrives; `#announced` is the size that a malicious peer announces. */
  #largest: number;
  readonly #announced: number;
  /** Whether only message handlers read. */
  readonly #isHandled: boolean;
  /** Whether messages arrive faster than they are read. */
  #isFilling = false;
  #depth = 0;

  readonly #commands = weighted([
    [100, () => this.#read()],
    [8, () => this.#try()],
    [6, () => this.#lockstep.stepBack(anyStepBack(this.#random, this.#tape))],
    [4, () => this.#lockstep.lacks(anyLength(this.#random, this.#tape.unread))],
    [2, () => this.#search()],
    [2, () => this.#misuse()],
  ]);

  constructor(random: Random, journal: Journal, reader: Reader) {
    this.#random = random;
    this.#reader = reader;
    this.#sizedReads = reader.reads.filter(({ size }) => size === undefined);
    // Mostly frames that are complete soon; now and then one larger than a queue makes room for.
    const isLarge = random.oneIn(40);
    this.#largest = isLarge ? 18 * LARGEST : LARGEST;
    this.#announced = isLarge ? 2 ** 40 : LARGEST;
    this.#isHandled = random.oneIn(3);
    // More than a queue may keep: the frame being read, a message, and 64 KiB.
    this.#tape = new Tape(2 * (this.#largest + LARGEST));
    this.#lockstep = new Lockstep(random, journal, reader, this.#tape);
    // Otherwise a stream would hardly ever begin with a large message.
    if (random.oneIn(4)) this.#deliver(random.between(1, LARGEST));
  }

  step(): void {
    const random = this.#random;
    const isOutside = this.#depth === 0;
    if (random.oneIn(this.#isFilling ? 300 : 1000)) this.#isFilling = !this.#isFilling;
    if (isOutside && random.oneIn(2500)) this.#frame();
    else if (isOutside && this.#isHandled) this.#deliver(anySize(random), this.#parser(12));
    else if (!random.oneIn(this.#isFilling ? 2 : 5)) random.pick(this.#commands)();
    else this.#deliver(anySize(random), random.oneIn(2) ? this.#parser(6) : undefined);
  }

  finish(): void {
    this.#lockstep.finish();
  }

  #deliver(size: number, run?: () => void): void {
    const bytes = anyBytes(this.#random, size);
    const message = anyMessage(this.#random, bytes);
    const handler = run && { run, throws: this.#random.oneIn(8) };
    this.#lockstep.deliver(bytes, message, handler);
    if (isShared(message)) overwrite(message);
  }

  /** Makes what a message handler does, or a parser in `tryRead()`: a few random steps. */
  #parser(most: number): () => void {
    return () => {
      if (this.#depth === DEEPEST) return;
      this.#depth++;
      for (let steps = this.#random.below(most); steps > 0; steps--) this.step();
      this.#depth--;
    };
  }

  #read(): void {
    const read = this.#random.pick(this.#reader.reads);
    this.#lockstep.read(read, read.size ?? anyLength(this.#random, this.#tape.unread));
  }

  #readSized(n: number): void {
    this.#lockstep.read(this.#random.pick(this.#sizedReads), n);
  }

  #try(): void {
    const outcome = this.#random.pick(['done', 'short', 'thrown'] as const);
    this.#lockstep.tryRead(outcome, this.#parser(6), this.#random.pick(this.#sizedReads));
  }

  /** Searches, mostly for bytes that are in the queue. */
  #search(): void {
    const random = this.#random;
    const unread = this.#tape.next(this.#tape.unread);
    const at = random.below(unread.length);
    const size = random.between(1, random.oneIn(16) ? 5000 : 6);
    const found = unread.subarray(at, at + size);
    const pattern = found.length > 0 && !random.oneIn(4) ? found : anyBytes(random, size);
    this.#lockstep.indexOf(pattern, random.oneIn(2) ? 0 : random.below(unread.length + 3));
  }

  #misuse(): void {
    const [read, n] = [this.#random.pick(this.#sizedReads), this.#random.pick(WRONG_LENGTHS)];
    this.#lockstep.misuse(this.#random.pick([() => read.run(n), ...this.#reader.misuses]));
  }

  /** Delivers large frames in succession; each message checks whether the frame is complete. Some never become complete. */
  #frame(): void {
    const [random, tape, lockstep] = [this.#random, this.#tape, this.#lockstep];
    const comes = !random.oneIn(3);
    const size = comes ? random.between(100_000, this.#largest) : this.#announced;
    let messages = comes ? Infinity : random.below(50);
    const handle = (): void => {
      const header = random.below(12);
      this.#readSized(header);
      if (lockstep.lacks(size)) return lockstep.stepBack(Math.min(header, tape.mustStepBack));
      messages = 0;
      for (let parts = random.below(4); parts > 0; parts--) {
        this.#readSized(Math.floor(tape.unread / parts));
      }
    };
    const most = random.pick([1448, 4096, 65_536, 200_000]);
    const fewest = Math.floor(this.#largest / MESSAGES);
    while (messages-- > 0) {
      // The queue gathers some messages and adopts others.
      this.#deliver(random.between(fewest, random.oneIn(2) ? most + fewest : 4096), handle);
    }
    // Too many bytes or too many large frames would use up all the time.
    while (tape.unread > LARGEST) this.#readSized(LARGEST);
    if (random.oneIn(2)) this.#largest = LARGEST;
    lockstep.stepBack(tape.mustStepBack);
    if (random.oneIn(2)) this.#frame();
  }
}
