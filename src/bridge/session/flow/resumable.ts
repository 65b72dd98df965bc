/**
 * The sessions that clients may come back to, by their names, and the limits on those that wait for their clients.
 */
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { FlowInput } from '../../../flow/link.js';
import { formatMessage } from '../../../flow/message.js';
import { receiveResume } from '../../../flow/resume.js';
import type { Identity } from '../../base/identity.js';
import type { Reconnection } from '../../base/relay-v4.js';
import { ClientLink } from './client-link.js';
import type { LinkOptions, SessionLink } from './contracts.js';
import type { FlowSession } from './flow-session.js';
import { RelayLink } from './relay-link.js';

/** How many bytes all suspended sessions together may hold. */
const MAX_HELD = 256 * 1024 * 1024;
/** How many clients at the same time may not yet have said which session they come back to. */
const MAX_RESUMES = 64;
/** How long such a client may take to say so, in ms. */
const RESUME_TIMEOUT = 10_000;
/** How many sessions that are over still answer late clients. */
const MAX_REMAINS = 1_000;

/** Counts the reconnects of corp-relay-v4, whose clients do not number their attempts: the latest wins. */
let reconnects = 0;

/** Settings for all of these sessions. */
export interface ResumableOptions extends LinkOptions {
  readonly maxSuspended: number;
}

/** The sessions of the flow protocol. */
export class Resumable {
  readonly #options: ResumableOptions;
  /** By the hash of their names, so that the time of a look-up reveals nothing about a name. */
  readonly #sessions = new Map<string, FlowSession>();
  /** Those that wait for their clients, the longest-waiting first, and how many bytes each holds. */
  readonly #suspended = new Map<FlowSession, number>();
  #held = 0;
  readonly #remains = new Set<FlowSession>();
  #resumes = 0;
  /** The sessions of a bridge that has handed over to this one. */
  #before: Resumable | undefined;

  constructor(options: ResumableOptions) {
    this.#options = options;
  }

  add(session: FlowSession): void {
    this.#sessions.set(hashOf(session.name), session);
  }

  /** Lets clients of another bridge come back to their sessions here. */
  continueFrom(before: Resumable): void {
    this.#before = before;
  }

  /** Whether there is a session that can still continue. */
  get hasLive(): boolean {
    return this.#sessions.size > this.#remains.size;
  }

  /** Takes a place for a client that wants to come back. Returns a function that releases it; undefined if no place is left. */
  enter(): (() => void) | undefined {
    if (this.#resumes >= MAX_RESUMES) return undefined;
    this.#resumes += 1;
    return () => (this.#resumes -= 1);
  }

  /** Serves the WebSocket of a client that has yet to say which session it comes back to. `leave` releases its place. */
  receive(stream: Duplex, identity: Identity, leave: () => void): void {
    const link = new ClientLink(stream, this.#options);
    const timer = setTimeout(() => link.destroy(), RESUME_TIMEOUT);
    let isSettled = false;
    const settle = () => {
      clearTimeout(timer);
      if (!isSettled) leave();
      isSettled = true;
    };
    const input = this.#listen(link, identity);
    link.input = {
      ...input,
      message: (message) => {
        settle();
        input.message(message);
      },
      closed: (code) => {
        settle();
        input.closed(code);
      },
    };
  }

  /** Serves a client of corp-relay-v4, whose request has said which session it comes back to. */
  reconnect(stream: Duplex, identity: Identity, { sid, ack }: Reconnection): void {
    const link = new RelayLink(stream, this.#options, ack);
    link.input = this.#listen(link, identity);
    reconnects += 1;
    const resume = { resume: sid, try: reconnects, by: 'relay' };
    link.input.message(formatMessage({ ...resume, received: ack, limit: Number.MAX_SAFE_INTEGER }));
  }

  #listen(link: SessionLink, identity: Identity): FlowInput {
    return receiveResume(link, (name) => {
      const session = this.#find(hashOf(name));
      return session && { resume: (message) => session.resume(message, link, identity) };
    });
  }

  #find(hash: string): FlowSession | undefined {
    if (!this.#before?.hasAny) this.#before = undefined;
    return this.#sessions.get(hash) ?? (this.#before && this.#before.#find(hash));
  }

  /** Whether any session is left, here or in the bridge before. */
  get hasAny(): boolean {
    return this.#sessions.size > 0 || (this.#before?.hasAny ?? false);
  }

  /** A session has lost its client. */
  suspended(session: FlowSession): void {
    this.#suspended.set(session, 0);
    this.heldChanged(session);
    const [longest] = this.#suspended.keys();
    if (this.#suspended.size > this.#options.maxSuspended) {
      longest?.expire('too many sessions are waiting for their clients');
    }
  }

  /** The number of bytes that a suspended session holds may have changed. */
  heldChanged(session: FlowSession): void {
    const before = this.#suspended.get(session);
    if (before === undefined) return;
    const { held } = session;
    this.#suspended.set(session, held);
    this.#held += held - before;
    while (this.#held > MAX_HELD) {
      const [longest] = this.#suspended.keys();
      longest?.expire('suspended sessions hold too much data');
    }
  }

  /** A session has its client again, or is over. */
  settled(session: FlowSession): void {
    this.#held -= this.#suspended.get(session) ?? 0;
    this.#suspended.delete(session);
  }

  /** A session's stream is over: what is left of it answers late clients for a while. */
  over(session: FlowSession): void {
    this.settled(session);
    this.#remains.add(session);
    const [oldest] = this.#remains;
    if (this.#remains.size > MAX_REMAINS && oldest) this.forget(oldest);
  }

  forget(session: FlowSession): void {
    session.dispose();
    this.#remains.delete(session);
    this.#sessions.delete(hashOf(session.name));
  }

  /** Forgets all sessions that are over. */
  clear(): void {
    for (const session of this.#remains) this.forget(session);
  }
}

function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('base64');
}
