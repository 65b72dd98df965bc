/**
 * A client's WebSocket, as the flow protocol's state machine uses it.
 */
import type { Duplex } from 'node:stream';
import type { FlowInput } from '../../../flow/link.js';
import { FLOW_PROTOCOL, MESSAGE_MAX } from '../../../flow/message.js';
import { ClientEnd } from '../client-end.js';
import type { Violation } from '../framing/close.js';
import { BINARY, TEXT } from '../framing/opcode.js';
import { startHeartbeat } from '../heartbeat.js';
import { QUEUE_LIMIT } from '../throttle.js';
import type { LinkOptions, SessionLink } from './contracts.js';

/** How long a client may take to read what is queued and to answer our close frame, in ms. */
const FAREWELL_TIMEOUT = 5_000;
const EMPTY = Buffer.alloc(0);

/** One WebSocket. Its `input` is set once its session is known. */
export class ClientLink implements SessionLink {
  input: FlowInput | undefined;
  violation: Violation | undefined;
  readonly protocol: string = FLOW_PROTOCOL;
  protected readonly client: ClientEnd;

  constructor(
    stream: Duplex,
    { heartbeat, maxFragments }: LinkOptions,
    maxPayload: number = MESSAGE_MAX,
  ) {
    const client = new ClientEnd(
      stream,
      { maxPayload, maxFragments },
      {
        onBinary: (bytes) => this.takeBytes(bytes),
        onBinaryEnd: (length) => this.takeEnd(length),
        onText: (text) => this.takeText(text),
        onViolation: (violation) => {
          this.violation = violation;
        },
        onLast: (code) => this.takeLast(this.violation?.code ?? code),
      },
    );
    this.client = client;
    startHeartbeat(client, heartbeat, () => client.destroy());
  }

  get isReady(): boolean {
    return this.client.isOpen && this.client.queued < QUEUE_LIMIT;
  }

  send(message: string | Uint8Array): void {
    if (typeof message === 'string') this.sendFrame(TEXT, Buffer.from(message));
    else this.sendFrame(BINARY, message);
  }

  close(code: number, reason: string): void {
    const { client } = this;
    client.close(code, reason);
    const timer = setTimeout(() => client.destroy(), FAREWELL_TIMEOUT);
    void client.closed.then(() => clearTimeout(timer));
  }

  /** Drops the connection at once. */
  destroy(): void {
    this.client.destroy();
  }

  protected sendFrame(opcode: number, payload: Uint8Array): void {
    if (this.client.isOpen) this.client.sendFrame(opcode, payload, this.#drained);
  }

  /** One run of bytes may hold several messages; the state machine gets it in pieces of at most `MESSAGE_MAX`. */
  protected takeBytes(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += MESSAGE_MAX) {
      this.input?.message(bytes.subarray(at, at + MESSAGE_MAX));
    }
  }

  /** A message of `length` bytes has ended. */
  protected takeEnd(length: number): void {
    if (length === 0) this.input?.message(EMPTY);
  }

  protected takeText(text: Buffer): void {
    this.input?.message(text.toString());
  }

  /** Nothing more comes from the client; `code` is its close code. */
  protected takeLast(code: number): void {
    this.input?.closed(code);
  }

  readonly #drained = (): void => {
    if (this.isReady) this.input?.drained();
  };
}
