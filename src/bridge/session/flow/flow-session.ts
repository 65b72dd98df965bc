/**
 * A session of the flow protocol: a target's socket joined with a stream that outlives its WebSockets. The protocol's state
 * machine limits how much may wait each way, so nothing here stops reading a client.
 */
import type { FlowEnding, FlowInput } from '../../../flow/link.js';
import type { ResumeMessage } from '../../../flow/message.js';
import { FlowServer, type FlowServerHost } from '../../../flow/server.js';
import { type Identity, isSameClient } from '../../base/identity.js';
import { HEADER_ROOM } from '../framing/encoder.js';
import type { Fate } from '../reads.js';
import type { Ending } from '../relay.js';
import { pieceAt } from '../pace.js';
import type { Tap } from '../tap.js';
import { TargetEnd } from '../target-end.js';
import { watchTarget } from '../watch-target.js';
import type {
  FlowSessionEnds,
  FlowSessionHandler,
  FlowSessionOptions,
  SessionLink,
} from './contracts.js';
import { TargetReader } from './target-reader.js';
import { TargetWriter } from './target-writer.js';

/** The minimum size of the replay buffer, which keeps sent bytes for another WebSocket, in bytes, whatever the window. */
const MIN_REPLAY = 1024 * 1024;
/** The minimum size of a window, in bytes. */
const MIN_WINDOW = 64 * 1024;
/** The most that is read at once, in bytes, which may exceed the client's room: one buffer of the pool. */
const MAX_READ = 256 * 1024 - HEADER_ROOM;
/** The close codes for a client that did not begin the session, and for one that speaks another protocol. */
const NOT_ALLOWED = 4403;
const NOT_FOUND = 4404;
const MAX_TIMER = 2 ** 31 - 1;

/** A session, with or without a WebSocket. */
export class FlowSession {
  /** Resolves when the stream is over and the target closed; never rejects. */
  readonly closed: Promise<Ending>;
  readonly #identity: Identity;
  readonly #options: FlowSessionOptions;
  readonly #handler: FlowSessionHandler;
  readonly #flow: FlowServer;
  readonly #target: TargetEnd;
  readonly #reader: TargetReader;
  readonly #writer: TargetWriter;
  /** The present WebSocket, and the previous one while it closes. */
  #link: SessionLink;
  #former: SessionLink | undefined;
  #tap: Tap | undefined;
  #timer: NodeJS.Timeout | undefined;
  #code: number | undefined;
  #why: string | undefined;
  /** The client that came back last. */
  #claimant: Identity;
  #isOver = false;
  #onOver: () => void = () => {};

