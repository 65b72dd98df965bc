/**
 * One end of a session, client or server: two directions, carried by one WebSocket at a time. Its inputs are messages, the
 * application's bytes and time; its outputs are messages to send and notifications for the application. The client and
 * server classes decide how a session begins and how it gets another WebSocket.
 */
import { Incoming } from './incoming.js';
import type { FlowEnding, FlowHost, FlowInput, FlowLink } from './link.js';
import { Liveness } from './liveness.js';
import {
  formatMessage,
  formatReset,
  isResume,
  MESSAGE_MAX,
  parseMessage,
  type Message,
} from './message.js';
import { Outgoing } from './outgoing.js';

/** The settings of an end. */
export interface FlowSettings {
  /** How many bytes from the peer may be in flight or unread. At least 65,536, default 1 MiB. */
  readonly window?: number | undefined;
  /** How many sent bytes are kept until the peer confirms them. At least 1 MiB, which is the default. */
  readonly replay?: number | undefined;
  /** After how many ms of silence a ping is sent. Default: 15,000. */
  readonly keepAlive?: number | undefined;
}

const MIB = 1024 * 1024;

/** The close codes of this protocol. */
export const VIOLATION = 4400;
export const NOT_FOUND = 4404;
export const SUPERSEDED = 4409;
/** Says that the client has abandoned this WebSocket, and nothing about the session. */
export const LEFT = 4001;

/** After these codes another attempt would end the same way. All others, even 1000, prove nothing: proxies send them. */
const FINAL = new Set([VIOLATION, 4403, NOT_FOUND, SUPERSEDED, 1002, 1003, 1007, 1009]);

/**
 * One end of a session, {@link FlowClient} or {@link FlowServer}. It does no I/O and sets no timers: it calls its host for that,
 * synchronously.
 */
export abstract class FlowEnd<Host extends FlowHost = FlowHost> {
  protected host: Host;
  protected readonly outgoing: Outgoing;
  protected readonly incoming: Incoming;
  protected readonly liveness: Liveness;
  /** The current WebSocket, and the receiver of its events. */
  protected link: FlowLink | undefined;
  protected input: FlowInput | undefined;
  /** Whether the flow handshake over it is complete. */
  protected isLive = false;
  /** Whether the peer has ever sent anything. */
  protected isHeard = false;
  /** How the session ended. */
  protected ending: FlowEnding | undefined;
  #armedFor = Infinity;

  /** @throws RangeError for a setting outside its range */
  protected constructor(
    host: Host,
    { window = MIB, replay = MIB, keepAlive = 15_000 }: FlowSettings,
  ) {
    checkAtLeast('window', window, MESSAGE_MAX);
    checkAtLeast('replay', replay, MIB);
    checkAtLeast('keepAlive', keepAlive, 1);
    this.host = host;
    this.outgoing = new Outgoing(replay);
    this.incoming = new Incoming(window);
    this.liveness = new Liveness(keepAlive);
  }

  // ---- Called by the application ----

  /**
   * How many more bytes fit into the peer's window and the replay buffer. Stop pushing at 0 until `writable` is called;
   * bytes pushed beyond that are kept until they can be sent.
   */
  get room(): number {
    return this.ending ? 0 : this.outgoing.room;
  }

  /** How many of the pushed bytes the peer has not confirmed. */
  get unconfirmed(): number {
    return this.outgoing.pushed - this.outgoing.confirmed;
  }

  /** How many bytes have been pushed in total. */
  get bytesSent(): number {
    return this.outgoing.pushed;
  }

  /** How many bytes have arrived in total. */
  get bytesReceived(): number {
    return this.incoming.position;
  }

  /** Whether the session has no WebSocket: it was lost, or the session has not begun. */
  get isSuspended(): boolean {
    return !this.isLive && !this.ending;
  }

  /** Whether the peer has confirmed the end of this direction. */
  get isEndConfirmed(): boolean {
    return this.outgoing.endConfirmed;
  }

  /** The round-trip time of the latest ping (ms), or undefined before the first. */
  get roundTripTime(): number | undefined {
    return this.liveness.roundTripTime;
  }

