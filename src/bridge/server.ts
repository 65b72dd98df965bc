/**
 * The bridge itself: an HTTP server whose upgrades become relays. It only composes; the rules are next door.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { type Address, formatAddress, type Target } from './address.js';
import { dial, DialError, KEEP_ALIVE_DELAY, within } from './dial.js';
import { judgeHost, judgeOrigin } from './guard.js';
import { chooseProtocol, judgeHandshake } from './handshake.js';
import { startHeartbeat } from './heartbeat.js';
import { quote } from './log.js';
import { type BridgeOptions, readOptions, type Settings } from './options.js';
import { type Refusal, refuseRequest, refuseUpgrade } from './refuse.js';
import { Relay } from './relay.js';

/** How long a client may take to send a request's headers, in ms. */
const HEADERS_TIMEOUT = 10_000;
/** How long a client may leave an HTTP connection without a byte moving, in ms. */
const IDLE_TIMEOUT = 60_000;
/** How long a closing bridge waits for the closing handshakes, in ms. */
const CLOSE_TIMEOUT = 5_000;
/** How long a client may take to read what is queued before a close frame, and to answer it, in ms. */
const FAREWELL_TIMEOUT = 300_000;
/** Fragments of an unfinished message: each may keep the 64 KiB that it was read with. */
const MAX_FRAGMENTS = 128;
/** Reads that one unfinished frame may arrive in. */
const MAX_READS = 16_384;

const NO_HEAD = Buffer.alloc(0);

const NO_FILES = { status: 405, message: 'Only WebSocket connections.', headers: { Allow: '' } };
const NO_TARGET = { status: 403, message: 'Not allowed.' };
const BROKEN = { status: 500, message: 'The bridge failed.' };
const UNREACHABLE = { status: 502, message: 'The target does not accept connections.' };
const TOO_EARLY = { status: 400, message: 'An earlier request is not answered yet.' };
const GOING_AWAY = { status: 503, message: 'The bridge is going away.' };
const TOO_SLOW = { status: 504, message: 'The target does not answer.' };

/** Carries WebSocket connections to a TCP port. */
export interface Bridge {
  /**
   * Starts to listen on `host` (default 127.0.0.1; an empty one means every interface) and resolves with the
   * address that it got: port 0 takes a free port. Rejects when the port can't be had.
   */
  listen(port: number, host?: string): Promise<Address>;
  /**
   * Stops listening and ends every connection: WebSockets with 1001, targets after the bytes that had arrived
   * for them. Resolves when nothing is left; whatever takes longer than 5 s is cut off.
   */
  close(): Promise<void>;
}

/**
 * Makes a bridge, which does not listen yet. Throws a RangeError for an option out of range.
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

/** A target that accepted the connection. */
interface Reached {
  readonly address: Target;
  readonly target: Socket;
}