  constructor(
    { link, target, identity }: FlowSessionEnds,
    options: FlowSessionOptions,
    handler: FlowSessionHandler,
  ) {
    const { linger, flowRoute: route, rate } = options;
    // A full window passes at once, so the rate limits the window too.
    const window =
      rate > 0 ? Math.min(options.flowWindow, Math.max(MIN_WINDOW, rate)) : options.flowWindow;
    this.#identity = this.#claimant = identity;
    this.#options = options;
    this.#handler = handler;
    const replay = Math.max(MIN_REPLAY, window);
    this.#flow = new FlowServer(this.#host(), { linger, window, replay, route });
    this.#target = new TargetEnd(target, Math.min(MAX_READ, pieceAt(rate)), {
      onBytes: (bytes) => this.#fromTarget(bytes),
      onEnd: () => this.#target.confirmEnd(() => this.#flow.end()),
      onFailure: (why) => this.#failed(`the target failed: ${why}`),
    });
    this.#reader = new TargetReader(this.#target, this.#flow, rate);
    this.#writer = new TargetWriter(this.#target, rate, () => {
      this.#flow.allow(this.#writer.unread);
      if (this.#flow.isSuspended) this.#handler.heldChanged();
    });
    watchTarget(this.#target, options, (why) => {
      this.#failed(why);
      this.#target.destroy();
    });
    const over = new Promise<void>((resolve) => {
      this.#onOver = resolve;
    });
    this.closed = Promise.all([over, this.#target.closed]).then(() => this.#ending());
    this.#link = link;
    link.input = this.#flow.accept(link);
  }

  /** The name by which it is found. Anyone who knows it may take over the session. */
  get name(): string {
    return this.#flow.name;
  }

  /** Bytes carried to the target so far. */
  get bytesUp(): number {
    return this.#flow.bytesReceived;
  }

  /** Bytes carried to the client so far. */
  get bytesDown(): number {
    return this.#flow.bytesSent;
  }

  /** Bytes that it keeps in memory: for the client, and for the target. */
  get held(): number {
    return this.#flow.unconfirmed + this.#writer.queued;
  }

  /** Shows `tap` all bytes from here on, each once. */
  attach(tap: Tap): void {
    this.#tap = tap;
  }

  /** Checks a `resume` and who sent it, and continues over its WebSocket; or returns the close code that refuses it. */
  resume(message: ResumeMessage, link: SessionLink, identity: Identity): FlowInput | number {
    if (link.protocol !== this.#link.protocol) return NOT_FOUND;
    if (!isSameClient(this.#identity, identity)) return NOT_ALLOWED;
    this.#claimant = identity;
    const before = this.#link;
    const answer = this.#flow.resume(message, link);
    if (typeof answer === 'number') return answer;
    // Only one WebSocket at a time may be closing: a client that resumes over and over can't pile them up.
    this.#former?.destroy();
    this.#former = before;
    this.#link = link;
    return answer;
  }

  /** Ends the session: the client is told, and the target gets what has arrived, then FIN. */
  close(code: number, why: string): void {
    this.#code ??= code;
    this.#why ??= why;
    this.#flow.reset(why, code);
  }

  /** Gives up the session, if it is suspended: another one needs its place. */
  expire(why: string): void {
    this.#why ??= why;
    this.#flow.expire();
  }

  /** Drops both sides at once, and what is queued with them. */
  destroy(): void {
    this.close(1001, 'cut off');
    this.#former?.destroy();
    this.#link.destroy();
    this.#target.destroy();
  }

  /** Stops the timer of a session that is over. */
  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** The callbacks of the state machine. */
  #host(): FlowServerHost {
    const now = () => performance.now();
    return {
      now,
      wake: (at) => {
        clearTimeout(this.#timer);
        const delay = Math.min(MAX_TIMER, Math.max(0, Math.ceil(at - now())));
        this.#timer = setTimeout(() => this.#flow.tick(), delay);
      },
      data: (bytes) => this.#fromClient(bytes as Buffer),
      ended: (leave) => {
        this.#writer.flush();
        // A client that has ended only its own direction may read on for as long as it likes.
        if (leave) this.#target.end();
        else this.#target.shut();
      },
      writable: () => this.#reader.readOn(),
      suspended: (code) => this.#handler.suspended(code),
      resumed: (_attempts, downtime) => this.#handler.resumed(this.#claimant, Math.round(downtime)),
      closed: (ending) => this.#over(ending),
      forgotten: () => {
        this.dispose();
        this.#handler.forgotten();
      },
    };
  }

  #fromClient(bytes: Buffer): void {
    const { traffic } = this.#options;
    traffic?.('}');
    const isWanted = this.#target.isWritable;
    if (isWanted) this.#tap?.fromClient(bytes);
    this.#writer.write(bytes);
    if (isWanted) traffic?.(this.#writer.queued > 0 ? '>.' : '>');
    this.#flow.allow(this.#writer.unread);
  }

  #fromTarget(bytes: Buffer): Fate {
    if (this.#isOver) return 'dropped';
    const { traffic } = this.#options;
    this.#tap?.fromTarget(bytes);
    const fate = this.#reader.pass(bytes);
    const isFull = this.#flow.room === 0;
    if (this.#flow.isSuspended) this.#handler.heldChanged();
    traffic?.('{');
    traffic?.(isFull || this.#flow.isSuspended ? '<.' : '<');
    return fate;
  }

  /** Tells the client about a failure, after the bytes that came before it. */
  #failed(why: string): void {
    this.#why ??= why;
    this.#code ??= 1011;
    this.#flow.fail(why);
  }

  #over({ kind, why, code }: FlowEnding): void {
    this.#isOver = true;
    this.#reader.stop();
    const codes = { clean: 1000, violation: 4400, reset: 1000, lost: code ?? 1006, channel: 1006 };
    this.#code ??= codes[kind];
    this.#why ??= this.#link.violation?.why ?? (kind === 'clean' ? 'both sides closed' : why);
    this.#writer.stop();
    this.#target.end();
    // The target's bytes are not wanted any more, but it has to be read up to its end.
    this.#target.resume();
    this.#handler.over(kind === 'lost' && code === undefined ? this.#why : undefined);
    this.#onOver();
  }

  #ending(): Ending {
    return {
      code: this.#code ?? 1000,
      why: this.#why ?? '',
      bytesUp: this.bytesUp,
      bytesDown: this.bytesDown,
      stalledUp: Math.round(this.#writer.stalls.total),
      stalledDown: Math.round(this.#reader.stalls.total),
    };
  }
}
