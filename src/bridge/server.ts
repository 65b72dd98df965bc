/**
 * The bridge itself: an HTTP server whose upgrades become relays. It only composes; the rules are next door.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { type Address, formatAddress, type Target } from './base/address.js';
import { within, KEEP_ALIVE_DELAY } from './access/dial.js';
import { Door } from './port/door.js';
import { judgeHost, judgeOrigin } from './http/guard.js';
import { chooseProtocol, judgeHandshake } from './http/handshake.js';
import { startHeartbeat } from './session/heartbeat.js';
import { Journal, peerOf, printable, rememberPeer } from './log/journal.js';
import { Lifetime } from './process/lifetime.js';
import { listenOn } from './port/listen.js';
import { messageOf } from './base/text.js';
import { type BridgeOptions, MAX_TIMER, readOptions, type Settings } from './options.js';
import { answerPings } from './session/pong.js';
import { watchLeaving, watchTarget } from './session/progress.js';
import { LEFT, Reacher } from './access/reach.js';
import { readAnswer, type Refusal } from './base/refusal.js';
import { refuseRequest, refuseUpgrade } from './http/refuse.js';
import { Relay } from './session/relay.js';
import { TlsGate } from './port/tls.js';
import type { UnixSource } from './base/unix.js';

/** How long a client may take to send a request's headers, in ms. */
const HEADERS_TIMEOUT = 10_000;
/** How long a client may leave an HTTP connection without a byte moving, in ms. */
const IDLE_TIMEOUT = 60_000;
/** How long a closing bridge waits for the closing handshakes, in ms. */
const CLOSE_TIMEOUT = 5_000;
/** How long a client may take to read what is queued before a close frame, and to answer it, in ms. */
const FAREWELL_TIMEOUT = 300_000;
/** How long a client that has ended its half may take nothing of what is queued for it, in ms. */
const LEAVING_TIMEOUT = 10_000;
/** Reads that one unfinished frame may arrive in. */
const MAX_READS = 16_384;

const NO_HEAD = Buffer.alloc(0);

const NO_FILES = { status: 405, message: 'Only WebSocket connections.', headers: { Allow: '' } };
const BROKEN = { status: 500, message: 'The bridge failed.' };
const TOO_EARLY = { status: 400, message: 'An earlier request is not answered yet.' };
const GOING_AWAY = { status: 503, message: 'The bridge is going away.' };
const HEALTHY = { status: 200, message: 'ok' };

/** Carries WebSocket connections to a TCP port or a unix socket. */
export interface Bridge {
  /**
   * Starts to listen on `host` (default 127.0.0.1; an empty one means every interface) and resolves with the
   * address that it got: port 0 takes a free port. Rejects when the port can't be had.
   */
  listen(port: number, host?: string): Promise<Address>;
  /**
   * Starts to listen on a unix socket, which it makes. Rejects when the path can't be had; a socket that an earlier
   * run left there is replaced.
   */
  listen(source: UnixSource): Promise<UnixSource>;
  /**
   * Stops listening and, `drain` ms later or when all sessions are over, ends every connection: WebSockets with 1001,
   * targets after the bytes that had arrived for them. Resolves when nothing is left; whatever takes longer than
   * another 5 s is cut off. Called again it can only shorten the wait.
   */
  close(options?: { readonly drain?: number }): Promise<void>;
  /** Resolves when the bridge has ended, by `close` or by itself (`runOnce`, `listenTimeout`, `idleTimeout`). */
  readonly closed: Promise<void>;
}

