/**
 * The client's end. It begins a session over a first WebSocket, and when one is lost asks for others until the
 * server answers; it can be frozen into plain data, and go on from that in another page.
 */
import { CLEAN, FlowEnd, LEFT, VIOLATION, type FlowSettings } from './end.js';
import type { IncomingState } from './incoming.js';
import type { FlowEnding, FlowHost, FlowInput, FlowLink } from './link.js';
import { formatMessage, isResume, randomName, type Message } from './message.js';
import type { OutgoingState } from './outgoing.js';
import { retryDelay } from './retry.js';

/** A try that has come to no answer after so many ms is given up. */
const TRY_MAX = 15_000;
/** A hint brings no try so soon (ms) after another. */
const HINT_INTERVAL = 2000;
/** How many names of earlier objects a resume carries at most, so that it is within a control message. */
const NAMES_MAX = 4;

/** How a client behaves. */
export interface FlowClientSettings extends FlowSettings {
  /**
   * The pause before a try in ms, or false to give the session up. `attempt`: 1 for the first since the loss;
   * `downtime`: ms since the loss. Default: 0 to 0.5 s, then 0.5 s doubling to 5 s, half of it random.
   */
  readonly retry?: ((attempt: number, downtime: number) => number | false) | undefined;
  /** The random name of this object. Default: 128 bits. */
  readonly name?: string | undefined;
}

/** The surroundings of a client. */
export interface FlowClientHost extends FlowHost {
  /** The time in ms on the wall's clock, which goes on while the machine sleeps. */
  wall(): number;
  /**
   * Opens a WebSocket: for a new session (`attempt` 0), with `v1.flow.websock` among its subprotocols; or to resume
   * (`attempt` 1, 2 ...), with `v1.resume.flow.websock` alone and the query parameter `flow-route` if there is a
   * `route`. Its events go to `input`.
   */
  dial(input: FlowInput, attempt: number, route: string | undefined): FlowLink;
  /** The session has begun. */
  opened(): void;
}

/** A client's state, to go on from: plain data, `kept` apart. */
export interface FlowClientState {
  readonly session: string;
  readonly linger: number;
  readonly route: string | undefined;
  readonly tries: number;
  readonly names: readonly string[];
  /** When the WebSocket was lost or the state frozen, on the wall's clock. */
  readonly lostAt: number;
  readonly incoming: IncomingState;
  readonly outgoing: OutgoingState;
}

export class FlowClient extends FlowEnd<FlowClientHost> {
  readonly #retry: NonNullable<FlowClientSettings['retry']>;
  #name: string;
  /** The names that the server may have accepted last. */
  #names: readonly string[] = [];
  #session = '';
  #linger = 0;
  #route: string | undefined;
  /** Counts the tries to resume, over all the client's life; they never go back. */
  #tries = 0;
  /** The tries since the loss, and when that was, on the wall's clock. */
  #attempts = 0;
  #lostAt = 0;
  /** When the present try began, and whether the session's time was over by then. */
  #dialledAt = -Infinity;
  #isLastTry = false;
  /** When the next try is to begin. */
  #dialAt = Infinity;
  #isFrozen = false;
  /** Whether the application was told of the end, and one try still brings the `leave`. */
  #isFarewell = false;

  /** @throws RangeError for a setting outside its range */
  constructor(host: FlowClientHost, settings: FlowClientSettings = {}) {
    super(host, settings);
    this.#name = settings.name ?? randomName();
    this.#retry = settings.retry ?? ((attempt) => retryDelay(attempt, Math.random()));
  }

  /** A client that goes on from a frozen state; its first try comes at once. Of two from one state one prevails. */
  static thaw(
    state: FlowClientState,
    host: FlowClientHost,
    settings: FlowClientSettings = {},
  ): FlowClient {
    const client = new FlowClient(host, settings);
    client.#session = state.session;
    client.#linger = state.linger;
    client.#route = state.route;
    client.#tries = state.tries;
    client.#names = state.names;
    client.#lostAt = state.lostAt;
    client.incoming.thaw(state.incoming);
    client.outgoing.thaw(state.outgoing);
    client.#dialAt = -Infinity;
    return client;
  }

  /** Begins a session. */
  open(): void {
    this.#dial();
  }

  /** Whether the server has named a session: there is something to resume. */
  get hasBegun(): boolean {
    return this.#session !== '';
  }

  /**
   * Stops, and gives what another object goes on from. The bytes that the application has not read are its own to keep.
   * @returns undefined when there is no session, or none any more
   */
  freeze(): FlowClientState | undefined {
    if (!this.hasBegun || this.ending) return undefined;
    if (this.isLive) this.#lostAt = this.host.wall();
    this.#leaveLink();
    this.#isFrozen = true;
    this.#dialAt = Infinity;
    return {
      session: this.#session,
      linger: this.#linger,
      route: this.#route,
      tries: this.#tries,
      names: this.#names,
      lostAt: this.#lostAt,
      incoming: this.incoming.freeze(),
      outgoing: this.outgoing.freeze(),
    };
  }

