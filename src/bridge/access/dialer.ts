/**
 * Finds out where a visitor may go, and connects to it, for as long as the visitor waits.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { readTarget, type Target } from '../base/address.js';
import { userNameOf } from '../base/identity.js';
import type { Peer } from '../base/peer.js';
import { readAnswer, readRefusal, type Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import { plainMessageOf, quote } from '../base/text.js';
import type { Vhosts } from '../base/vhosts.js';
import type { Visitor } from '../base/visitor.js';
import type { Authenticate, TargetSource } from './contracts.js';
import { encodeProxyHeader, type ProxyVersion } from './proxy-header.js';
import { dial, DialError, type DialOptions, type TargetTls, within } from './dial.js';

/** The client did not wait, or the bridge is ending. */
export const ABORTED = Symbol('aborted');

/** Whom to ask about the clients of a host. */
export interface Destination {
  readonly names: ReadonlySet<string>;
  readonly target: TargetSource;
  readonly authenticate: Authenticate;
  /** Whether that knows the users by their names. */
  readonly knowsUsers: boolean;
  /** What tells it from the others. */
  readonly key: string;
}

/** Takes a place in the count that a session belongs to, or says why there is none. */
export type Seat = (holder: string) => Promise<Refusal | undefined>;

/** Whom to ask, and how to connect. */
export interface DialerOptions {
  readonly hosts: Vhosts<Destination>;
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
  /** How long that took, in ms. */
  readonly dialTime: number;
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

  /** Asks whether a visitor may connect, and no more. Never rejects. */
  admit({ request, leave }: Visitor): Promise<true | Refusal | typeof ABORTED> {
    return this.#attempt(leave, (signal) => this.authenticate(request, signal));
  }

  /** Asks about any request, also one that is for no target. Rejects when who is asked fails, or takes too long. */
  async authenticate(request: RequestHead, signal: AbortSignal): Promise<true | Refusal> {
    const { hosts, connectTimeout } = this.#options;
    const { authenticate } = hosts.find(request.fields.hostName);
    return readAnswer(await within(connectTimeout, signal, () => authenticate(request, signal)));
  }

  /**
   * Asks whether, then where, takes a seat if one is wanted, then connects. `source` says where, in place of the host's
   * own. Never rejects.
   */
  dial(
    { request, leave }: Visitor,
    seat: Seat | undefined,
    source?: TargetSource,
  ): Promise<Dialled | Refusal | typeof ABORTED> {
    const { hosts, connectTimeout, targetTls, makeSocket } = this.#options;
    const host = hosts.find(request.fields.hostName);
    const target = source ?? host.target;
    return this.#attempt(leave, async (signal) => {
      const allowed = await this.authenticate(request, signal);
      if (allowed !== true) return allowed;
      const found = await within(connectTimeout, signal, () => target(request, signal));
      if (!found || 'status' in Object(found)) return readRefusal(found);
      const address = readTarget(found);
      const holder = seat && holderOf(request, host, target);
      const refusal = holder === undefined ? undefined : await seat?.(holder);
      if (refusal) return refusal;
      const options = { tls: targetTls, makeSocket, preamble: this.#preamble(request.peer) };
      return this.#connect(address, signal, options);
    });
  }

  /** Connects to a target that is known; `tls` is how it speaks TLS, `peer` for whom it is. Never rejects. */
  connect(
    address: Target,
    leave: AbortController,
    tls: TargetTls | undefined,
    peer: Peer,
  ): Promise<Dialled | Refusal | typeof ABORTED> {
    const options = { tls, preamble: this.#preamble(peer) };
    return this.#attempt(leave, (signal) => this.#connect(address, signal, options));
  }

  /** Lets the sources of targets give back what they hold. Rejects when one fails, or takes longer than 5 s. */
  async close(): Promise<void> {
    const { signal } = new AbortController();
    const sources = new Set([...this.#options.hosts].map(({ target }) => target));
    const closing = [...sources].map((source) =>
      within(CLOSE_TIMEOUT, signal, () => source.close?.()),
    );
    await Promise.all(closing);
  }

  /** Gives up on all that is under way. */
  abort(): void {
    for (const pending of this.#pending) pending.abort();
  }

  async #connect(address: Target, signal: AbortSignal, options: DialOptions): Promise<Dialled> {
    const started = performance.now();
    const target = await dial(address, this.#options.connectTimeout, signal, options);
    return { address, target, dialTime: performance.now() - started };
  }

  #preamble(peer: Peer): Buffer | undefined {
    const { sendProxy } = this.#options;
    return sendProxy && encodeProxyHeader(sendProxy, peer);
  }

  /** Runs something slow until the client leaves or the bridge ends, and turns what it throws into a refusal. */
  async #attempt<T>(
    leave: AbortController,
    act: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | Refusal | typeof ABORTED> {
    const { signal } = leave;
    this.#pending.add(leave);
    try {
      return await act(signal);
    } catch (error) {
      if (signal.aborted) return ABORTED;
      // The functions that were asked can stop: the answer is no longer needed.
      leave.abort();
      if (!(error instanceof DialError)) {
        return { ...BROKEN, detail: quote(plainMessageOf(error)), cause: error };
      }
      return { ...(error.timedOut ? TOO_SLOW : UNREACHABLE), detail: error.message };
    } finally {
      this.#pending.delete(leave);
    }
  }
}

/**
 * For whom a session counts: its token, where that has led to the target, else its user. As a hash, since it may be a
 * secret, and long.
 */
function holderOf(
  request: RequestHead,
  host: Destination,
  target: TargetSource,
): string | undefined {
  const { certificate } = request;
  const token = target.tokenOf?.(request);
  const user = host.knowsUsers ? userNameOf(request.fields) : undefined;
  const holder =
    token ?? (certificate ? JSON.stringify([certificate.subject, certificate.issuer]) : user);
  if (holder === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([host.key, holder]))
    .digest('base64');
}
