/**
 * Numbers the sessions of all workers in one sequence, since each worker counts its own from 1.
 */
import type { BridgeEvent } from '../../log/events.js';

/** Knows which sessions there are, and at which worker. */
export class Roll {
  /** The number of each client that is still being served, by worker and by the worker's own number for it. */
  readonly #numbers = new Map<number, Map<number, number>>();
  /** When the sessions began, by number. */
  readonly #opened = new Map<number, number>();
  #last = 0;

  /** Returns a worker's event with the number from the common sequence. */
  enter(worker: number, event: BridgeEvent): BridgeEvent {
    if (!('id' in event) || event.id === 0) return event;
    const numbers = this.#numbers.get(worker) ?? new Map<number, number>();
    this.#numbers.set(worker, numbers);
    let id = numbers.get(event.id);
    if (id === undefined) {
      this.#last += 1;
      id = this.#last;
      numbers.set(event.id, id);
    }
    if (event.event === 'opened') this.#opened.set(id, performance.now());
    if (['refused', 'left', 'closed'].includes(event.event)) {
      numbers.delete(event.id);
      this.#opened.delete(id);
    }
    return { ...event, id };
  }

  /** Forgets a worker. Returns a `closed` event for each session that ends with it. */
  strike(worker: number): BridgeEvent[] {
    const ids = [...(this.#numbers.get(worker)?.values() ?? [])];
    this.#numbers.delete(worker);
    return ids.flatMap((id) => {
      const opened = this.#opened.get(id);
      this.#opened.delete(id);
      if (opened === undefined) return [];
      return {
        time: new Date().toISOString(),
        event: 'closed',
        id,
        code: 1006,
        why: 'its worker ended',
        // Lost with the worker.
        bytesUp: 0,
        bytesDown: 0,
        stalledUp: 0,
        stalledDown: 0,
        duration: Math.round(performance.now() - opened),
      } as const;
    });
  }
}