/**
 * Makes a bridge, which does not listen yet. Throws an OptionError, a RangeError, for an option that can't be used.
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
  readonly closed: Promise<void>;
  readonly #settings: Settings;
  readonly #journal: Journal;
  readonly #http: Server;
  readonly #door: Door;
  readonly #acceptor: WebSocketServer;
  readonly #reacher: Reacher;
  readonly #lifetime: Lifetime;
  readonly #relays = new Set<Relay>();
  /** Sockets with a plain request under way. */
  readonly #answering = new WeakSet<Socket>();
  #upgrades = 0;
  #stopped: Promise<unknown> | undefined;
  #ending = false;
  #drainTimer: NodeJS.Timeout | undefined;
  #onClosed: (ended: Promise<void>) => void = () => {};

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#journal = new Journal(settings);
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    // In a variable: @types/ws does not know closeTimeout.
    const acceptorOptions = {
      noServer: true,
      clientTracking: false,
      autoPong: false,
      handleProtocols: chooseProtocol,
      maxPayload: settings.maxPayload,
      maxFragments: settings.maxFragments,
      maxBufferedChunks: MAX_READS,
      closeTimeout: FAREWELL_TIMEOUT,
    };
    this.#acceptor = new WebSocketServer(acceptorOptions);
    this.#reacher = new Reacher(settings);
    this.#lifetime = new Lifetime(
      settings,
      () => void this.#stopListening(),
      () => void this.close(),
    );
    this.#http = createServer({
      headersTimeout: HEADERS_TIMEOUT,
      connectionsCheckingInterval: 1_000,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY,
    });
    this.#http.timeout = IDLE_TIMEOUT;
    this.#http.on('request', (request, response) => void this.#serve(request, response));
    this.#http.on('upgrade', (request, _socket, head) => void this.#upgrade(request, head));
    // Out of file descriptors, say: that one connection fails, the bridge goes on.
    this.#http.on('error', (error) => this.#journal.failed(error.message));
    this.#door = this.#hangDoor();
  }

  async listen(where: number | UnixSource, host = '127.0.0.1'): Promise<never> {
    if (this.#stopped) throw new Error('Cannot listen: the bridge is closed');
    const source = typeof where === 'number' ? { host, port: where } : where;
    const address = await listenOn(this.#http, source);
    this.#lifetime.start();
    // Each overload's own result; one signature can't say so.
    return address as never;
  }

  close({ drain = 0 }: { readonly drain?: number } = {}): Promise<void> {
    void this.#stopListening();
    clearTimeout(this.#drainTimer);
    if (drain > 0 && this.#relays.size > 0 && !this.#ending) {
      this.#drainTimer = setTimeout(() => this.#end(), Math.min(drain, MAX_TIMER));
    } else {
      this.#end();
    }
    return this.closed;
  }

  #end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#onClosed(this.#shutDown());
  }

  async #shutDown(): Promise<void> {
    this.#lifetime.stop();
    clearTimeout(this.#drainTimer);
    this.#door.destroySilent();
    for (const relay of this.#relays) relay.close(1001, GOING_AWAY.message);
    const timer = setTimeout(() => {
      this.#http.closeAllConnections();
      this.#door.destroy();
      for (const relay of this.#relays) relay.destroy();
    }, CLOSE_TIMEOUT);
    await Promise.all([this.#stopListening(), ...[...this.#relays].map((relay) => relay.closed)]);
    clearTimeout(timer);
  }

  /** Lets no more connections in; resolves when those that there are have gone. */
  #stopListening(): Promise<unknown> {
    if (!this.#stopped) {
      this.#stopped = new Promise((resolve) => {
        this.#http.close(resolve);
      });
      this.#reacher.abort();
    }
    return this.#stopped;
  }

  /** Puts limits and TLS between the port and the HTTP server's own handling of a connection. */
  #hangDoor(): Door {
    const { tls: options } = this.#settings;
    const [handle] = this.#http.listeners('connection');
    const serve = (socket: Socket) => {
      rememberPeer(socket);
      handle?.call(this.#http, socket);
    };
    const tls = options && new TlsGate(options, serve, (reason) => this.#journal.failed(reason));
    const door = new Door({
      ...this.#settings,
      tls,
      serve,
      onRefused: (socket, { status, message }) =>
        this.#journal.refused(0, peerOf(socket), {}, { status, message }),
    });
    this.#http.removeAllListeners('connection').on('connection', door.admit);
    return door;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { files, hosts } = this.#settings;
    this.#answering.add(request.socket);
    response.once('close', () => this.#answering.delete(request.socket));
    const refusal = judgeHost(request.headersDistinct, hosts);
    if (refusal) refuseRequest(response, refusal);
    else if (request.url === '/healthz')
      refuseRequest(response, this.#stopped ? GOING_AWAY : HEALTHY);
    else if (!files) refuseRequest(response, NO_FILES);
    else {
      const allowed = await this.#authenticate(request);
      if (allowed !== true) refuseRequest(response, allowed);
      // A file that goes away while it is being looked at costs its request, not the bridge.
      else await files(request, response).catch(() => response.destroy());
    }
  }

  /** Asks about a plain request, where that is wanted. */
  async #authenticate(request: IncomingMessage): Promise<true | Refusal> {
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

  async #upgrade(request: IncomingMessage, head: Buffer): Promise<void> {
    const client = request.socket;
    const id = (this.#upgrades += 1);
    const peer = peerOf(client);
    client.setTimeout(0);
    client.on('error', () => {
      // Its 'close' follows and is what counts.
    });
    // What came with the handshake goes back in front of the rest now: if the client fails meanwhile, ws would drop
    // it and take what follows for the beginning.
    if (head.length > 0) client.unshift(head);

    const reached = this.#judge(request) ?? (await this.#reacher.reach(request));
    if (reached !== LEFT && 'status' in reached) {
      this.#journal.refused(id, peer, request.headers, reached);
      refuseUpgrade(client, reached);
      return;
    }
    if (this.#stopped) {
      if (reached !== LEFT) reached.target.destroy();
      this.#journal.refused(id, peer, request.headers, GOING_AWAY);
      refuseUpgrade(client, GOING_AWAY);
      return;
    }
    if (reached === LEFT) {
      client.destroy();
      this.#journal.write({ event: 'left', id, peer });
      return;
    }
    const { address, target } = reached;
    const relay = this.#accept(request, target);
    if (!relay) this.#journal.write({ event: 'left', id, peer });
    // Not awaited: while it lasts, this function would keep the request.
    else void this.#follow(relay, id, peer, address);
  }

  async #follow(relay: Relay, id: number, peer: string, target: Target): Promise<void> {
    const opened = performance.now();
    this.#journal.write({ event: 'opened', id, peer, target: printable(formatAddress(target)) });
    this.#relays.add(relay);
    this.#lifetime.opened();
    const ending = await relay.closed;
    this.#relays.delete(relay);
    const duration = Math.round(performance.now() - opened);
    this.#journal.write({ event: 'closed', id, ...ending, why: printable(ending.why), duration });
    this.#lifetime.closed();
    if (this.#drainTimer && this.#relays.size === 0) this.#end();
  }

  /** Everything that can be said against an upgrade without asking the target. */
  #judge(request: IncomingMessage): Refusal | undefined {
    if (this.#stopped) return GOING_AWAY;
    // A pipelined request: its answer would end up in the WebSocket's stream.
    if (this.#answering.has(request.socket)) return TOO_EARLY;
    const { headersDistinct: headers } = request;
    const { hosts, origins } = this.#settings;
    return (
      judgeHost(headers, hosts) ??
      judgeOrigin(headers, origins, request.socket instanceof TLSSocket) ??
      judgeHandshake(request, headers)
    );
  }

  /** Answers 101 and joins the two; nothing if the client left between the target's answer and ours. */
  #accept(request: IncomingMessage, target: Socket): Relay | undefined {
    const { heartbeat, readTimeout: read, sendTimeout: send, traffic } = this.#settings;
    const client = request.socket;
    let relay: Relay | undefined;
    this.#acceptor.handleUpgrade(request, client, NO_HEAD, (ws) => {
      const joined = new Relay(ws, target, traffic);
      relay = joined;
      // We have said our last: no more comes from the client that counts, though it may take its time to hang up.
      client.once('finish', () => joined.endTarget());
      // Over TLS a reset may look like an end, and what was being written is then never done.
      watchLeaving(client, LEAVING_TIMEOUT);
      answerPings(ws);
      startHeartbeat(ws, client, heartbeat, () => joined.dropClient('no pong'));
      watchTarget(target, { read, send }, (why) => joined.dropTarget(why));
    });
    if (!relay) target.destroy();
    return relay;
  }
}
