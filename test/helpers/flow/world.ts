/** Simulated time: events happen in the order of their times, and nobody waits. */
import { Random } from '../../fuzz/random.js';

interface Event {
  readonly at: number;
  readonly number: number;
  readonly act: () => void;
}

export class World {
  now = 0;
  readonly random: Random;
  /** A heap, with the earliest event first. */
  readonly #events: Event[] = [];
  #count = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** Schedules an action after a delay in ms. Actions that are due at the same time run in the order of these calls. */
  after(delay: number, act: () => void): void {
    const events = this.#events;
    const event = { at: this.now + Math.max(0, delay), number: this.#count++, act };
    let index = events.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, events[parent])) break;
      events[index] = events[parent];
      index = parent;
    }
    events[index] = event;
  }

  /** Runs the next event; returns false if there is none. */
  step(): boolean {
    const events = this.#events;
    const first = events[0];
    if (!first) return false;
    const last = events.pop()!;
    if (events.length > 0) this.#sink(last);
    this.now = first.at;
    first.act();
    return true;
  }

  #sink(event: Event): void {
    const events = this.#events;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && isBefore(events[child + 1], events[child])) child++;
      if (!isBefore(events[child], event)) break;
      events[index] = events[child];
      index = child;
    }
    events[index] = event;
  }

  /** Runs events until none are left, or `isOver()`. @throws Error after too many of them */
  run(isOver: () => boolean = () => false, steps = 200_000): void {
    for (let count = 0; !isOver() && this.step(); count++) {
      if (count === steps) throw new Error(`No end after ${steps} steps, at ${this.now} ms`);
    }
  }
}

const isBefore = (a: Event, b: Event): boolean =>
  a.at < b.at || (a.at === b.at && a.number < b.number);
