/**
 * The client's end. It begins a session over a first WebSocket and, when that is lost, tries new ones until the
 * server answers. It can be frozen into plain data, from which another page continues.
 */
import { Credentials, type CredentialsState } from './credentials.js';
import { CLEAN, FlowEnd, LEFT, VIOLATION, type FlowSettings } from './end.js';
import type { IncomingState } from './incoming.js';
import type { FlowHost, FlowInput, FlowLink } from './link.js';
import { isResume, type Message } from './message.js';
import type { OutgoingState } from './outgoing.js';
import { Tries, type Retry } from './tries.js';

/** An attempt without an answer after this many ms is abandoned. */
const TRY_MAX = 15_000;
/** The settings of a client. */
export interface FlowClientSettings extends FlowSettings {
  /**
   * The delay before an attempt in ms, or false to give up. `attempt`: 1 for the first since the loss;
   * `downtime`: ms since the loss. Default: 0 to 0.5 s, then 0.5 s doubling to 5 s, half of it random.
   */
  readonly retry?: Retry | undefined;
  /** The random name of this object. Default: 128 random bits in base64url. */
  readonly name?: string | undefined;
}

/** The application's side of a client. */
export interface FlowClientHost extends FlowHost {
  /** The wall-clock time in ms, which advances while the machine sleeps. */
  wall(): number;
  /**
   * Opens a WebSocket: for a new session (`attempt` 0), with `v1.flow.websock` among its subprotocols; or to resume
   * (`attempt` 1, 2 ...), with `v1.resume.flow.websock` alone and the query parameter `flow-route` if there is a
   * `route`. Pass its events to `input`.
   */
  dial(input: FlowInput, attempt: number, route: string | undefined): FlowLink;
  /** The session has begun. */
  opened(): void;
}

/** A client's state, from which another can continue: plain data, except for the bytes in `outgoing.kept`. */
export interface FlowClientState {
  readonly credentials: CredentialsState;
  /** How long the server waits (ms). */
  readonly linger: number;
  /** When the WebSocket was lost or the state frozen, in wall-clock ms. */
  readonly lostAt: number;
  readonly incoming: IncomingState;
  readonly outgoing: OutgoingState;
}

/**
 * The client's end of a session. The option `flow` of a `Websock` runs one; use it directly for a client that is not a `Websock`.
 */
export class FlowClient extends FlowEnd<FlowClientHost> {
  readonly #credentials: Credentials;
  readonly #tries: Tries;
  #linger = 0;
  #isFrozen = false;
  /** Whether the application has been told of the end, and one last attempt still delivers the `leave`. */
  #isFarewell = false;

  /** @throws RangeError for a setting outside its range */
  constructor(host: FlowClientHost, settings: FlowClientSettings = {}) {
    super(host, settings);
    this.#credentials = new Credentials(settings.name);
    this.#tries = new Tries(settings.retry);
  }

  /** A client that continues from a frozen state; its first attempt starts at once. If two continue from one state, one prevails. */
  static thaw(
    state: FlowClientState,
    host: FlowClientHost,
    settings: FlowClientSettings = {},
  ): FlowClient {
    const client = new FlowClient(host, settings);
    client.#credentials.thaw(state.credentials);
    client.#linger = state.linger;
    client.#tries.lost(state.lostAt);
    client.incoming.thaw(state.incoming);
    client.outgoing.thaw(state.outgoing);
    client.#tries.nextAt = -Infinity;
    return client;
  }

  /** Begins a session. */
  open(): void {
    this.#dial();
  }

  /** Whether the server has named a session, so that there is something to resume. */
  get hasBegun(): boolean {
    return this.#credentials.session !== '';
  }

  /**
   * Stops, and returns the state from which another object can continue. The application must keep the bytes that it has not read.
   * @returns undefined when there is no session, or it is over
   */
  freeze(): FlowClientState | undefined {
    if (!this.hasBegun || this.ending) return undefined;
    if (this.isLive) this.#tries.lost(this.host.wall());
    this.#leaveLink();
    this.#isFrozen = true;
    return {
      credentials: this.#credentials.freeze(),
      linger: this.#linger,
      lostAt: this.#tries.lostAt,
      incoming: this.incoming.freeze(),
      outgoing: this.outgoing.freeze(),
    };
  }

  /** Continues after {@link freeze}, under another name: the frozen state may be in use elsewhere. */
  wake(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    this.#credentials.rename();
    this.#tries.nextAt = -Infinity;
    this.pump();
  }

