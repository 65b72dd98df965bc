/**
 * The bridge itself. It only composes the parts that a connection passes through: port, http, access, session.
 */
import { within, KEEP_ALIVE_DELAY } from './access/dial.js';
import { ABORTED, Dialer } from './access/dialer.js';
import type { Address } from './base/address.js';
import { destroyOnError } from './base/destroy-on-error.js';
import { Limits } from './base/limits.js';
import { readAnswer, type Refusal } from './base/refusal.js';
import type { BridgeRequest } from './base/request.js';
import { messageOf } from './base/text.js';
import type { UnixSource } from './base/unix.js';
import type { Visitor } from './base/visitor.js';
import type { Socket } from 'node:net';
import { H1Server } from './http/h1.js';
import { chooseProtocol } from './http/handshake.js';
import { GOING_AWAY } from './http/plain.js';
import { Journal } from './log/journal.js';
import { type BridgeOptions, type RawRoute, readOptions, type Settings } from './options.js';
import { peerOf, type Peer } from './base/peer.js';
import { Gate } from './port/gate.js';
import { Listeners } from './port/listeners.js';
import { Router } from './port/router.js';
import { TlsGate } from './port/tls.js';
import { Life } from './process/life.js';
import { RawSession } from './session/raw-session.js';
import { PooledSocket } from './session/reads.js';
import { Session } from './session/session.js';
import { Sessions } from './sessions.js';

const BROKEN: Refusal = { status: 500, message: 'The bridge failed.' };
const HALF_CLOSED: Refusal = {
  status: 400,
  message: 'A WebSocket needs both directions of its connection.',
};

/** Forwards WebSocket connections to a TCP port or a unix socket. */
export interface Bridge {
  /**
   * Starts to listen on `host` (default 127.0.0.1; an empty string means every interface) and resolves with the
   * actual address: port 0 takes a free port. Rejects when it can't listen on the port. A bridge may listen on several
   * ports and sockets: call this for each.
   */
  listen(port: number, host?: string): Promise<Address>;
  /**
   * Creates a unix socket and listens on it. Rejects when the path can't be used; a socket left by an earlier
   * run is replaced.
   */
  listen(source: UnixSource): Promise<UnixSource>;
  /**
   * Stops listening and, `drain` ms later or when all sessions are over, ends every connection: WebSockets with 1001,
   * targets after the bytes that had arrived for them. Resolves when nothing is left; anything that takes more than
   * another 5 s is cut off. A further call can only shorten the wait.
   */
  close(options?: { readonly drain?: number }): Promise<void>;
  /** Resolves when the bridge has ended, by `close` or by itself (`runOnce`, `listenTimeout`, `idleTimeout`). */
  readonly closed: Promise<void>;
}

/**
 * Creates a bridge, which does not listen yet. Throws an OptionError, which is a RangeError, for an invalid option.
 *
 * ```js
 * const bridge = createBridge({ target: { host: '127.0.0.1', port: 5900 } });
 * const { port } = await bridge.listen(6080);
 * await bridge.close();
 * ```
 */
export function createBridge(options: BridgeOptions): Bridge {
  return new HttpBridge(readOptions(options));
}

