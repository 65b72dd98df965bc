/**
 * The subjects to fuzz, and one run of a subject: a fixed number of commands from one seed.
 */
import { Journal } from './journal.js';
import { Random } from './random.js';
import { makeReceiveQueue, makeWebsock } from './readers.js';
import { ReceiveFuzz } from './receive.js';
import { SendFuzz } from './send.js';

interface Fuzz {
  /** Runs a command, or a few nested ones. */
  step(): void;
  /** Checks what only the end can show. */
  finish(): void;
}

const fuzzes: Record<string, (random: Random, journal: Journal) => Fuzz> = {
  ReceiveQueue: (random, journal) => new ReceiveFuzz(random, journal, makeReceiveQueue()),
  Websock: (random, journal) => new ReceiveFuzz(random, journal, makeWebsock()),
  SendQueue: (random, journal) => new SendFuzz(random, journal),
};

export const subjects = Object.keys(fuzzes);

/** The least number of commands in a run; the same everywhere, so that a seed alone reproduces a run. */
const COMMANDS = 20_000;

/** How many commands a queue lives for: a new queue behaves differently from one that has seen megabytes. */
const LIVES = [20, 200, 2000, 20_000];

/**
 * Runs one subject from one seed.
 * @returns how many commands ran
 * @throws Error with the seed and the last commands, at the first difference
 */
export function run(subject: string, seed: number): number {
  const journal = new Journal();
  const random = new Random(seed);
  try {
    while (journal.count < COMMANDS) {
      const fuzz = fuzzes[subject](random, journal);
      const end = journal.count + random.pick(LIVES);
      while (journal.count < end) fuzz.step();
      fuzz.finish();
    }
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${subject}, command ${journal.count}: ${what}\n` +
        `after ${journal.last}\nAgain: npm run fuzz -- --seed ${seed}`,
      { cause },
    );
  }
  return journal.count;
}
