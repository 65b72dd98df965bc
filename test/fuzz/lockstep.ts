/**
 * Runs a reader and a tape in lockstep and compares them at every step.
 */
import { ReceiveUnderflowError } from '../../src/index.js';
import { Given } from './given.js';
import type { Journal } from './journal.js';
import type { Random } from './random.js';
import type { Read, Reader } from './readers.js';
import type { Tape } from './tape.js';

/** The error that a parser or a handler itself throws. */
const OWN_ERROR = new Error('thrown by the parser');

export class Lockstep {
  readonly #journal: Journal;
  readonly #reader: Reader;
  readonly #tape: Tape;
  readonly #given: Given;

  constructor(random: Random, journal: Journal, reader: Reader, tape: Tape) {
    this.#journal = journal;
    this.#reader = reader;
    this.#tape = tape;
    this.#given = new Given(random, journal);
  }

  /** @param handler what to do with the message, and whether to throw after that; not called for an empty message */
  deliver(
    bytes: Uint8Array,
    message: ArrayBuffer | ArrayBufferView,
    handler?: { run(): void; throws: boolean },
  ): void {
    this.#journal.note('deliver', bytes.length);
    this.#given.checkViews();
    this.#tape.append(bytes);
    const called = bytes.length > 0 ? handler : undefined;
    const handle = (): void => {
      called?.run();
      if (called?.throws) throw OWN_ERROR;
    };
    const error = this.#hold(() => this.#reader.deliver(message, called && handle));
    this.#compare("the handler's error", error, called?.throws ? OWN_ERROR : undefined);
  }

  read(read: Read, n: number): void {
    const tape = this.#tape;
    this.#journal.note(read.name, n);
    if (n > tape.unread) return this.#readTooMuch(read, n);
    const expected = tape.next(n);
    const actual = read.run(n);
    if (!read.peeks) tape.move(n);
    this.#compare(read.name, actual, read.of(expected));
    if (read.gives) this.#given.add(read.gives, actual as Uint8Array, expected);
  }

  #readTooMuch(read: Read, n: number): void {
    const error = caught(() => read.run(n));
    if (!(error instanceof ReceiveUnderflowError)) throw unlike(error, 'an underflow');
    this.#compare('bytes needed', error.needed, n);
    this.#compare('bytes available', error.available, this.#tape.unread);
  }

  /** Runs a parser in `tryRead()` that finishes, ends with a read that runs short, or throws. */
  tryRead(outcome: 'done' | 'short' | 'thrown', parse: () => void, tooMuch: Read): void {
    const tape = this.#tape;
    const { position } = tape;
    this.#journal.note(`tryRead ${outcome}`, position);
    let result: string | undefined;
    const error = this.#hold(() => {
      try {
        result = this.#reader.tryRead(() => {
          parse();
          if (outcome === 'short') tooMuch.run(tape.unread + 1);
          if (outcome === 'thrown') throw OWN_ERROR;
          return outcome;
        });
      } finally {
        if (outcome !== 'done') tape.move(position - tape.position);
      }
    });
    this.#compare("tryRead's result", result, outcome === 'done' ? outcome : undefined);
    this.#compare("tryRead's error", error, outcome === 'thrown' ? OWN_ERROR : undefined);
  }

  stepBack(n: number): void {
    const tape = this.#tape;
    this.#journal.note('step back', n);
    const error = caught(() => this.#reader.stepBack(n));
    if (error === undefined) {
      if (n > tape.mayStepBack)
        throw unlike(error, `a RangeError: ${tape.mayStepBack} is the most`);
      tape.move(-n);
    } else if (n <= tape.mustStepBack || !isMisuse(error)) {
      throw unlike(error, 'a step back');
    }
    this.#compare('step back', undefined, undefined);
  }

  /** Whether fewer than n bytes are available. */
  lacks(n: number): boolean {
    this.#journal.note('lacks', n);
    const lacks = this.#reader.lacks(n);
    this.#compare('lacks', lacks, this.#tape.unread < n);
    return lacks;
  }

  indexOf(pattern: Uint8Array, from: number): void {
    if (!this.#reader.indexOf) return;
    this.#journal.note('indexOf', from);
    const { buffer, byteOffset, length } = this.#tape.next(this.#tape.unread);
    const expected = Buffer.from(buffer, byteOffset, length).indexOf(pattern, from);
    const actual = this.#reader.indexOf(pattern.length === 1 ? pattern[0] : pattern, from);
    this.#compare('indexOf', actual, expected);
  }

  /** Makes an invalid call, which must throw a RangeError. */
  misuse(call: () => unknown): void {
    this.#journal.note('misuse', 0);
    const error = caught(call);
    if (!isMisuse(error)) throw unlike(error, `a RangeError of ${String(call)}`);
    this.#compare('misuse', undefined, undefined);
  }

  finish(): void {
    this.#given.checkViews();
    this.#given.checkCopies();
  }

  /** Runs a function during which all read bytes are kept; returns the parser's own error, if thrown. */
  #hold(run: () => void): unknown {
    this.#tape.hold();
    try {
      run();
      return undefined;
    } catch (error) {
      if (error === OWN_ERROR) return error;
      throw error;
    } finally {
      this.#tape.release();
    }
  }

  /** Compares a result; the length must be right too. */
  #compare(what: string, actual: unknown, expected: unknown): void {
    this.#journal.compare(what, actual, expected);
    this.#journal.compare(`length after ${what}`, this.#reader.length, this.#tape.unread);
  }
}

function caught(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Whether the error says that an argument was wrong, not that bytes are missing. */
const isMisuse = (error: unknown): boolean =>
  error instanceof RangeError && !(error instanceof ReceiveUnderflowError);

const unlike = (error: unknown, expected: string): Error =>
  new Error(`${error === undefined ? 'no error' : String(error)} instead of ${expected}`, {
    cause: error,
  });
