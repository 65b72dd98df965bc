/**
 * A WebSocket of Chrome's Secure Shell (corp-relay-v4), as the flow protocol's state machine uses it: turns the machine's
 * messages into packets, and packets into messages. So its sessions wait, replay and end as all others do.
 *
 * This class makes up for what corp-relay-v4 lacks. It has no credit, so a client that sends more than the target takes is
 * left unread. It has no half-close, so a session is over when the target has ended and the client has received everything.
 * And a client that has sent a close frame does not come back.
 */
import type { Duplex } from 'node:stream';
import { formatMessage, parseMessage, type Message } from '../../../flow/message.js';
import { RELAY_PROTOCOL } from '../../base/relay-v4.js';
import { ABNORMAL } from '../framing/close.js';
import { Messages } from '../framing/messages.js';
import { BINARY } from '../framing/opcode.js';
import {
  ARRAY_HEADER,
  ARRAY_MAX,
  decodePacket,
  encodeAck,
  encodeConnected,
  encodeData,
  encodeReconnected,
} from '../framing/relay-v4.js';
import { ClientLink } from './client-link.js';
import type { LinkOptions } from './contracts.js';

/** Clients grant no credit: only unconfirmed bytes bound what is sent. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const NORMAL = 1000;
const TARGET_FAILED = 1011;

/** Reasons for a close, which Secure Shell shows to its user. */
const REASONS: Readonly<Record<number, string>> = {
  4400: 'The client violated the protocol.',
  4403: 'Not allowed.',
  4404: 'The session no longer exists.',
  4409: 'The session continues elsewhere.',
};

/** One WebSocket. */
export class RelayLink extends ClientLink {
  override readonly protocol = RELAY_PROTOCOL;
  readonly #messages = new Messages();
  /** The offset of the next client byte that the state machine gets, and the offset up to which it takes them. */
  #position = 0;
  #limit = 0;
  /** Client bytes beyond that limit. */
  readonly #held: Buffer[] = [];
  /** All of the target's bytes before this offset have arrived at the client. */
  #acked: number;
  /** Whether our first packet is still to be sent. */
  #isNew = true;
  /** The offset at which the target's bytes end, once that is known. */
  #end: number | undefined;
  /** Why the session has failed. */
  #why = '';
  #isClosed = false;
  /** The client's close code, which takes effect after the bytes that are held. */
  #lastCode: number | undefined;

  /** @param acked how many bytes a client that comes back has received */
  constructor(stream: Duplex, options: LinkOptions, acked = 0) {
    super(stream, options, ARRAY_MAX + ARRAY_HEADER);
    this.#acked = acked;
  }

  override send(message: string | Uint8Array): void {
    if (typeof message === 'string') {
      // The state machine made this message itself, so parsing it can't fail.
      this.#tell(parseMessage(message) as Message);
      return;
    }
    for (let at = 0; at < message.length; at += ARRAY_MAX) {
      this.sendFrame(BINARY, encodeData(message.subarray(at, at + ARRAY_MAX)));
    }
  }

  override close(code: number, reason: string): void {
    this.#isClosed = true;
    this.#held.length = 0;
    // What the client still sends is read and dropped.
    if (this.client.isStopped) this.client.resume();
    const told = code === NORMAL && this.#why !== '' ? TARGET_FAILED : code;
    super.close(told, reason || this.#why || (REASONS[code] ?? ''));
  }

  #tell(message: Message): void {
    if ('session' in message) {
      this.#isNew = false;
      this.#limit = message.limit;
      this.sendFrame(BINARY, encodeConnected(message.session));
    } else if ('received' in message) this.#confirm(message.received, message.limit);
    else if ('end' in message) this.#end = message.end;
    else if ('reset' in message) this.#why = message.reset;
    // Not now: the state machine is in the middle of a step.
    queueMicrotask(() => this.#goOn());
  }

  #confirm(received: number, limit: number): void {
    if (this.#isNew) this.#position = received;
    this.sendFrame(BINARY, this.#isNew ? encodeReconnected(received) : encodeAck(received));
    this.#isNew = false;
    this.#limit = limit;
  }

  protected override takeBytes(bytes: Buffer): void {
    this.#messages.push(bytes);
    this.#read();
  }

  protected override takeEnd(length: number): void {
    this.#messages.end(length);
    this.#read();
  }

  protected override takeText(): void {
    this.#fail(1003, 'a text message');
  }

  protected override takeLast(code: number): void {
    this.#lastCode = code;
    if (code === ABNORMAL || this.violation) this.input?.closed(code);
    else this.#goOn();
  }

  #read(): void {
    for (let packet; !this.#isClosed && (packet = this.#messages.take());) {
      const decoded = decodePacket(packet);
      if (typeof decoded === 'string') {
        this.#fail(1002, decoded);
        return;
      }
      if (decoded && 'ack' in decoded) {
        this.#acked = decoded.ack;
        this.input?.message(formatMessage({ received: decoded.ack, limit: NO_LIMIT }));
      } else if (decoded && decoded.data.length > 0) this.#held.push(decoded.data);
    }
    this.#goOn();
  }

  /** Passes on the held bytes for which there is room, and after the last of them a close or an end. */
  #goOn(): void {
    const held = this.#held;
    while (held[0] && this.#position + held[0].length <= this.#limit) {
      this.#position += held[0].length;
      this.input?.message(held.shift()!);
    }
    const { client } = this;
    if (held.length > 0 && !client.isStopped && this.#lastCode === undefined) client.pause();
    else if (held.length === 0 && client.isStopped) client.resume();
    if (held.length > 0 || this.#isClosed) return;
    if (this.#lastCode !== undefined) this.#leave(this.#lastCode);
    else if (this.#end !== undefined && this.#acked === this.#end) this.#endBoth(this.#end);
  }

  /** The client will not come back. */
  #leave(code: number): void {
    this.#isClosed = true;
    this.input?.message(formatMessage({ end: this.#position, leave: true }));
    this.input?.closed(code);
  }

  /** The client has all of the target's bytes, and the target's end ends both directions. */
  #endBoth(end: number): void {
    this.#end = undefined;
    this.input?.message(formatMessage({ received: end, limit: NO_LIMIT, ended: true }));
    this.input?.message(formatMessage({ end: this.#position }));
  }

  #fail(code: 1002 | 1003, why: string): void {
    this.#isClosed = true;
    this.violation = { code, why };
    this.client.fail(this.violation);
  }
}
