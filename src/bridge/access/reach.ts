/**
 * Finds out where an upgrade may go, and connects to it, for as long as its client waits.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Target } from '../base/address.js';
import { dial, DialError, within } from './dial.js';
import { messageOf, quote } from '../base/text.js';
import type { Settings } from '../options.js';
import { readAnswer, readRefusal, type Refusal } from '../http/refuse.js';

/** The client did not wait, or the bridge is ending. */
export const LEFT = Symbol('left');

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
  readonly #settings: Settings;
  readonly #waiting = new Set<AbortController>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Asks whether, then where, then connects. Never rejects. */
  async reach(request: IncomingMessage): Promise<Reached | Refusal | typeof LEFT> {
    const { target, authenticate, connectTimeout, targetTls } = this.#settings;
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
      const address = await within(connectTimeout, signal, () => target(request, signal));
      if (!address || 'status' in address) return readRefusal(address);
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
