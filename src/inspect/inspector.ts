/**
 * Watches a socket: the bytes in each direction and their times, its events, and how full its queues are.
 */
import type { WebsockTap } from '../events.js';
import { refuseUnknown } from '../known-options.js';
import { encodeBase64 } from '../transport/base64.js';
import type { Websock } from '../websock.js';
import { InspectLog, type InspectRecord } from './log.js';

/** The members of a `Websock` that an inspector uses. */
export type Inspectable = Pick<
  Websock,
  | 'tap'
  | 'on'
  | 'options'
  | 'rQlen'
  | 'readyState'
  | 'url'
  | 'protocol'
  | 'bytesReceived'
  | 'bytesSent'
  | 'bufferedAmount'
  | 'backpressure'
  | 'isSuspended'
  | 'roundTripTime'
>;

/** Finds the messages of a protocol in a socket's bytes, as {@link TelnetObserver} does. */
export interface InspectDecoder {
  /** Takes the next bytes of a direction, and returns notes on them. */
  decode(direction: 'received' | 'sent', bytes: Uint8Array): readonly string[];
  /** Starts over, for a new connection. */
  reset(): void;
}

/** The options of an {@link Inspector}. */
export interface InspectorOptions {
  /** How much memory the records may take, in bytes; the oldest are dropped. Default: 4 MiB. */
  limit?: number | undefined;
  /** Writes the notes on the bytes. Default: none. */
  decoder?: InspectDecoder | undefined;
}

/** A socket's state at one moment. Sizes are in bytes. */
export interface SocketStatus {
  readonly state: Websock['readyState'];
  readonly url: string;
  readonly protocol: string;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** The unread bytes. `mark`: the level at which a channel with backpressure pauses; `limit`: the most allowed. */
  readonly receive: { readonly length: number; readonly mark: number; readonly limit: number };
  /** The unsent bytes, here and in the channel. `mark`: the level above which `write()` waits; `limit`: the most allowed here. */
  readonly send: { readonly length: number; readonly mark: number; readonly limit: number };
  readonly backpressure: Websock['backpressure'];
  /** With the option `flow`: whether the stream has lost its WebSocket. */
  readonly isSuspended: boolean;
  /** With the option `flow`: the round-trip time of the latest ping (ms). */
  readonly roundTripTime: number | undefined;
}

const NOTHING = new Uint8Array(0);

/**
 * Records what a socket does, in bounded memory, through `sock.tap`. A tap that was set before is still called.
 *
 * @example
 * const inspector = new Inspector(sock, { decoder: new TelnetObserver() });
 * inspector.onRecord = ({ kind, time, notes }) => console.log(kind, time, ...notes);
 */
export class Inspector {
  /** Called with each new record. */
  onRecord: (record: InspectRecord) => void = () => {};
  /** When the inspector began to watch. */
  readonly started = new Date();
  readonly #began = performance.now();
  readonly #sock: Inspectable;
  readonly #decoder: InspectDecoder | undefined;
  readonly #log: InspectLog;
  readonly #former: WebsockTap | undefined;
  readonly #tap: WebsockTap = (direction, bytes) => this.#see(direction, bytes);
  readonly #offs: readonly (() => void)[];

  /** @throws RangeError for a limit that is not a positive number; TypeError for an unknown option */
  constructor(sock: Inspectable, options: InspectorOptions = {}) {
    refuseUnknown(options, { limit: 1, decoder: 1 });
    const { limit = 4 * 1024 * 1024, decoder } = options;
    if (!(limit > 0))
      throw new RangeError(`Cannot use limit ${limit}: it must be a number above 0`);
    this.#sock = sock;
    this.#decoder = decoder;
    this.#log = new InspectLog(limit);
    this.#former = sock.tap;
    sock.tap = this.#tap;
    this.#offs = [
      sock.on('open', () => this.#note(`open${sock.protocol && ` with ${sock.protocol}`}`)),
      sock.on('close', ({ code, reason, by }) =>
        this.#note(`closed with ${code}${reason && ` ${reason}`}, by: ${by}`),
      ),
      sock.on('error', ({ code, message }) => this.#note(`${code}: ${message}`)),
      sock.on('drain', () => this.#note('drain')),
      sock.on('end', () => this.#note('end')),
      sock.on('suspended', ({ reason }) => this.#note(`suspended: ${reason}`)),
      sock.on('resumed', ({ downtime }) => this.#note(`resumed after ${Math.round(downtime)} ms`)),
    ];
  }

  /** The records that are kept, oldest first. */
  get records(): readonly InspectRecord[] {
    return this.#log.records;
  }

  /** How many bytes of the socket's traffic are missing from the records. */
  get dropped(): number {
    return this.#log.dropped;
  }

  /** The socket's state now. */
  get status(): SocketStatus {
    const sock = this.#sock;
    const { options } = sock;
    return {
      state: sock.readyState,
      url: sock.url,
      protocol: sock.protocol,
      bytesReceived: sock.bytesReceived,
      bytesSent: sock.bytesSent,
      receive: {
        length: sock.rQlen(),
        mark: options.receiveHighWaterMark,
        limit: options.receiveLimit,
      },
      send: {
        length: sock.bufferedAmount,
        mark: options.sendHighWaterMark,
        limit: options.sendLimit,
      },
      backpressure: sock.backpressure,
      isSuspended: sock.isSuspended,
      roundTripTime: sock.roundTripTime,
    };
  }

  /** Forgets all records. */
  clear(): void {
    this.#log.clear();
  }

  /** Stops watching; the records stay. */
  stop(): void {
    for (const off of this.#offs) off();
    if (this.#sock.tap === this.#tap) this.#sock.tap = this.#former;
  }

  /** The records, the status and the decoder's state, for `JSON.stringify(inspector)`; bytes are in Base64. */
  toJSON(): unknown {
    const records = this.records.map(({ time, kind, bytes, length, notes }) => {
      return { time, kind, bytes: encodeBase64(bytes), length, notes };
    });
    const { started, status, dropped } = this;
    return { version: 1, started, status, dropped, decoder: this.#decoder, records };
  }

  #see(direction: 'received' | 'sent', bytes: Uint8Array): void {
    try {
      const { bytesReceived, bytesSent } = this.#sock;
      // These are the first bytes of a connection.
      if (bytesReceived + bytesSent === bytes.length) this.#decoder?.reset();
      this.#add(direction, bytes, this.#decoder?.decode(direction, bytes) ?? []);
    } finally {
      this.#former?.(direction, bytes);
    }
  }

  #note(what: string): void {
    this.#add('event', NOTHING, [what]);
  }

  #add(kind: InspectRecord['kind'], bytes: Uint8Array, notes: readonly string[]): void {
    this.onRecord(this.#log.add(kind, performance.now() - this.#began, bytes, notes));
  }
}