  /** Goes on after {@link freeze}, under another name: the frozen state may have gone on elsewhere. */
  wake(name = randomName()): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    this.#name = name;
    this.#attempts = 0;
    this.#dialAt = -Infinity;
    this.pump();
  }

  override end(leave = false): void {
    super.end(leave);
    // Nothing of the session is missing, so there is nothing to wait for.
    const isDone = this.hasBegun && this.isSuspended && this.unconfirmed === 0;
    if (!leave || !isDone || this.#isFrozen || this.#isFarewell) return;
    this.#isFarewell = true;
    const { host } = this;
    this.host = muted(host);
    if (!this.link) this.#dialAt = -Infinity;
    this.pump();
    host.closed(CLEAN);
  }

  /** The network is back, or the page is seen again: whatever waits is done now, and the WebSocket is doubted. */
  nudge(): void {
    if (this.isLive) {
      this.liveness.doubt();
    } else if (this.hasBegun && this.host.now() - this.#dialledAt > HINT_INTERVAL) this.#dialNow();
    this.pump();
  }

  /** The page is back from the back/forward cache: its WebSocket is dead, though it says open. */
  restored(): void {
    if (this.#isFrozen) return this.wake();
    if (!this.hasBegun || this.ending) return undefined;
    const { link } = this;
    if (this.isLive) {
      this.lose(1006);
      link?.close(LEFT, '');
    }
    if (!this.ending) this.#dialNow();
    this.pump();
    return undefined;
  }

  #dialNow(): void {
    if (this.ending || this.#isFrozen) return;
    this.#leaveLink();
    this.#dialAt = -Infinity;
  }

  #leaveLink(): void {
    const { link } = this;
    this.link = this.input = undefined;
    this.isLive = false;
    link?.close(LEFT, '');
  }

  #dial(): void {
    this.#dialAt = Infinity;
    this.#dialledAt = this.host.now();
    if (this.hasBegun) {
      this.#attempts++;
      this.#isLastTry = this.#downtime > 1.5 * this.#linger;
    }
    const input = this.listen();
    const link = this.host.dial(input, this.#attempts, this.#route);
    // Unless it has failed already.
    if (this.input === input) this.link = link;
    else link.close(LEFT, '');
    this.pump();
  }

  get #downtime(): number {
    return this.host.wall() - this.#lostAt;
  }

  protected override opened(): void {
    if (!this.hasBegun) return;
    const of = this.#names.filter((name) => name !== this.#name).slice(1 - NAMES_MAX);
    this.#names = [...of, this.#name];
    const message = { resume: this.#session, try: ++this.#tries, by: this.#name };
    const received = this.incoming.tell();
    this.link!.send(formatMessage({ ...message, ...(of.length > 0 && { of }), ...received }));
  }

  protected override greeted(message: Message): void {
    if (!this.hasBegun) this.#begin(message);
    else if ('reset' in message) this.failed(message.reset);
    else this.#resume(message);
  }

  #begin(message: Message): void {
    if (!('session' in message)) return this.violate('another first message than "session"');
    this.#session = message.session;
    this.#linger = message.linger;
    this.#route = message.route;
    this.outgoing.limit = Math.max(this.outgoing.limit, message.limit);
    this.incoming.isDue = true;
    this.#goLive();
    this.host.opened();
  }

  #resume(message: Message): void {
    if (!('received' in message) || isResume(message)) {
      return this.violate('another answer to "resume" than "received"');
    }
    if (!this.outgoing.mayResume(message)) {
      return this.violate(`received ${message.received} of ${this.outgoing.highest}`);
    }
    this.outgoing.restart(message);
    this.#names = [this.#name];
    const [attempts, downtime] = [this.#attempts, this.#downtime];
    this.#goLive();
    this.host.resumed(attempts, downtime);
    this.host.writable();
  }

  #goLive(): void {
    this.isLive = true;
    this.#attempts = 0;
    this.liveness.restart(this.host.now());
    this.liveness.ping();
  }

  protected override violate(what: string): void {
    if (this.hasBegun) return super.violate(what);
    return this.finish({ kind: 'channel', why: `The peer sent ${what}` }, VIOLATION);
  }

  protected override lost(code: number, wasLive: boolean): void {
    if (!this.hasBegun) {
      return this.finish({ kind: 'channel', why: 'The session has not begun', code });
    }
    if (wasLive) {
      this.#lostAt = this.host.wall();
      this.#attempts = 0;
      this.incoming.restart();
    }
    const delay = this.#isFarewell || (!wasLive && this.#isLastTry) ? false : this.#nextDelay();
    if (wasLive) this.host.suspended(code);
    if (this.#isFrozen || this.ending) return undefined;
    if (delay !== false) this.#dialAt = this.host.now() + delay;
    else this.finish({ kind: 'lost', why: 'The session could not be resumed', code });
    return undefined;
  }

  #nextDelay(): number | false {
    return this.#retry(this.#attempts + 1, this.#downtime);
  }

  protected override get deadline(): number {
    if (this.ending || this.#isFrozen) return Infinity;
    if (!this.link) return this.#dialAt;
    if (!this.isLive) return this.hasBegun ? this.#dialledAt + TRY_MAX : Infinity;
    return this.liveness.giveUpAt;
  }

  protected override timePassed(now: number): void {
    if (now < this.deadline) return;
    const { link } = this;
    if (!link) return this.#dial();
    if (this.isLive && !this.liveness.mayGiveUp(now)) return;
    this.lose(1006);
    link.close(LEFT, '');
  }

  protected override finish(ending: FlowEnding, code?: number): void {
    this.#dialAt = Infinity;
    super.finish(ending, code);
  }
}

/** The same surroundings, for what the application was told the end of. */
function muted(host: FlowClientHost): FlowClientHost {
  const ignore = (): void => {};
  return {
    now: () => host.now(),
    wall: () => host.wall(),
    wake: (at) => host.wake(at),
    dial: (...given) => host.dial(...given),
    data: ignore,
    ended: ignore,
    writable: ignore,
    suspended: ignore,
    resumed: ignore,
    opened: ignore,
    closed: ignore,
  };
}
