/**
 * The open sessions: how many there may be, what the log says about them, and how all of them end.
 */
import { formatAddress, type Target } from './base/address.js';
import type { Ledger } from './base/ledger.js';
import { type LimitOptions, Limits, type Place } from './base/limits.js';
import type { Peer } from './base/peer.js';
import type { Refusal } from './base/refusal.js';
import { type Journal, printable } from './log/journal.js';
import type { FlowSessionEnds, FlowSessionOptions } from './session/flow/contracts.js';
import { FlowSession } from './session/flow/flow-session.js';
import { Resumable } from './session/flow/resumable.js';
import type { Recorder } from './session/record/recorder.js';
import type { Recording } from './session/record/recording.js';
import { RawSession } from './session/raw-session.js';
import type { Session } from './session/session.js';

/** What joins a client with a target. */
export type AnySession = Session | FlowSession | RawSession;

/** What is known about a session from outside. */
export interface SessionFacts {
  readonly id: number;
  readonly peer: Peer;
  readonly target: Target;
  /** When the client asked for it, on the clock of `performance.now()`. */
  readonly asked: number;
  /** How long it took to connect to the target, in ms. */
  readonly dialTime: number;
  /** Releases its place. */
  readonly leave: () => void;
}

/** The limits and settings of sessions, and whom they report to. */
export interface SessionsOptions extends LimitOptions, FlowSessionOptions {
  /** How many sessions may wait for their clients at once. */
  readonly maxSuspended: number;
  /** How many sessions may have the same token or user; 0: no limit. */
  readonly maxSessionsPerToken: number;
  /** How long a session may last, in ms; 0: forever. */
  readonly maxDuration: number;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly recorder: Recorder | undefined;
  readonly onOpened: () => void;
  readonly onClosed: () => void;
  /** No session is left that a client may come back to. */
  readonly onNoneResumable: () => void;
}

const TOO_MANY_OF_TOKEN: Refusal = {
  status: 429,
  kind: 'too_many_per_token',
  message: 'Too many sessions for this token or user.',
};
/** How long a session whose time is over may take to close, in ms. */
const CLOSE_TIMEOUT = 10_000;

/** The open sessions of a bridge. */
export class Sessions {
  /** The sessions that clients may come back to. */
  readonly resumable: Resumable;
  readonly #options: SessionsOptions;
  readonly #limits: Limits;
  readonly #open = new Set<AnySession>();
  /** Bytes carried by the sessions that are over. */
  readonly #carried = { up: 0, down: 0 };

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#limits = new Limits('session', options, options.ledger);
    this.resumable = new Resumable(options);
  }

  /** Bytes carried to the targets and to the clients so far. */
  get carried(): { readonly up: number; readonly down: number } {
    const sum = { ...this.#carried };
    for (const { bytesUp, bytesDown } of this.#open) {
      sum.up += bytesUp;
      sum.down += bytesDown;
    }
    return sum;
  }

  /**
   * Takes a place for a session that may begin, and returns a function that releases it; or a refusal if none is left.
   * A session holds its place until both its sides are closed, so clients that leave can't pile up targets.
   */
  enter(peer: Peer): Place | Promise<Place> {
    return this.#limits.enter(peer.address);
  }

  /** Takes a place among the sessions of a token or user. */
  async enterAs(holder: string): Promise<Place> {
    const { ledger, maxSessionsPerToken: limit } = this.#options;
    const entry = await ledger.enter([{ key: `session of ${holder}`, limit }]);
    return typeof entry === 'number' ? TOO_MANY_OF_TOKEN : entry;
  }

  /** Begins a session of the flow protocol; `id` is what the log calls it. */
  openFlow(id: number, ends: FlowSessionEnds): FlowSession {
    const { resumable } = this;
    const { journal, onNoneResumable } = this.#options;
    const session: FlowSession = new FlowSession(ends, this.#options, {
      suspended: (code) => {
        journal.write(() => ({ event: 'suspended', id, code }));
        resumable.suspended(session);
      },
      resumed: ({ name }, downtime) => {
        resumable.settled(session);
        journal.write(() => ({ event: 'resumed', id, peer: name, downtime }));
      },
      heldChanged: () => resumable.heldChanged(session),
      over: (expired) => {
        if (expired !== undefined) journal.write(() => ({ event: 'expired', id, why: expired }));
        resumable.over(session);
        if (!resumable.hasLive) onNoneResumable();
      },
      forgotten: () => resumable.forget(session),
    });
    resumable.add(session);
    return session;
  }

  /** Follows a session to its end. Never rejects. */
  async follow(session: AnySession, facts: SessionFacts): Promise<void> {
    const { journal, onOpened, onClosed } = this.#options;
    const { id, peer, target, leave, asked, dialTime } = facts;
    const opened = performance.now();
    journal.write(() => ({
      event: 'opened',
      id,
      peer: peer.name,
      target: printable(formatAddress(target)),
      dialTime: Math.round(dialTime),
      handshakeTime: Math.round(opened - asked),
    }));
    this.#open.add(session);
    const recording = session instanceof RawSession ? undefined : this.#record(session, id);
    onOpened();
    const stopTimer = this.#time(session);
    const ending = await session.closed;
    stopTimer();
    recording?.end();
    this.#open.delete(session);
    this.#carried.up += ending.bytesUp;
    this.#carried.down += ending.bytesDown;
    leave();
    const duration = Math.round(performance.now() - opened);
    journal.write(() => ({
      event: 'closed',
      id,
      ...ending,
      why: printable(ending.why),
      duration,
    }));
    onClosed();
  }

  /** Closes all sessions with a code; resolves when they are over and their recordings are written. */
  async close(code: number, why: string): Promise<void> {
    for (const session of this.#open) session.close(code, why);
    await Promise.all([...this.#open].map((session) => session.closed));
    await this.#options.recorder?.close();
  }

  /** Drops all sessions at once. */
  destroy(): void {
    for (const session of this.#open) session.destroy();
    this.#options.recorder?.abandon();
  }

  /** Ends a session when its time is over. Returns a function that stops its timer. */
  #time(session: AnySession): () => void {
    const { maxDuration } = this.#options;
    if (maxDuration === 0) return () => {};
    let timer = setTimeout(() => {
      timer = setTimeout(() => session.destroy(), CLOSE_TIMEOUT);
      session.close(1008, `the session reached its limit of ${maxDuration} ms`);
    }, maxDuration);
    return () => clearTimeout(timer);
  }

  #record(session: Session | FlowSession, id: number): Recording | undefined {
    const { journal, recorder } = this.#options;
    const recording = recorder?.record((path, why) =>
      journal.failed(`the recording of #${id} in ${path} ended: ${why}`),
    );
    if (recording) session.attach(recording);
    return recording;
  }
}
