/**
 * Finds out where a visitor may go, and connects to it, for as long as the visitor waits.
 */
import type { Socket } from 'node:net';
import { readTarget, type Target } from '../base/address.js';
import type { Peer } from '../base/peer.js';
import { readAnswer, readRefusal, type Refusal } from '../base/refusal.js';
import { messageOf, quote } from '../base/text.js';
import type { Visitor } from '../base/visitor.js';
import type { Authenticate, TargetSource } from './contracts.js';
import { encodeProxyHeader, type ProxyVersion } from './proxy-header.js';
import { dial, DialError, type TargetTls, within } from './dial.js';

/** The client did not wait, or the bridge is ending. */
export const ABORTED = Symbol('aborted');

/** Whom to ask, and how to connect. */
export interface DialerOptions {
  readonly target: TargetSource;
  readonly authenticate: Authenticate;
  /** For each question and for the connection, in ms. */
  readonly connectTimeout: number;
  readonly targetTls: TargetTls | undefined;
  /** The version of the PROXY header that targets get. */
  readonly sendProxy: ProxyVersion | undefined;
  /** Makes the socket of a connection without TLS. */
  readonly makeSocket: () => Socket;
}

/** A target that accepted the connection. */
export interface Dialled {
  readonly address: Target;
  readonly target: Socket;
}

const BROKEN = { status: 500, message: 'The bridge failed.' };
const UNREACHABLE = { status: 502, message: 'The target is not accepting connections.' };
const TOO_SLOW = { status: 504, message: 'The target did not answer in time.' };

/** How long a source of targets may take to close, in ms. */
const CLOSE_TIMEOUT = 5_000;

/** Dials targets. */
export class Dialer {
  readonly #options: DialerOptions;
  readonly #pending = new Set<AbortController>();

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /** Asks whether, then where, then connects. Never rejects. */
  dial({ request, leave }: Visitor): Promise<Dialled | Refusal | typeof ABORTED> {
    const { target, authenticate, connectTimeout, targetTls, makeSocket } = this.#options;
    return this.#attempt(leave, async (signal) => {
      const answer = await within(connectTimeout, signal, () => authenticate(request, signal));
      const allowed = readAnswer(answer);
      if (allowed !== true) return allowed;
      const found = await within(connectTimeout, signal, () => target(request, signal));
      if (!found || 'status' in Object(found)) return readRefusal(found);
      const address = readTarget(found);
      const options = { tls: targetTls, makeSocket, preamble: this.#preamble(request.peer) };
      return { address, target: await dial(address, connectTimeout, signal, options) };
    });
  }

  /** Connects to a target that is known; `tls` is how it speaks TLS, `peer` for whom it is. Never rejects. */
  connect(
    address: Target,
    leave: AbortSignal,
    tls: TargetTls | undefined,
    peer: Peer,
  ): Promise<Dialled | Refusal | typeof ABORTED> {
    const options = { tls, preamble: this.#preamble(peer) };
    return this.#attempt(leave, async (signal) => ({
      address,
      target: await dial(address, this.#options.connectTimeout, signal, options),
    }));
  }

  /** Lets the source of targets give back what it holds. Rejects when it fails, or takes longer than 5 s. */
  async close(): Promise<void> {
    const { target } = this.#options;
    const { signal } = new AbortController();
    await within(CLOSE_TIMEOUT, signal, () => target.close?.());
  }

  /** Gives up on all that is under way. */
  abort(): void {
    for (const pending of this.#pending) pending.abort();
  }

  #preamble(peer: Peer): Buffer | undefined {
    const { sendProxy } = this.#options;
    return sendProxy && encodeProxyHeader(sendProxy, peer);
  }

  /** Does what may take long, until the client leaves or the bridge ends, and makes a refusal of what it throws. */
  async #attempt(
    leave: AbortSignal,
    act: (signal: AbortSignal) => Promise<Dialled | Refusal>,
  ): Promise<Dialled | Refusal | typeof ABORTED> {
    const pending = new AbortController();
    const { signal } = pending;
    const abort = () => pending.abort();
    leave.addEventListener('abort', abort);
    if (leave.aborted) abort();
    this.#pending.add(pending);
    try {
      return await act(signal);
    } catch (error) {
      if (signal.aborted) return ABORTED;
      // Whoever was asked in vain can stop.
      abort();
      if (!(error instanceof DialError)) return { ...BROKEN, detail: quote(messageOf(error)) };
      return { ...(error.timedOut ? TOO_SLOW : UNREACHABLE), detail: error.message };
    } finally {
      leave.removeEventListener('abort', abort);
      this.#pending.delete(pending);
    }
  }
}