  /**
   * Sends bytes; this end takes ownership of them. After {@link end}, or after the peer has left, they are dropped.
   */
  push(bytes: Uint8Array): void {
    if (this.ending) return;
    this.outgoing.push(bytes);
    this.pump();
  }

  /** Ends this direction after the bytes pushed so far. `leave`: whatever arrives from now on is discarded. */
  end(leave = false): void {
    if (this.ending) return;
    this.outgoing.end({ leave });
    this.pump();
  }

  /**
   * Reports that the source of the stream has failed; the peer is told after the bytes pushed so far. After {@link end}
   * this does nothing.
   */
  fail(why: string): void {
    if (this.ending) return;
    this.outgoing.end({ reset: why });
    this.pump();
  }

  /** Ends the session at once as failed, and tells the peer `why`. The WebSocket closes with `code`. */
  reset(why: string, code = 1000): void {
    if (this.ending) return;
    if (this.isLive) this.link?.send(formatReset(why));
    this.finish({ kind: 'reset', why }, code);
  }

  /**
   * Reports what the application can accept: how many of the received bytes are unread, and how many bytes a read waits
   * for (`wanted`). Until it is called, the peer may send only what it was allowed before.
   */
  allow(unread: number, wanted = 0): void {
    if (this.ending) return;
    this.incoming.allow(unread, wanted, this.host.now());
    this.pump();
  }

  /** Does what is due. Call it at the time requested by `wake`; extra calls do no harm. */
  tick(): void {
    this.#armedFor = Infinity;
    this.timePassed(this.host.now());
    this.pump();
  }

  // ---- Events of the WebSocket ----

  /** Returns a receiver for a new WebSocket's events; those of any other are ignored from now on. */
  protected listen(): FlowInput {
    const ifPresent =
      <T extends unknown[]>(act: (...args: T) => void) =>
      (...args: T): void => {
        if (this.input === input) act(...args);
      };
    const input: FlowInput = {
      opened: ifPresent(() => this.opened()),
      message: ifPresent((message: string | Uint8Array) => this.#take(message)),
      drained: ifPresent(() => this.pump()),
      closed: ifPresent((code: number) => this.lose(code)),
    };
    return (this.input = input);
  }

  #take(message: string | Uint8Array): void {
    this.isHeard = true;
    this.liveness.heard(this.host.now());
    try {
      if (typeof message !== 'string') return this.#takeBytes(message);
      const control = parseMessage(message);
      if (control === null) return this.violate('an invalid control message');
      if (control === undefined) return undefined;
      if (this.isLive) this.#takeControl(control);
      else this.greeted(control);
    } finally {
      this.pump();
    }
  }

