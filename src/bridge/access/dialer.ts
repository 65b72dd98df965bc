/**
 * Finds out whether and where a visitor may connect, and dials that target, as long as the visitor waits.
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

/** The client left, or the bridge is ending. */
export const ABORTED = Symbol('aborted');

/** A host as the dialer sees it: the functions that decide about its clients. */
export interface Destination {
  readonly names: ReadonlySet<string>;
  readonly target: TargetSource;
  readonly authenticate: Authenticate;
  /** Whether the host authenticates its clients: only then does a user name in HTTP Basic count. */
  readonly knowsUsers: boolean;
  /** Identifies the host among the others. */
  readonly key: string;
}

/** Takes a place for a session of `holder`; resolves with a refusal if none is free. */
export type Seat = (holder: string) => Promise<Refusal | undefined>;

/** The hosts, and how to connect. */
export interface DialerOptions {
  readonly hosts: Vhosts<Destination>;
  /** How long each user function may take, and the connection, in ms. */
  readonly connectTimeout: number;
  readonly targetTls: TargetTls | undefined;
  /** The version of the PROXY header to send to targets. */
  readonly sendProxy: ProxyVersion | undefined;
  /** Makes the socket for a connection without TLS. */
  readonly makeSocket: () => Socket;
}

/** A target that accepted the connection. */
export interface Dialled {
  readonly address: Target;
  readonly target: Socket;
  /** How long connecting took, in ms. */
  readonly dialTime: number;
}

const BROKEN = { status: 500, message: 'The bridge failed.' };
const UNREACHABLE = { status: 502, message: 'The target is not accepting connections.' };
const TOO_SLOW = { status: 504, message: 'The target did not answer in time.' };

/** How long a target source may take to close, in ms. */
const CLOSE_TIMEOUT = 5_000;

/** Dials targets. */
export class Dialer {
  readonly #options: DialerOptions;
  readonly #pending = new Set<AbortController>();

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /** Asks only whether a visitor may connect. Never rejects. */
  admit({ request, leave }: Visitor): Promise<true | Refusal | typeof ABORTED> {
    return this.#attempt(leave, (signal) => this.authenticate(request, signal));
  }

  /** Calls `authenticate` for any request, even one without a target. Rejects when the function fails or takes too long. */
  async authenticate(request: RequestHead, signal: AbortSignal): Promise<true | Refusal> {
    const { hosts, connectTimeout } = this.#options;
    const { authenticate } = hosts.find(request.fields.hostName);
    return readAnswer(await within(connectTimeout, signal, () => authenticate(request, signal)));
  }

  /**
   * Authenticates a visitor, finds its target, takes a place if `seat` is given, then connects. `source` replaces the host's
   * own target source. Never rejects.
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

  /** Connects to a known target on behalf of `peer`, over TLS if `tls` is given. Never rejects. */
  connect(
    address: Target,
    leave: AbortController,
    tls: TargetTls | undefined,
    peer: Peer,
  ): Promise<Dialled | Refusal | typeof ABORTED> {
    const options = { tls, preamble: this.#preamble(peer) };
    return this.#attempt(leave, (signal) => this.#connect(address, signal, options));
  }

  /** Closes the target sources. Rejects when one fails or takes longer than 5 s. */
  async close(): Promise<void> {
    const { signal } = new AbortController();
    const sources = new Set([...this.#options.hosts].map(({ target }) => target));
    const closing = [...sources].map((source) =>
      within(CLOSE_TIMEOUT, signal, () => source.close?.()),
    );
    await Promise.all(closing);
  }

  /** Aborts every attempt in progress. */
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

  /** Runs `act` until the client leaves or the bridge ends, and turns an exception into a refusal. */
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
      // User functions that are still running can stop: nobody needs their answer.
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
 * Whose session this is: that of the token which led to the target, or else of the user. Hashed, since it may be secret and
 * long.
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
