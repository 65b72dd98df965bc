/**
 * Gives each connection to the worker that has the fewest; connections wait while no worker is free.
 */
import type { Socket } from 'node:net';
import type { Hand } from './hand.js';

/** Connections that wait at once; more are dropped. */
const MAX_WAITING = 1_024;

/** Divides connections among workers. */
export class Balancer {
  readonly #hands: ReadonlyMap<number, Hand>;
  /** Connections, and the names of their rules. */
  readonly #waiting: [socket: Socket, rules: string | undefined][] = [];
  #isClosed = false;

  /** `hands` are the workers there are. */
  constructor(hands: ReadonlyMap<number, Hand>) {
    this.#hands = hands;
  }

  /** Gives away a connection, which has not been read, to be served by the rules of that name. */
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

  /** Gives away those that wait, as far as workers are free. */
  giveWaiting(): void {
    for (const [socket, rules] of this.#waiting.splice(0)) this.give(socket, rules);
  }

  /** Drops those that wait, and lets none wait any more. */
  close(): void {
    this.#isClosed = true;
    for (const [socket] of this.#waiting.splice(0)) socket.destroy();
  }
}