  #takeBytes(bytes: Uint8Array): void {
    if (!this.isLive) return this.violate('bytes before the first message');
    if (bytes.length === 0 || bytes.length > MESSAGE_MAX) {
      return this.violate(`a message of ${bytes.length} bytes`);
    }
    if (!this.incoming.mayTake(bytes.length)) return this.violate('bytes beyond the limit');
    this.incoming.take(bytes.length, this.host.now());
    if (!this.outgoing.isLeaving) this.host.data(bytes);
  }

  #takeControl(message: Message): void {
    if ('received' in message && !isResume(message)) {
      if (!this.outgoing.mayConfirm(message)) {
        return this.violate(
          `a confirmation of ${message.received} bytes, but ${this.outgoing.sent} were sent`,
        );
      }
      this.outgoing.confirm(message);
      this.host.writable();
    } else if ('end' in message) {
      if (!this.incoming.mayEnd(message.end)) {
        return this.violate(
          `an end at ${message.end}, but ${this.incoming.position} bytes had arrived`,
        );
      }
      const { leave = false } = message;
      if (leave) this.outgoing.drop();
      if (this.incoming.end(leave) && !this.outgoing.isLeaving) this.host.ended(leave);
    } else if ('reset' in message) this.failed(message.reset);
    else if ('ping' in message) this.liveness.pinged(message.ping);
    else if ('pong' in message) this.liveness.ponged(message.pong, this.host.now());
    else this.violate('a second "session" or "resume"');
  }

  /** The peer has reported that the stream failed. */
  protected failed(why: string): void {
    if (!this.incoming.isEnded) this.link?.send(formatMessage(this.incoming.tell()));
    this.finish({ kind: 'reset', why });
  }

  /** The peer has broken the rules: nothing it sends can be trusted any more. */
  protected violate(what: string): void {
    if (this.isLive) this.link?.send(formatReset(what));
    this.finish({ kind: 'violation', why: `The peer sent ${what}` }, VIOLATION);
  }

  /** The WebSocket is gone. */
  protected lose(code: number): void {
    const wasLive = this.isLive;
    this.link = this.input = undefined;
    this.isLive = false;
    try {
      if (this.#isComplete) this.finish(CLEAN);
      else if (FINAL.has(code)) {
        this.finish({ kind: 'lost', why: `The peer closed with ${code}`, code });
      } else this.lost(code, wasLive);
    } finally {
      this.pump();
    }
  }

  // ---- Sending and ending ----

  /** Sends what can be sent, ends the session if it is complete, and asks the host to wake this end when more is due. */
  protected pump(): void {
    const now = this.host.now();
    let message;
    while (this.isLive && this.link!.isReady !== false && (message = this.#next(now))) {
      this.link!.send(message);
    }
    if (this.isLive && this.#isComplete && !this.incoming.isDue) this.finish(CLEAN);
    const { ending } = this.outgoing;
    if (ending && 'reset' in ending && this.outgoing.endSent && this.outgoing.isConfirmed) {
      this.finish({ kind: 'reset', why: ending.reset });
    }
    const at = Math.max(now, Math.min(this.#nextAt, this.deadline));
    if (at >= this.#armedFor) return;
    this.#armedFor = at;
    this.host.wake(at);
  }

  /** The next message. Control messages overtake bytes and are made only when sent: there is never more than one of a kind. */
  #next(now: number): string | Uint8Array | undefined {
    const { incoming, outgoing, liveness } = this;
    if (liveness.pongDueAt <= now) return formatMessage({ pong: liveness.takePong(now) });
    if (incoming.dueAt <= now) return formatMessage(incoming.tell());
    if (liveness.pingDueAt <= now) return formatMessage({ ping: liveness.takePing(now) });
    const bytes = outgoing.take();
    if (bytes) return bytes;
    const ending = outgoing.takeEnding();
    if (!ending) return undefined;
    if ('reset' in ending) return formatReset(ending.reset);
    const { pushed: end } = outgoing;
    return formatMessage(ending.leave ? { end, leave: true } : { end });
  }

  get #nextAt(): number {
    if (!this.isLive || this.link!.isReady === false) return Infinity;
    const { incoming, liveness } = this;
    return Math.min(incoming.dueAt, liveness.pingDueAt, liveness.pongDueAt);
  }

  /** Whether neither side has anything left to tell the other. */
  get #isComplete(): boolean {
    const { incoming, outgoing } = this;
    if (incoming.isLeft) return incoming.everToldEnded;
    return outgoing.leaveConfirmed || (outgoing.endConfirmed && incoming.isEnded);
  }

  /** Ends the session. */
  protected finish(ending: FlowEnding, code = 1000): void {
    if (this.ending) return;
    const { link } = this;
    this.ending = ending;
    this.link = this.input = undefined;
    this.isLive = false;
    // The remains of a session keep no bytes.
    this.outgoing.drop();
    link?.close(code, '');
    this.host.closed(ending);
  }

  /** The WebSocket has opened. */
  protected abstract opened(): void;
  /** The first message on a WebSocket. */
  protected abstract greeted(message: Message): void;
  /** The session has no WebSocket now: it was lost, or another attempt has failed. */
  protected abstract lost(code: number, wasLive: boolean): void;
  /** The time at which {@link timePassed} has something to do. */
  protected abstract get deadline(): number;
  protected abstract timePassed(now: number): void;
}

/** Both directions ended in order. */
export const CLEAN: FlowEnding = { kind: 'clean', why: '' };

function checkAtLeast(name: string, value: number, least: number): void {
  if (value >= least && Number.isFinite(value)) return;
  throw new RangeError(`Cannot use ${name} ${value}: it must be a number, ${least} or more`);
}