class HttpBridge implements Bridge {
  readonly #settings: Settings;
  readonly #journal: Journal;
  readonly #life: Life;
  readonly #sessions: Sessions;
  readonly #dialer: Dialer;
  readonly #http: H1Server;
  readonly #gate: Gate;
  readonly #listeners: Listeners;
  #visitors = 0;
  /** Resolves when no connection is left. */
  #deserted: Promise<unknown> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#journal = new Journal(settings);
    this.#life = new Life(settings, {
      drain: () => this.#stopListening(),
      end: () => this.#end(),
      cut: () => this.#cut(),
    });
    this.#sessions = new Sessions({
      ...settings,
      journal: this.#journal,
      onOpened: () => this.#life.opened(),
      onClosed: () => this.#life.closed(),
    });
    this.#dialer = new Dialer({ ...settings, makeSocket: () => new PooledSocket() });
    this.#http = new H1Server({
      ...settings,
      authorize: (request) => this.#authorize(request),
      isListening: () => this.#isListening,
      onVisitor: (visitor) => void this.#receive(visitor),
      redirectsToTls: settings.tls?.redirectHttp ?? false,
      onRefused: ({ peer, fields }, refusal) =>
        this.#journal.refused(this.#number(), peer.name, fields, refusal),
      onMalformed: (peer, refusal) => this.#journal.refused(0, peer.name, undefined, refusal),
    });
    this.#gate = this.#openGate();
    this.#listeners = new Listeners({
      keepAliveDelay: KEEP_ALIVE_DELAY,
      onConnection: this.#gate.admit,
      onError: (error) => this.#journal.failed(error.message),
    });
  }

  get closed(): Promise<void> {
    return this.#life.ended;
  }

  async listen(where: number | UnixSource, host = '127.0.0.1'): Promise<never> {
    if (!this.#isListening) throw new Error('Cannot listen: the bridge is closed');
    const source = typeof where === 'number' ? { host, port: where } : where;
    const address = await this.#listeners.listen(source);
    this.#life.start();
    // Each overload's own result; one signature can't say so.
    return address as never;
  }

  close({ drain = 0 }: { readonly drain?: number } = {}): Promise<void> {
    this.#life.drain(drain);
    return this.closed;
  }

  get #isListening(): boolean {
    return this.#life.stage === 'listening';
  }

  /** Each client that asks for a WebSocket has a number of its own. */
  #number(): number {
    this.#visitors += 1;
    return this.#visitors;
  }

  /** Puts limits, sniffing and TLS between the port and HTTP. */
  #openGate(): Gate {
    const { tls, raw, fallback, silenceTimeout } = this.#settings;
    const onRefused = (peer: Peer, refusal: Refusal) =>
      this.#journal.refused(0, peer.name, undefined, refusal);
    const router: Router = new Router({
      tls:
        tls &&
        new TlsGate(
          tls,
          (socket) => router.openSecure(socket),
          (reason) => this.#journal.failed(reason),
        ),
      serveHttp1: this.#http.serve.bind(this.#http),
      raw: raw && ((socket) => void this.#carry(socket, raw)),
      fallback: fallback && ((socket) => void this.#carry(socket, fallback)),
      silenceTimeout,
      onRefused,
    });
    return new Gate({
      ...this.#settings,
      limits: new Limits(this.#settings),
      speaksPlainly: !tls && !raw,
      open: router.open,
      onRefused,
    });
  }

  /** Asks about a plain request, where that is wanted. */
  async #authorize(request: BridgeRequest): Promise<true | Refusal> {
    const { webAuth, authenticate, connectTimeout } = this.#settings;
    if (!webAuth) return true;
    const { signal } = new AbortController();
    try {
      return readAnswer(await within(connectTimeout, signal, () => authenticate(request, signal)));
    } catch (error) {
      this.#journal.failed(messageOf(error));
      return BROKEN;
    }
  }

  /** Takes a visitor to its target, or refuses it. */
  async #receive(visitor: Visitor): Promise<void> {
    const { peer } = visitor.request;
    const id = this.#number();
    const leave = this.#sessions.enter(peer);
    if (typeof leave !== 'function') {
      this.#refuse(id, visitor, leave);
      return;
    }
    const dialled = await this.#dialer.dial(visitor);
    const isDialled = dialled !== ABORTED && 'target' in dialled;
    const session = isDialled && this.#join(visitor, dialled.target);
    if (session) {
      // Not awaited: while it lasts, this function would keep the request.
      void this.#sessions.follow(session, { id, peer, target: dialled.address, leave });
      return;
    }
    leave();
    if (dialled !== ABORTED && 'status' in dialled) this.#refuse(id, visitor, dialled);
    else if (!this.#isListening) this.#refuse(id, visitor, GOING_AWAY);
    else {
      this.#journal.write(() => ({ event: 'left', id, peer: peer.name }));
      // It may have ended its half only, and would keep the rest of its connection.
      visitor.refuse(HALF_CLOSED);
    }
  }

  /** Carries a connection to a target as it is, without HTTP. */
  async #carry(socket: Socket, route: RawRoute): Promise<void> {
    const peer = peerOf(socket);
    const id = this.#number();
    const refuse = (refusal: Refusal) => {
      this.#journal.refused(id, peer.name, undefined, refusal);
      socket.destroy();
    };
    const leave = this.#sessions.enter(peer);
    if (typeof leave !== 'function') {
      refuse(leave);
      return;
    }
    const left = new AbortController();
    destroyOnError(socket);
    socket.once('close', () => left.abort());
    const dialled = await this.#dialer.connect(route.target, left.signal, route.tls, peer);
    if (dialled !== ABORTED && 'target' in dialled) {
      const { address, target } = dialled;
      void this.#sessions.follow(new RawSession(socket, target), {
        id,
        peer,
        target: address,
        leave,
      });
      return;
    }
    leave();
    if (dialled !== ABORTED) refuse(dialled);
    else {
      this.#journal.write(() => ({ event: 'left', id, peer: peer.name }));
      socket.destroy();
    }
  }

  #refuse(id: number, visitor: Visitor, refusal: Refusal): void {
    const { peer, fields } = visitor.request;
    this.#journal.refused(id, peer.name, fields, refusal);
    visitor.refuse(refusal);
  }

  /** Joins a visitor with its target; not if it has left meanwhile, or the bridge is going away. */
  #join(visitor: Visitor, target: Socket): Session | undefined {
    const protocol = chooseProtocol(visitor.protocols);
    const client = this.#isListening ? visitor.accept(protocol) : undefined;
    if (client) return new Session({ client, target, protocol }, this.#settings);
    target.destroy();
    return undefined;
  }

  /** Lets no more connections in. */
  #stopListening(): void {
    this.#deserted = this.#listeners.close();
    this.#http.close();
    this.#dialer.abort();
  }

  async #end(): Promise<void> {
    this.#gate.destroySilent();
    await Promise.all([this.#deserted, this.#sessions.close(1001, GOING_AWAY.message)]);
    await this.#dialer.close().catch((error: unknown) => this.#journal.failed(messageOf(error)));
  }

  /** Drops what takes too long to end. */
  #cut(): void {
    this.#gate.destroy();
    this.#sessions.destroy();
  }
}
