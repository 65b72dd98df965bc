/**
 * The server's end of one session. It begins on a WebSocket, waits for the client when that is lost, and decides who
 * may resume. For a while, the remains of a finished session answer late resumes.
 */
import { CLEAN, FlowEnd, SUPERSEDED, VIOLATION, type FlowSettings } from './end.js';
import type { FlowEnding, FlowHost, FlowInput, FlowLink } from './link.js';
import {
  formatMessage,
  formatReset,
  randomName,
  type Message,
  type ResumeMessage,
} from './message.js';

/** How long to wait for a client that never sent anything (ms), unless `linger` is shorter. */
const LINGER_UNHEARD = 10_000;

/** The settings of a server. */
export interface FlowServerSettings extends FlowSettings {
  /** How long to wait for a lost client, and to keep the remains of a finished session (ms). Default: 120,000. */
  readonly linger?: number | undefined;
  /** What a load balancer needs to find this server again: the client's resume requests carry it as `flow-route` in the query. */
  readonly route?: string | undefined;
  /** The session's name: at least 128 random bits in base64url, which is the default. */
  readonly name?: string | undefined;
}

/** The application's side of a server's end. */
export interface FlowServerHost extends FlowHost {
  /** Nothing is left of the session: its name can be forgotten. */
  forgotten(): void;
}

/** The server's end of one session. */
export class FlowServer extends FlowEnd<FlowServerHost> {
  /** The session's name. Anyone who knows it can take over the session: keep it out of logs. */
  readonly name: string;
  readonly #linger: number;
  readonly #route: string | undefined;
  #lastTry = 0;
  #lastName: string | undefined;
  #lostAt = 0;
  /** When to give up the suspended session, or forget the finished one. */
  #forgetAt = Infinity;

  /** @throws RangeError for a setting outside its range */
  constructor(host: FlowServerHost, settings: FlowServerSettings = {}) {
    super(host, settings);
    this.name = settings.name ?? randomName();
    this.#linger = settings.linger ?? 120_000;
    this.#route = settings.route;
  }

  /**
   * Begins the session on a WebSocket that has opened with `v1.flow.websock`, and returns the receiver of its events.
   * @throws RangeError when `route` is too long for a message
   */
  accept(link: FlowLink): FlowInput {
    const { limit } = this.incoming.tell();
    const route = this.#route === undefined ? {} : { route: this.#route };
    const { name: session } = this;
    const message = formatMessage({ session, linger: this.#linger, limit, ...route });
    return this.#goLive(link, message);
  }

  /**
   * Checks a `resume` that names this session, and continues over its WebSocket. The previous WebSocket is closed with 4409.
   * @returns the receiver of the WebSocket's events, or the close code of a refused resume, which does not affect the session
   */
  resume(message: ResumeMessage, link: FlowLink): FlowInput | typeof VIOLATION | typeof SUPERSEDED {
    const { by, of = [] } = message;
    const last = this.#lastName;
    const isKnown = last === undefined || by === last || of.includes(last);
    if (message.try <= this.#lastTry || !isKnown) return SUPERSEDED;
    if (!this.ending && !this.outgoing.mayResume(message)) return VIOLATION;
    this.#lastTry = message.try;
    this.#lastName = by;
    if (this.ending) return this.#answerLate(link);
    const former = this.link;
    this.isHeard = true;
    this.outgoing.restart(message);
    this.incoming.restart();
    const input = this.#goLive(link, formatMessage(this.incoming.tell()));
    former?.close(SUPERSEDED, '');
    if (!former) this.host.resumed(1, this.host.now() - this.#lostAt);
    this.host.writable();
    this.pump();
    return input;
  }

  /** Answers the resume of a finished session with how it ended. */
  #answerLate(link: FlowLink): FlowInput {
    if (this.ending!.kind === 'clean') {
      link.send(formatMessage(this.incoming.tell()));
      link.send(formatMessage({ end: this.outgoing.pushed }));
    } else link.send(formatReset(this.ending!.why));
    link.close(1000, '');
    const input = this.listen();
    this.input = undefined;
    return input;
  }

  #goLive(link: FlowLink, first: string): FlowInput {
    this.link = link;
    this.isLive = true;
    this.#forgetAt = Infinity;
    this.liveness.restart(this.host.now());
    const input = this.listen();
    link.send(first);
    this.pump();
    return input;
  }

  /** Gives up a suspended session at once, for example because another needs its place. */
  expire(): void {
    if (!this.isSuspended) return;
    const { incoming, outgoing } = this;
    const isOver =
      incoming.isLeft || (outgoing.isEndSaid && (incoming.isEnded || outgoing.isLeaving));
    try {
      this.finish(isOver ? CLEAN : { kind: 'lost', why: 'The client did not come back in time' });
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    this.#forgetAt = Infinity;
    this.host.forgotten();
  }

  protected override opened(): void {}

  protected override greeted(_message: Message): void {}

  protected override lost(code: number): void {
    this.#lostAt = this.host.now();
    const linger = this.isHeard ? this.#linger : Math.min(this.#linger, LINGER_UNHEARD);
    this.#forgetAt = this.#lostAt + linger;
    this.host.suspended(code);
  }

  protected override get deadline(): number {
    return this.#forgetAt;
  }

  protected override timePassed(now: number): void {
    if (now < this.#forgetAt) return;
    if (this.ending) this.#forget();
    else this.expire();
  }

  protected override finish(ending: FlowEnding, code?: number): void {
    if (this.ending) return;
    this.#forgetAt = this.host.now() + this.#linger;
    try {
      super.finish(ending, code);
    } finally {
      this.pump();
    }
  }
}
