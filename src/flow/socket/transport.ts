/**
 * A socket's transport over the flow protocol: the client's state machine, the WebSockets that it asks for, and the clock.
 * If the server does not accept the protocol, the plain transport takes over the WebSocket.
 */
import { Deferred } from '../../deferred.js';
import { WebsockClosedError, WebsockError } from '../../errors.js';
import type { Channel } from '../../transport/channel.js';
import { channelError } from '../../transport/failure.js';
import type { FlowTools } from '../../transport/flow.js';
import type {
  Transport,
  TransportHandler,
  TransportState,
  UnreadBytes,
} from '../../transport/transport.js';
import { FlowClient, type FlowClientHost, type FlowClientSettings } from '../client.js';
import type { FlowEnding, FlowInput, FlowLink } from '../link.js';
import { FLOW_PROTOCOL } from '../message.js';
import { redial } from './dial.js';
import { formatFrozen, type Frozen } from './frozen.js';
import { listenToPage } from './page.js';
import { linkTo } from './web-socket.js';

/** The settings of the state machine, and of the transport around it. */
export interface FlowTransportSettings extends FlowClientSettings {
  readonly url?: ((attempt: number) => string | URL | Promise<string | URL>) | undefined;
  readonly halfOpen?: boolean | undefined;
}

/** Where the transport starts: with a WebSocket that is being opened, or from a frozen state. */
export type FlowStart =
  { readonly url: string; readonly socket: Channel; readonly offered: readonly string[] } | Frozen;

const MIB = 1024 * 1024;
const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);
/** The longest delay of a timer in ms; with a longer one it fires at once. */
const TIME_MAX = 2 ** 31 - 1;

export class FlowTransport implements Transport, FlowClientHost {
  readonly url: string;
  readonly #settings: FlowTransportSettings;
  readonly #tools: FlowTools;
  readonly #window: number;
  readonly #client: FlowClient;
  /** The first WebSocket, and the subprotocols that it offered. */
  readonly #first: { readonly socket: Channel; readonly offered: readonly string[] } | undefined;
  /** Why that one failed, if it did. */
  #cause: unknown;
  /** The unread bytes of a frozen state, until they are delivered. */
  #unread = NOTHING;
  /** Replaces the state machine if the server has chosen another subprotocol. */
  #plain: Transport | undefined;
  #handler: TransportHandler | undefined;
  #state: TransportState = 'connecting';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopListening = (): void => {};
  /** Set by `end()`: settles when the peer has all of our direction; and counts the bytes that still wait in the socket. */
  #ended: Deferred<void> | undefined;
  #pending: (() => number) | undefined;
  readonly endsByItself: boolean;

  constructor(start: FlowStart, settings: FlowTransportSettings, tools: FlowTools) {
    const window = Math.min(settings.window ?? MIB, tools.options.receiveLimit);
    this.url = start.url;
    this.#settings = { ...settings, window };
    this.#tools = tools;
    this.#window = window;
    this.endsByItself = !settings.halfOpen;
    if ('state' in start) {
      this.#state = 'open';
      this.#client = FlowClient.thaw(start.state, this, this.#settings);
      this.#client.push(start.unsent);
      this.#unread = start.unread;
    } else {
      this.#first = start;
      this.#client = new FlowClient(this, this.#settings);
    }
  }

  // ---- Called by the socket ----

  get state(): TransportState {
    return this.#plain?.state ?? this.#state;
  }

  get protocol(): string {
    return this.#plain ? this.#plain.protocol : this.#client.hasBegun ? FLOW_PROTOCOL : '';
  }

