/**
 * Gives each connection to the worker that has the fewest; connections wait while no worker is free.
 */
import type { Socket } from 'node:net';
import type { Hand } from './hand.js';

/** How many connections may wait; more are dropped. */
const MAX_WAITING = 1_024;

/** Divides connections among workers. */
export class Balancer {
  readonly #hands: ReadonlyMap<number, Hand>;
  /** The waiting connections, and the names of their rules. */
  readonly #waiting: [socket: Socket, rules: string | undefined][] = [];
  #isClosed = false;

  /** `hands` are the current workers, by number. */
  constructor(hands: ReadonlyMap<number, Hand>) {
    this.#hands = hands;
  }

  /** Gives a connection, from which nothing has been read, to a worker, to be served by the rules of that name. */
  give(socket: Socket, rules: string | undefined): void {
    const [first, ...others] = [...this.#hands.values()].filter(({ isFree }) => isFree);
    if (first)
      others
        .reduce((best, each) => (each.load < best.load ? each : best), first)
        .give(socket, rules);
    else if (this.#waiting.length < MAX_WAITING && !this.#isClosed)
      this.#waiting.push([socket, rules]);
    else socket.destroy();
  }

  /** Gives waiting connections to workers, as long as some are free. */
  giveWaiting(): void {
    for (const [socket, rules] of this.#waiting.splice(0)) this.give(socket, rules);
  }

  /** Drops the waiting connections, and lets no more wait. */
  close(): void {
    this.#isClosed = true;
    for (const [socket] of this.#waiting.splice(0)) socket.destroy();
  }
}
