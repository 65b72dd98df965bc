/**
 * The bridge of a process, and earlier ones whose sessions continue after a reload of the options.
 */
import type { Bridge } from '../bridge.js';
import type { Command, Run } from './arguments.js';

/** Bridges that took over from each other. */
export class Bridges<T extends Bridge = Bridge> {
  readonly #bridges = new Set<T>();
  /** Bytes carried by the bridges that have ended. */
  readonly #carried = { up: 0, down: 0 };
  #latest: T;

  constructor(first: T) {
    this.#latest = first;
    this.#add(first);
  }

  /** The one that takes new connections. */
  get latest(): T {
    return this.#latest;
  }

  get isEmpty(): boolean {
    return this.#bridges.size === 0;
  }

  /** Bytes carried by all of them so far. */
  get carried(): Bridge['carried'] {
    const sum = { ...this.#carried };
    for (const { carried } of this.#bridges) {
      sum.up += carried.up;
      sum.down += carried.down;
    }
    return sum;
  }

  /**
   * Rereads the options and lets a bridge with them take over. Resolves with what was read, once that bridge takes
   * connections. Rejects when the options can't be read or used: the previous bridge then continues.
   */
  async renew(read: () => Promise<Command>, make: (command: Run) => T): Promise<Command> {
    const command = await read();
    if (command.action !== 'run') return command;
    try {
      const next = make(command);
      void next.closed.then(command.close).catch(() => {});
      this.#latest.handOver(next);
      this.#latest = next;
      this.#add(next);
    } catch (error) {
      await command.close().catch(() => {});
      throw error;
    }
    return command;
  }

  close(options?: Parameters<Bridge['close']>[0]): void {
    for (const bridge of this.#bridges) void bridge.close(options);
  }

  /** Resolves when all have ended. */
  async ended(): Promise<void> {
    while (!this.isEmpty) await Promise.race([...this.#bridges].map((each) => each.closed));
  }

  #add(bridge: T): void {
    this.#bridges.add(bridge);
    void this.#follow(bridge);
  }

  async #follow(bridge: T): Promise<void> {
    await bridge.closed;
    this.#bridges.delete(bridge);
    this.#carried.up += bridge.carried.up;
    this.#carried.down += bridge.carried.down;
  }
}