  get room(): number {
    if (this.#plain) return this.#plain.room;
    // While suspended, bytes wait in the socket's own queue, where they are counted.
    return this.#client.isSuspended ? 0 : this.#client.room;
  }

  get bufferedAmount(): number {
    return this.#plain?.bufferedAmount ?? this.#client.unconfirmed;
  }

  get backpressure(): boolean {
    return this.#plain ? this.#plain.backpressure : true;
  }

  get isFlow(): boolean {
    return !this.#plain;
  }

  get canEnd(): boolean {
    return !this.#plain;
  }

  get isSuspended(): boolean {
    return this.#state === 'open' && !this.#plain && this.#client.isSuspended;
  }

  get roundTripTime(): number | undefined {
    return this.#client.roundTripTime;
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    this.#stopListening = listenToPage(this.#client);
    if (this.#first) return this.#client.open();
    this.#client.tick();
    // Later, so that the caller can add its handlers first.
    queueMicrotask(() => {
      const unread = this.#unread;
      this.#unread = NOTHING;
      this.#handler?.received(unread);
    });
    return undefined;
  }

  send(bytes: Uint8Array<ArrayBuffer>, isOwn = false): boolean {
    if (this.#plain) return this.#plain.send(bytes, isOwn);
    if (this.#state !== 'open') return false;
    // The client keeps them until the peer has confirmed them.
    this.#client.push(isOwn ? bytes : bytes.slice());
    return true;
  }

  notify(below: number): void {
    this.#plain?.notify(below);
  }

  pause(): void {
    this.#plain?.pause();
  }

  resume(): void {
    this.#plain?.resume();
  }

  allow(unread: number, wanted: number, isTold: boolean): void {
    const { receiveLimit } = this.#tools.options;
    // A `message` handler may be waiting for a message that is larger than the window.
    const counted = isTold ? Math.max(0, unread + this.#window - receiveLimit) : unread;
    this.#client.allow(counted, Math.min(wanted, receiveLimit));
  }

  end(pending: () => number): Promise<void> {
    if (!this.#ended) {
      this.#pending = pending;
      this.#ended = new Deferred();
      this.#checkEnd();
    }
    return this.#ended.promise;
  }

  close(code?: number, reason?: string): void {
    if (this.#plain) return this.#plain.close(code, reason);
    if (this.#state === 'open') this.#state = 'closing';
    if (this.#client.hasBegun) this.#client.end(true);
    else this.#client.reset('closed');
    return undefined;
  }

  detach(): void {
    this.#plain?.detach();
    this.#handler = undefined;
    if (this.#state !== 'closed') unref(this.#timer);
  }

  /** Stops, and returns the state for `thaw`. */
  freeze(queue: UnreadBytes, unsent: Uint8Array<ArrayBuffer>): string {
    const state = this.#state === 'open' ? this.#client.freeze() : undefined;
    if (!state) throw new WebsockError('ERR_STATE', 'Cannot freeze the socket: it has no session');
    const unread = this.#unread.length > 0 ? this.#unread : queue.peekBytes(queue.length);
    return formatFrozen({ url: this.url, state, unread, unsent });
  }

  // ---- Called by the state machine ----

  now(): number {
    return performance.now();
  }

  wall(): number {
    return Date.now();
  }

  wake(at: number): void {
    clearTimeout(this.#timer);
    const delay = Math.min(TIME_MAX, Math.max(0, Math.ceil(at - this.now())));
    this.#timer = setTimeout(() => this.#client.tick(), delay);
    if (!this.#handler && delay > 0) unref(this.#timer);
  }

  dial(input: FlowInput, attempt: number, route: string | undefined): FlowLink {
    if (attempt === 0) return this.#openFirst(input);
    const { url } = this.#settings;
    const address = async (): Promise<string> =>
      withRoute(url ? await url(attempt) : this.url, route);
    return redial(address, input, this.#tools);
  }

  #openFirst(input: FlowInput): FlowLink {
    const { socket, offered } = this.#first!;
    const link = linkTo(socket, input, FLOW_PROTOCOL);
    const { onopen, onerror } = socket;
    socket.onerror = (event: unknown) => {
      this.#cause = event;
      (onerror as (event: unknown) => void)(event);
    };
    const opened = (event: Event | undefined): void => {
      if (socket.protocol === FLOW_PROTOCOL) return (onopen as (event: unknown) => void)(event);
      // The server does not speak flow: from here on, all is as without it.
      const handler = this.#handler;
      this.#stop();
      const { Plain, options } = this.#tools;
      this.#plain = new Plain(socket, options.text, offered);
      if (!handler) return this.#plain.close();
      this.#plain.start(handler);
      return handler.opened(event);
    };
    socket.onopen = opened;
    return link;
  }

  opened(): void {
    this.#state = 'open';
    this.#handler?.opened(undefined);
  }

  data(bytes: Uint8Array): void {
    const isWhole = bytes.byteLength === bytes.buffer.byteLength;
    this.#handler?.received(bytes, isWhole ? (bytes.buffer as ArrayBuffer) : undefined);
  }

  ended(): void {
    this.#handler?.ended?.();
  }

  writable(): void {
    this.#handler?.writable();
    this.#checkEnd();
  }

  suspended(code: number): void {
    const reason = `the WebSocket closed with ${code}`;
    if (this.#state === 'open') this.#handler?.tell?.('suspended', { reason, attempt: 1 });
  }

  resumed(attempts: number, downtime: number): void {
    if (this.#state === 'open') this.#handler?.tell?.('resumed', { attempts, downtime });
  }

  closed(ending: FlowEnding): void {
    const hadOpened = this.#state !== 'connecting';
    this.#state = 'closed';
    this.#stopListening();
    // If suspended, the client may try once more, to tell the server of the end.
    if (!this.#client.isSuspended) clearTimeout(this.#timer);
    const handler = this.#handler;
    if (!handler) return;
    this.#checkEnd();
    const { kind, why, code = 1006 } = ending;
    this.#ended?.reject(new WebsockClosedError('end', 1006, why, 0));
    if (kind === 'clean') return handler.closed({ code: 1000, reason: '', wasClean: true });
    handler.failed(hadOpened ? sessionError(kind, why) : this.#openError(why));
    const reason = kind === 'reset' ? why : '';
    handler.closed({ code: hadOpened ? 1006 : code, reason, wasClean: false });
    return undefined;
  }

  #openError(why: string): WebsockError {
    const { offered = [] } = this.#first ?? {};
    return channelError({ wasOpen: false, name: this.url, offered }, this.#cause ?? why);
  }

  #checkEnd(): void {
    if (this.#pending?.() === 0) this.#client.end();
    if (this.#client.isEndConfirmed) this.#ended?.resolve();
  }

  #stop(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
  }
}

function sessionError(kind: FlowEnding['kind'], why: string): WebsockError {
  const isLost = kind === 'lost' || kind === 'violation';
  return new WebsockError(isLost ? 'ERR_RESUME' : 'ERR_CHANNEL', `The session is lost: ${why}`);
}

function withRoute(url: string | URL, route: string | undefined): string {
  const dialled = new URL(url);
  if (route !== undefined) dialled.searchParams.set('flow-route', route);
  return String(dialled);
}

/** Keeps a timer that nobody waits for from keeping Node running. */
function unref(timer: unknown): void {
  (timer as { unref?(): void } | undefined)?.unref?.();
}
