/**
 * Finds out where an upgrade may go, and connects to it, for as long as its client waits.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { readTarget, type Target } from '../base/address.js';
import type { Authenticate, TargetSource } from './contracts.js';
import { dial, DialError, type TargetTls, within } from './dial.js';
import { messageOf, quote } from '../base/text.js';
import { readAnswer, readRefusal, type Refusal } from '../base/refusal.js';

/** The client did not wait, or the bridge is ending. */
export const LEFT = Symbol('left');

/** Whom to ask, and how to connect. */
export interface ReachOptions {
  readonly target: TargetSource;
  readonly authenticate: Authenticate;
  /** For each question and for the connection, in ms. */
  readonly connectTimeout: number;
  readonly targetTls: TargetTls | undefined;
}

/** A target that accepted the connection. */
export interface Reached {
  readonly address: Target;
  readonly target: Socket;
}

const BROKEN = { status: 500, message: 'The bridge failed.' };
const UNREACHABLE = { status: 502, message: 'The target does not accept connections.' };
const TOO_SLOW = { status: 504, message: 'The target does not answer.' };

/** Reaches targets. */
export class Reacher {
  readonly #options: ReachOptions;
  readonly #waiting = new Set<AbortController>();

  constructor(options: ReachOptions) {
    this.#options = options;
  }

  /** Asks whether, then where, then connects. Never rejects. */
  async reach(request: IncomingMessage): Promise<Reached | Refusal | typeof LEFT> {
    const { target, authenticate, connectTimeout, targetTls } = this.#options;
    const client = request.socket;
    const waiting = new AbortController();
    const { signal } = waiting;
    const stop = () => waiting.abort();
    client.once('end', stop).once('close', stop);
    this.#waiting.add(waiting);
    try {
      const answer = await within(connectTimeout, signal, () => authenticate(request, signal));
      const allowed = readAnswer(answer);
      if (allowed !== true) return allowed;
      const found = await within(connectTimeout, signal, () => target(request, signal));
      if (!found || 'status' in Object(found)) return readRefusal(found);
      const address = readTarget(found);
      return { address, target: await dial(address, connectTimeout, signal, targetTls) };
    } catch (error) {
      if (signal.aborted) return LEFT;
      if (!(error instanceof DialError)) return { ...BROKEN, detail: quote(messageOf(error)) };
      return { ...(error.timedOut ? TOO_SLOW : UNREACHABLE), detail: error.message };
    } finally {
      client.off('end', stop).off('close', stop);
      this.#waiting.delete(waiting);
    }
  }

  /** Gives up on all that is under way. */
  abort(): void {
    for (const waiting of this.#waiting) waiting.abort();
  }
}