  override end(leave = false): void {
    super.end(leave);
    // The peer has confirmed everything, so the application need not wait for another WebSocket.
    const isDone = this.hasBegun && this.isSuspended && this.unconfirmed === 0;
    if (!leave || !isDone || this.#isFrozen || this.#isFarewell) return;
    this.#isFarewell = true;
    const { host } = this;
    this.host = muted(host);
    if (!this.link) this.#tries.nextAt = -Infinity;
    this.pump();
    host.closed(CLEAN);
  }

  /**
   * Reports that the network is back, or the page visible again: pings the WebSocket, or starts an attempt at once unless
   * the latest began within 2 s.
   */
  nudge(): void {
    if (this.isLive) this.liveness.doubt();
    else if (this.#tries.mayHurry(this.host.now())) this.#hurry();
    this.pump();
  }

  /** Reports that the page is back from the back/forward cache: its WebSocket is dead, though it still claims to be open. */
  restored(): void {
    if (this.#isFrozen) return this.wake();
    const { link } = this;
    if (this.isLive) {
      this.lose(1006);
      link?.close(LEFT, '');
    }
    this.#hurry();
    this.pump();
    return undefined;
  }

  /** Starts an attempt at once, in place of any under way. */
  #hurry(): void {
    if (!this.hasBegun || this.ending || this.#isFrozen) return;
    this.#leaveLink();
    this.#tries.nextAt = -Infinity;
  }

  #leaveLink(): void {
    const { link } = this;
    this.link = this.input = undefined;
    this.isLive = false;
    link?.close(LEFT, '');
  }

  #dial(): void {
    const { host } = this;
    if (this.hasBegun) this.#tries.begin(host.now(), host.wall(), this.#linger);
    const input = this.listen();
    const link = host.dial(input, this.#tries.count, this.#credentials.route);
    // The host may already have reported that it failed.
    if (this.input === input) this.link = link;
    else link.close(LEFT, '');
    this.pump();
  }

  protected override opened(): void {
    if (this.hasBegun) this.link!.send(this.#credentials.resume(this.incoming.tell()));
  }

  protected override greeted(message: Message): void {
    if (!this.hasBegun) this.#begin(message);
    else if ('reset' in message) this.failed(message.reset);
    else this.#resume(message);
  }

  #begin(message: Message): void {
    if (!('session' in message)) return this.violate('a first message other than "session"');
    this.#credentials.session = message.session;
    this.#credentials.route = message.route;
    this.#linger = message.linger;
    this.outgoing.limit = Math.max(this.outgoing.limit, message.limit);
    this.incoming.isDue = true;
    this.#goLive();
    this.host.opened();
  }

  #resume(message: Message): void {
    if (!('received' in message) || isResume(message)) {
      return this.violate('an answer to "resume" other than "received"');
    }
    if (!this.outgoing.mayResume(message)) {
      return this.violate(
        `a confirmation of ${message.received} bytes, but ${this.outgoing.highest} were sent`,
      );
    }
    this.outgoing.restart(message);
    this.#credentials.accepted();
    this.#goLive();
    this.host.resumed(this.#tries.count, this.host.wall() - this.#tries.lostAt);
    this.host.writable();
  }

  #goLive(): void {
    this.isLive = true;
    this.liveness.restart(this.host.now());
    this.liveness.ping();
  }

  protected override violate(what: string): void {
    if (this.hasBegun) return super.violate(what);
    return this.finish({ kind: 'channel', why: `The peer sent ${what}` }, VIOLATION);
  }

  protected override lost(code: number, wasLive: boolean): void {
    if (!this.hasBegun) {
      return this.finish({
        kind: 'channel',
        why: 'The WebSocket ended before the session began',
        code,
      });
    }
    const { host } = this;
    if (wasLive) {
      this.#tries.lost(host.wall());
      this.incoming.restart();
    }
    const goesOn = !this.#isFarewell && this.#tries.plan(host.now(), host.wall());
    if (wasLive) host.suspended(code);
    if (!goesOn) this.finish({ kind: 'lost', why: 'The session could not be resumed', code });
    return undefined;
  }

  protected override get deadline(): number {
    if (this.ending || this.#isFrozen) return Infinity;
    if (!this.link) return this.#tries.nextAt;
    if (this.isLive) return this.liveness.giveUpAt;
    return this.hasBegun ? this.#tries.begunAt + TRY_MAX : Infinity;
  }

  protected override timePassed(now: number): void {
    if (now < this.deadline) return;
    const { link } = this;
    if (!link) return this.#dial();
    if (this.isLive && !this.liveness.mayGiveUp(now)) return;
    this.lose(1006);
    link.close(LEFT, '');
  }
}

/** The same host without its notifications: the application has already been told of the end. */
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
