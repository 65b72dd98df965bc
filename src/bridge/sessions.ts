/**
 * The sessions that are open: how many there may be, what the log says of them, and how all of them end.
 */
import { formatAddress, type Target } from './base/address.js';
import { type LimitOptions, Limits } from './base/limits.js';
import type { Peer } from './base/peer.js';
import type { Refusal } from './base/refusal.js';
import { type Journal, printable } from './log/journal.js';
import type { Recorder } from './session/record/recorder.js';
import type { Recording } from './session/record/recording.js';
import type { RawSession } from './session/raw-session.js';
import { Session } from './session/session.js';

/** What joins a client with a target. */
type AnySession = Session | RawSession;

/** What is known of a session besides itself. */
export interface SessionFacts {
  readonly id: number;
  readonly peer: Peer;
  readonly target: Target;
  /** Gives its place back. */
  readonly leave: () => void;
}

/** Whom sessions report to. */
export interface SessionsOptions extends LimitOptions {
  readonly journal: Journal;
  readonly recorder: Recorder | undefined;
  readonly onOpened: () => void;
  readonly onClosed: () => void;
}

/** The open sessions of a bridge. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #limits: Limits;
  readonly #open = new Set<AnySession>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#limits = new Limits(options);
  }

  /**
   * Takes a place for a session that may begin, and returns a function that releases it; or a refusal if none is left.
   * A session holds its place until both its sides are closed: clients that leave can't pile up targets.
   */
  enter(peer: Peer): Refusal | (() => void) {
    return this.#limits.enter(peer.address);
  }

  /** Follows a session to its end. Never rejects. */
  async follow(session: AnySession, { id, peer, target, leave }: SessionFacts): Promise<void> {
    const { journal, onOpened, onClosed } = this.#options;
    const opened = performance.now();
    journal.write(() => ({
      event: 'opened',
      id,
      peer: peer.name,
      target: printable(formatAddress(target)),
    }));
    this.#open.add(session);
    const recording = session instanceof Session ? this.#record(session, id) : undefined;
    onOpened();
    const ending = await session.closed;
    recording?.end();
    this.#open.delete(session);
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

  /** Closes them all with a code; resolves when they are over. */
  async close(code: number, why: string): Promise<void> {
    for (const session of this.#open) session.close(code, why);
    await Promise.all([...this.#open].map((session) => session.closed));
    await this.#options.recorder?.close();
  }

  /** Drops them all at once. */
  destroy(): void {
    for (const session of this.#open) session.destroy();
    this.#options.recorder?.abandon();
  }

  #record(session: Session, id: number): Recording | undefined {
    const { journal, recorder } = this.#options;
    const recording = recorder?.record((path, why) =>
      journal.failed(`the recording of #${id} in ${path} ended: ${why}`),
    );
    if (recording) session.attach(recording);
    return recording;
  }
}
