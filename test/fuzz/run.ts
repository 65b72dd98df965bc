/**
 * What is fuzzed, and one run of it: so many commands from one seed.
 */
import { Journal } from './journal.js';
import { Random } from './random.js';
import { makeReceiveQueue, makeWebsock } from './readers.js';
import { ReceiveFuzz } from './receive.js';
import { SendFuzz } from './send.js';

interface Fuzz {
  /** Runs a command, or a few within each other. */
  step(): void;
  /** Checks what can be told only at the end. */
  finish(): void;
}

const fuzzes: Record<string, (random: Random, journal: Journal) => Fuzz> = {
  ReceiveQueue: (random, journal) => new ReceiveFuzz(random, journal, makeReceiveQueue()),
  Websock: (random, journal) => new ReceiveFuzz(random, journal, makeWebsock()),
  SendQueue: (random, journal) => new SendFuzz(random, journal),
};

export const subjects = Object.keys(fuzzes);

/** How many commands a run has, at least: the same everywhere, so that a seed says it all. */
const COMMANDS = 20_000;

/** How many commands a queue lives for: a young one is another matter than one that has seen megabytes. */
const LIVES = [20, 200, 2000, 20_000];

/**
 * Runs one subject from one seed.
 * @returns how many commands were run
 * @throws Error that tells the seed and the last commands, on the first difference
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
