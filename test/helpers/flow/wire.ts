/**
 * A WebSocket between two state machines in a {@link World}: messages arrive in order but late, and the WebSocket can be lost
 * in every way that networks lose one.
 */
import type { FlowInput, FlowLink } from '../../../src/flow/index.js';
import type { World } from './world.js';

/** How a WebSocket is lost. */
export type Cut =
  /** Both sides learn of it; messages on their way are lost. */
  | 'reset'
  /** A proxy closes both sides with a code that may look like an end; what it has not passed on is lost. */
  | 'closed'
  /** Nothing passes any more; both sides learn of it late. */
  | 'hole'
  /** Nothing passes any more; one side learns of it late, the other soon. */
  | 'half';

export const CUTS: readonly Cut[] = ['reset', 'closed', 'hole', 'half'];

/** One side of the WebSocket. */
class Side implements FlowLink {
  readonly #world: World;
  readonly #isNarrow: boolean;
  input: FlowInput | undefined;
  other!: Side;
  isReady = true;
  /** Closed or lost: what arrives is ignored. */
  isClosed = false;
  /** What it sends is lost. */
  isCut = false;
  #lastAt = 0;
  readonly sent: (string | number)[] = [];
  readonly closes: number[] = [];
  /** Called when it sends or closes, before that is on its way. */
  onPass: (() => void) | undefined;
  /** Called when a message has arrived at this side. */
  onMessage: (() => void) | undefined;

  constructor(world: World, isNarrow: boolean) {
    this.#world = world;
    this.#isNarrow = isNarrow;
  }

  /** Is full for a while. */
  #fill(): void {
    this.isReady = false;
    this.#world.after(this.#world.random.below(300), () => {
      this.isReady = true;
      this.input?.drained();
    });
  }

  send(message: string | Uint8Array): void {
    if (this.isClosed) throw new Error('sent after close()');
    // Control messages are few and short, so even a full WebSocket takes them.
    const isBytes = typeof message !== 'string';
    if (!this.isReady && isBytes) throw new Error('sent bytes to a full WebSocket');
    if (this.#isNarrow && this.#world.random.oneIn(4)) this.#fill();
    this.sent.push(typeof message === 'string' ? message : message.length);
    this.#pass(() => {
      if (this.other.isClosed) return;
      this.other.input?.message(message);
      this.other.onMessage?.();
    });
  }

  close(code: number): void {
    if (this.isClosed) return;
    this.closes.push(code);
    this.isClosed = true;
    this.#pass(() => this.other.tellClosed(code));
  }

  /** This side learns that the WebSocket is gone. */
  tellClosed(code: number): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.input?.closed(code);
  }

  /** Delivers something to the other side later, unless it is lost on the way. */
  #pass(arrive: () => void): void {
    this.onPass?.();
    if (this.isCut) return;
    const { random, now } = this.#world;
    this.#lastAt = Math.max(this.#lastAt, now + random.below(50) + (random.oneIn(20) ? 500 : 0));
    this.#world.after(this.#lastAt - now, () => {
      if (!this.isCut) arrive();
    });
  }
}

export class Wire {
  readonly #world: World;
  readonly client: Side;
  readonly server: Side;

  constructor(world: World) {
    this.#world = world;
    // Only a server's socket tells when it is full.
    this.client = new Side(world, false);
    this.server = new Side(world, world.random.oneIn(2));
    this.client.other = this.server;
    this.server.other = this.client;
  }

  /** @param isSharp whether nothing passes from now on; otherwise each direction breaks a little later */
  cut(how: Cut, isSharp = false): void {
    const { client, server } = this;
    const { random } = this.#world;
    const code = how === 'closed' ? random.pick([1000, 1001, 1005, 1006, 1011, 1012]) : 1006;
    const late = how === 'hole' || how === 'half';
    // Unless the cut is sharp, the directions break at different times.
    for (const side of [client, server]) {
      if (isSharp) side.isCut = true;
      else this.#world.after(random.below(60), () => (side.isCut = true));
    }
    const hearsLate = how === 'half' ? random.pick([client, server]) : undefined;
    for (const side of [client, server]) {
      const isLate = late && (!hearsLate || hearsLate === side);
      const delay = isLate ? 30_000 + random.below(60_000) : random.below(200);
      this.#world.after(delay, () => side.tellClosed(code));
    }
  }
}
