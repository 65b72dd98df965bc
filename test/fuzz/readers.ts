/**
 * A common interface for things to read from: a bare ReceiveQueue, and a Websock that gets its messages from a channel.
 */
import { ReceiveQueue, Websock, type Settled } from '../../src/index.js';
import { FakeWebSocket } from '../../src/testing/index.js';
import { NUMBERS } from './sizes.js';

/** A read, and its expected result for the next n bytes. */
export interface Read {
  readonly name: string;
  /** How many bytes it reads, if the caller can't choose. */
  readonly size?: number;
  readonly peeks?: boolean;
  /** Whether the result belongs to the caller or may be a view of the queue's memory. */
  readonly gives?: 'copy' | 'view';
  run(n: number): unknown;
  of(bytes: Uint8Array<ArrayBuffer>): unknown;
}

export interface Reader {
  readonly length: number;
  readonly reads: readonly Read[];
  /** Calls that must throw a RangeError and change nothing, as reads of an invalid length must. */
  readonly misuses: readonly (() => unknown)[];
  /** Delivers a message and calls the handler; all bytes that it reads are kept meanwhile. */
  deliver(message: ArrayBuffer | ArrayBufferView, handler?: () => void): void;
  tryRead<T>(fn: () => T): T | undefined;
  /** Whether fewer than n bytes are available, asked the way a parser would. */
  lacks(n: number): boolean;
  /** Makes n bytes unread again. */
  stepBack(n: number): void;
  indexOf?(pattern: number | Uint8Array, from: number): number;
}

const VIEW = { copy: false };

const dataView = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const bytesOf = (bytes: Uint8Array): Uint8Array => bytes;
const firstOf = (bytes: Uint8Array): number => bytes[0];
const nothingOf = (): undefined => undefined;
const latin1Of = ({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1');
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8Of = (bytes: Uint8Array): string => utf8.decode(bytes);

/** Reads into a whole array, and into the start of one, whose rest must stay unchanged. */
function readsInto(readInto: (target: Uint8Array, n?: number) => void): Read[] {
  const rest = Uint8Array.of(1, 2, 3);
  const room = (n: number): Uint8Array => new Uint8Array(n > 0 ? Math.ceil(n) : 0);
  const after = (target: Uint8Array, n?: number): Uint8Array => {
    readInto(target, n);
    return target;
  };
  return [
    // As many bytes as the target holds; without a length, the read must take just as many.
    { name: 'into', run: (n) => after(room(n), n % 2 === 1 ? undefined : n), of: bytesOf },
    {
      name: 'into a part',
      run: (n) => after(Buffer.concat([room(n), rest]), n),
      of: (bytes) => Buffer.concat([bytes, rest]),
    },
  ];
}

export function makeReceiveQueue(): Reader {
  const queue = new ReceiveQueue();
  return {
    get length() {
      return queue.length;
    },
    reads: [
      ...[...NUMBERS, ['BigUint64', 8] as const].flatMap(([kind, size]) =>
        // Without an argument, numbers are big-endian too.
        [undefined, false, true].map((littleEndian) => ({
          name: `read${kind}`,
          size,
          run: () => queue[`read${kind}`](littleEndian),
          of: (bytes: Uint8Array<ArrayBuffer>) => dataView(bytes)[`get${kind}`](0, littleEndian),
        })),
      ),
      { name: 'peekUint8', size: 1, peeks: true, run: () => queue.peekUint8(), of: firstOf },
      { name: 'copy', gives: 'copy', run: (n) => queue.readBytes(n), of: bytesOf },
      { name: 'view', gives: 'view', run: (n) => queue.readBytes(n, VIEW), of: bytesOf },
      ...readsInto((target, n) => queue.readInto(target, n)),
      { name: 'readLatin1', run: (n) => queue.readLatin1(n), of: latin1Of },
      { name: 'readUtf8', run: (n) => queue.readUtf8(n), of: utf8Of },
      { name: 'peek', peeks: true, gives: 'copy', run: (n) => queue.peekBytes(n), of: bytesOf },
      {
        name: 'peek view',
        peeks: true,
        gives: 'view',
        run: (n) => queue.peekBytes(n, VIEW),
        of: bytesOf,
      },
      { name: 'skip', run: (n) => queue.skip(n), of: nothingOf },
    ],
    misuses: [
      () => queue.readInto(new Uint8Array(3), 4),
      () => queue.indexOf([] as never, 0),
      () => queue.indexOf(256),
      () => queue.indexOf(0, -1),
      () => queue.rewind(-1),
      () => queue.rewind(0.5),
    ],
    deliver(message, handler) {
      queue.push(message);
      if (handler) queue.hold(handler);
    },
    tryRead: (fn) => queue.tryRead(fn),
    lacks: (n) =>
      n % 2 ? !queue.has(n) : queue.tryRead(() => queue.peekBytes(n, VIEW)) === undefined,
    stepBack: (n) => queue.rewind(n),
    indexOf: (pattern, from) => queue.indexOf(pattern, from),
  };
}

export function makeWebsock(): Reader {
  const sock = new Websock({ receiveLimit: Infinity });
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  let onMessage: (() => void) | undefined;
  sock.on('message', () => onMessage?.());
  return {
    get length() {
      return sock.rQlen();
    },
    reads: [
      { name: 'rQpeek8', size: 1, peeks: true, run: () => sock.rQpeek8(), of: firstOf },
      { name: 'rQshift8', size: 1, run: () => sock.rQshift8(), of: firstOf },
      {
        name: 'rQshift16',
        size: 2,
        run: () => sock.rQshift16(),
        of: (b) => dataView(b).getUint16(0),
      },
      {
        name: 'rQshift32',
        size: 4,
        run: () => sock.rQshift32(),
        of: (b) => dataView(b).getUint32(0),
      },
      { name: 'copy', gives: 'copy', run: (n) => sock.rQshiftBytes(n), of: bytesOf },
      { name: 'view', gives: 'view', run: (n) => sock.rQshiftBytes(n, false), of: bytesOf },
      ...readsInto((target, n) => sock.rQshiftTo(target, n)),
      { name: 'rQshiftStr', run: (n) => sock.rQshiftStr(n), of: latin1Of },
      { name: 'peek', peeks: true, gives: 'copy', run: (n) => sock.rQpeekBytes(n), of: bytesOf },
      {
        name: 'peek view',
        peeks: true,
        gives: 'view',
        run: (n) => sock.rQpeekBytes(n, false),
        of: bytesOf,
      },
      { name: 'rQskipBytes', run: (n) => sock.rQskipBytes(n), of: nothingOf },
    ],
    misuses: [
      () => sock.rQshiftTo(new Uint8Array(3), 4),
      () => sock.rQwait('wrong', -1),
      () => sock.rQwait('wrong', 1, 0.5),
    ],
    deliver(message, handler) {
      const outer = onMessage;
      onMessage = handler;
      try {
        // A DataView, because the channel would copy a Uint8Array.
        const { buffer, byteOffset, byteLength } = message as ArrayBufferView;
        channel.deliver(buffer ? new DataView(buffer, byteOffset, byteLength) : message);
      } finally {
        onMessage = outer;
      }
    },
    tryRead: <T>(fn: () => T) => sock.tryRead(fn as () => Settled<T>),
    lacks: (n) => sock.rQwait('frame', n),
    stepBack(n) {
      if (!sock.rQwait('more', sock.rQlen() + 1, n)) throw new Error('rQwait sees too many bytes');
    },
  };
}
