/**
 * A receive queue as its readers see it: everything except what puts bytes in.
 */
import { ReceiveQueue } from './receive-queue.js';

/** All reads of a {@link ReceiveQueue}. Only the socket puts bytes in. */
export type QueueView = Omit<ReceiveQueue, (typeof HIDDEN)[number]>;

const HIDDEN = ['push', 'unshift', 'hold'] as const;

class View {
  readonly #reads: () => Record<string, unknown>;

  constructor(reads: () => ReceiveQueue) {
    this.#reads = reads as never;
  }

  static readsOf(view: View): Record<string, unknown> {
    return view.#reads();
  }
}

const members = Object.getOwnPropertyDescriptors(ReceiveQueue.prototype);
for (const [name, { get }] of Object.entries(members)) {
  if (name === 'constructor' || HIDDEN.includes(name as never)) continue;
  const read = function (this: View, ...args: unknown[]): unknown {
    const reads = View.readsOf(this);
    return get ? reads[name] : (reads[name] as typeof read).apply(reads as never, args);
  };
  Object.defineProperty(View.prototype, name, get ? { get: read } : { value: read });
}

/** @param reads returns the queue to read from at the moment, or a stand-in that throws */
export const viewOf = (reads: () => ReceiveQueue): QueueView => new View(reads) as never;