class HttpBridge implements Bridge {
  readonly #settings: Settings;
  readonly #http: Server;
  readonly #acceptor: WebSocketServer;
  readonly #dials = new Set<AbortController>();
  readonly #relays = new Set<Relay>();
  /** Sockets with a plain request under way. */
  readonly #answering = new WeakSet<Socket>();
  #upgrades = 0;
  #closed: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    // In a variable: @types/ws does not know closeTimeout.
    const acceptorOptions = {
      noServer: true,
      clientTracking: false,
      handleProtocols: chooseProtocol,
      maxPayload: settings.maxPayload,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_READS,
      closeTimeout: FAREWELL_TIMEOUT,
    };
    this.#acceptor = new WebSocketServer(acceptorOptions);
    this.#http = createServer({
      headersTimeout: HEADERS_TIMEOUT,
      connectionsCheckingInterval: 1_000,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY,
    });
    this.#http.timeout = IDLE_TIMEOUT;
    this.#http.on('request', (request, response) => this.#serve(request, response));
    this.#http.on('upgrade', (request, _socket, head) => this.#upgrade(request, head));
    // Out of file descriptors, say: that one connection fails, the bridge goes on.
    this.#http.on('error', (error) => settings.log(`error: ${error.message}`));
  }

  listen(port: number, host = '127.0.0.1'): Promise<Address> {
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) => {
        this.#http.off('listening', succeed);
        const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
        const message = `Cannot listen on ${formatAddress({ host, port })}: ${reason}`;
        reject(new Error(message, { cause: error }));
      };
      const succeed = () => {
        this.#http.off('error', fail);
        const address = this.#http.address() as AddressInfo;
        resolve({ host: address.address, port: address.port });
      };
      if (this.#closed) throw new Error('Cannot listen: the bridge is closed');
      this.#http.once('error', fail).once('listening', succeed);
      this.#http.listen({ port, ...(host && { host }) });
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    const stopped = new Promise((resolve) => {
      this.#http.close(resolve);
    });
    for (const dialling of this.#dials) dialling.abort();
    for (const relay of this.#relays) relay.close(1001, GOING_AWAY.message);
    const timer = setTimeout(() => {
      this.#http.closeAllConnections();
      for (const relay of this.#relays) relay.destroy();
    }, CLOSE_TIMEOUT);
    await Promise.all([stopped, ...[...this.#relays].map((relay) => relay.closed)]);
    clearTimeout(timer);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { files, hosts } = this.#settings;
    const refusal = judgeHost(request.headersDistinct, hosts);
    this.#answering.add(request.socket);
    response.once('close', () => this.#answering.delete(request.socket));
    if (refusal) refuseRequest(response, refusal);
    else if (!files) refuseRequest(response, NO_FILES);
    // A file that goes away while it is being looked at costs its request, not the bridge.
    else files(request, response).catch(() => response.destroy());
  }

  async #upgrade(request: IncomingMessage, head: Buffer): Promise<void> {
    const client = request.socket;
    const peer = formatAddress({ host: client.remoteAddress ?? '', port: client.remotePort ?? 0 });
    const id = (this.#upgrades += 1);
    const log = (line: string) => this.#settings.log(`#${id} ${line}`);
    client.setTimeout(0);
    client.on('error', () => {
      // Its 'close' follows and is what counts.
    });
    // What came with the handshake goes back in front of the rest now: if the client fails meanwhile, ws would drop
    // it and take what follows for the beginning.
    if (head.length > 0) client.unshift(head);

    const reached = this.#judge(request) ?? (await this.#reach(request));
    if ('status' in reached) {
      const target = reached;
      const { host = '', origin = '' } = request.headers;
      const said = `Host ${quote(host)}, Origin ${quote(origin)}`;
      log(`refused: ${peer}, ${said}, ${target.status}, ${target.detail ?? target.message}`);
      refuseUpgrade(client, target);
      return;
    }
    const { address, target } = reached;
    const relay = this.#accept(request, target);
    if (!relay) return;
    const opened = performance.now();
    log(`opened: ${peer} to ${formatAddress(address)}`);
    this.#relays.add(relay);
    const { code, why, bytesUp, bytesDown } = await relay.closed;
    this.#relays.delete(relay);
    const duration = Math.round(performance.now() - opened);
    log(`closed: ${code}, ${why}, ${bytesUp} bytes up, ${bytesDown} down, ${duration} ms`);
  }

  /** Everything that can be said against an upgrade without asking the target. */
  #judge(request: IncomingMessage): Refusal | undefined {
    if (this.#closed) return GOING_AWAY;
    // A pipelined request: its answer would end up in the WebSocket's stream.
    if (this.#answering.has(request.socket)) return TOO_EARLY;
    const { method, headersDistinct: headers } = request;
    const { hosts, origins } = this.#settings;
    return (
      judgeHost(headers, hosts) ?? judgeOrigin(headers, origins) ?? judgeHandshake(method, headers)
    );
  }

  /** Finds the target and connects to it, for as long as the client waits. */
  async #reach(request: IncomingMessage): Promise<Reached | Refusal> {
    const { target, authenticate, connectTimeout } = this.#settings;
    const client = request.socket;
    const dialling = new AbortController();
    const { signal } = dialling;
    const stop = () => dialling.abort();
    client.once('end', stop).once('close', stop);
    this.#dials.add(dialling);
    try {
      const allowed = await within(connectTimeout, signal, () => authenticate(request, signal));
      if (allowed !== true) return allowed;
      const address = await within(connectTimeout, signal, () => target(request, signal));
      if (!address) return NO_TARGET;
      if ('status' in address) return address;
      return { address, target: await dial(address, connectTimeout, signal) };
    } catch (error) {
      if (this.#closed) return GOING_AWAY;
      if (!(error instanceof DialError)) return { ...BROKEN, detail: quote(String(error)) };
      return { ...(error.timedOut ? TOO_SLOW : UNREACHABLE), detail: error.message };
    } finally {
      client.off('end', stop).off('close', stop);
      this.#dials.delete(dialling);
    }
  }

  /** Answers 101 and joins the two; nothing if the client left between the target's answer and ours. */
  #accept(request: IncomingMessage, target: Socket): Relay | undefined {
    const client = request.socket;
    let relay: Relay | undefined;
    this.#acceptor.handleUpgrade(request, client, NO_HEAD, (ws) => {
      const joined = new Relay(ws, target);
      relay = joined;
      // We have said our last: no more comes from the client that counts, though it may take its time to hang up.
      client.once('finish', () => joined.endTarget());
      startHeartbeat(ws, client, this.#settings.heartbeat, () => joined.dropClient('no pong'));
    });
    if (!relay) target.destroy();
    return relay;
  }
}
