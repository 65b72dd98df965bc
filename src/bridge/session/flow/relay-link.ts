/**
 * A WebSocket of Chrome's Secure Shell (corp-relay-v4) as the flow protocol's machine uses it: what the machine says is told in packets,
 * and packets are told to it as what they mean. So its sessions wait, replay and end as all others do.
 *
 * What the other protocol lacks is made up for here: it has no credit, so a client that sends more than the target takes is left
 * unread; it has no half-close, so a session is over when the target has ended and the client has everything; and a close frame is
 * its client's last word, after which it does not come back.
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

/** A client takes whatever comes; only what it has not confirmed bounds it. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const NORMAL = 1000;
const TARGET_FAILED = 1011;

/** Secure Shell shows the reason of a close to its user. */
const REASONS: Readonly<Record<number, string>> = {
  4400: 'The client broke the rules of the protocol.',
  4403: 'Not allowed.',
  4404: 'There is no such session any more.',
  4409: 'The session continues elsewhere.',
};

/** One WebSocket. */
export class RelayLink extends ClientLink {
  override readonly protocol = RELAY_PROTOCOL;
  readonly #messages = new Messages();
  /** The offset of the client's next byte for the machine, and up to where that takes them. */
  #position = 0;
  #limit = 0;
  /** Bytes beyond that. */
  readonly #held: Buffer[] = [];
  /** All before this offset has arrived at the client. */
  #acked: number;
  /** Whether its first packet is still to be sent. */
  #isNew = true;
  /** Where the target's bytes end, once that was told. */
  #end: number | undefined;
  /** Why the session has failed. */
  #why = '';
  #isClosed = false;
  /** The client's close code, which counts behind what is held. */
  #lastCode: number | undefined;

  /** @param acked how many bytes have arrived at a client that comes back */
  constructor(stream: Duplex, options: LinkOptions, acked = 0) {
    super(stream, options, ARRAY_MAX + ARRAY_HEADER);
    this.#acked = acked;
  }

  override send(message: string | Uint8Array): void {
    if (typeof message === 'string') {
      // It is the machine's own, so there is nothing that it can't be.
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
    // What it still sends is read, and dropped.
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
    // Not now: the machine is in the middle of a step.
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

  /** Hands on what there is room for, and then what comes behind it. */
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

  /** The client has all of the target's bytes, and the target's end is the end of both. */
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
