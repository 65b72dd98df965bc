/**
 * What a duplex transport runs over: a pair of streams, or a WebSocketStream, which has such a pair once it is
 * open. As a `Link` the two look the same.
 */
import { ABNORMAL, closeWith } from './close-code.js';

/** The members of a ReadableStreamDefaultReader that are used. */
export interface Reader {
  readonly closed: Promise<void>;
  read(): Promise<{ done: boolean; value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
}

/** The members of a WritableStreamDefaultWriter that are used. */
export interface Writer {
  readonly closed: Promise<void>;
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}

/**
 * Two streams, one each way: from WebTransport, Direct Sockets, Node's `Duplex.toWeb()` or anything else that has them. Bytes
 * are written as Uint8Arrays; a chunk that is read may be any view, an ArrayBuffer or text.
 */
export interface DuplexStream {
  readonly readable: { readonly locked: boolean; getReader(): Reader };
  readonly writable: { readonly locked: boolean; getWriter(): Writer };
}

/** How a WebSocketStream was or is to be closed, RFC 6455 section 7.1. */
export interface StreamCloseInfo {
  closeCode?: number | undefined;
  reason?: string | undefined;
}

/** The members of a WebSocketStream that are used. */
export interface SocketStream {
  readonly url: string;
  readonly opened: Promise<DuplexStream & { readonly protocol: string }>;
  readonly closed: Promise<StreamCloseInfo>;
  close(info?: StreamCloseInfo): void;
}

/** Streams that a socket can be attached to. */
export type DuplexChannel = DuplexStream | SocketStream;

type Streams = DuplexStream & { readonly protocol?: string };

export interface Link {
  readonly url: string;
  readonly state: 'connecting' | 'open';
  /**
   * Whether it is a WebSocketStream: its directions end together, and Chromium drops bytes when the peer closes while no read is
   * pending.
   */
  readonly isSocket: boolean;
  /** The streams, or while connecting a promise of them. */
  open(): Streams | Promise<Streams>;
  /** Resolves when the connection has ended, with the peer's code and reason if it sent any; rejects when it failed. */
  ended(reader: Reader, writer: Writer): Promise<StreamCloseInfo | void>;
  /** Closes the connection, once everything has been written. There is no writer before it is open. */
  close(info: StreamCloseInfo, writer: Writer | undefined): unknown;
}

export const ignore = (): void => {};

/** Whether it has streams, or a promise of them. */
export function isDuplex(channel: object): channel is DuplexChannel {
  const { readable, writable, opened } = Object(channel) as Record<string, unknown>;
  // A Node stream has booleans of these names.
  return [readable, writable, opened].some(
    (member) => typeof member === 'object' && member !== null,
  );
}

/**
 * Returns the link for a source, and changes nothing about the source.
 * @throws TypeError when a member is missing, or a stream of a pair is locked
 */
export function linkTo(source: DuplexChannel): Link {
  // A pair may have `opened` too, as a TCP socket of Cloudflare's workerd does.
  const { readable, opened } = Object(source) as Partial<DuplexStream & SocketStream>;
  return opened && !readable
    ? linkToSocket(source as SocketStream)
    : linkToPair(source as DuplexStream);
}

function linkToSocket(socket: SocketStream): Link {
  const missing = ['closed', 'close'].filter((name) => !(name in socket));
  if (missing.length > 0) {
    throw new TypeError(`Cannot use this stream: it has no ${missing.join(', ')}`);
  }
  return {
    url: socket.url,
    state: 'connecting',
    isSocket: true,
    open() {
      // If opening fails, both promises reject; `opened` is handled elsewhere.
      socket.closed.catch(ignore);
      return socket.opened;
    },
    ended: () => socket.closed.catch(closeInfoOf),
    close: ({ closeCode, reason }) =>
      closeWith(closeCode, (allowed) => socket.close({ closeCode: allowed, reason })),
  };
}

/**
 * The contents of the peer's close frame. If it arrives while we are sending, Chromium rejects `closed` although the frame is
 * complete; a plain WebSocket then reports the code with `wasClean` false.
 * @throws the error itself when no close frame came
 */
function closeInfoOf(error: unknown): StreamCloseInfo {
  const { closeCode, reason } = Object(error) as StreamCloseInfo;
  if (!closeCode || closeCode === ABNORMAL) throw error;
  return { closeCode, reason };
}

function linkToPair(pair: DuplexStream): Link {
  for (const name of ['readable', 'writable'] as const) {
    if ((pair as Partial<DuplexStream> | null)?.[name]?.locked === false) continue;
    throw new TypeError(`Cannot use this pair: its ${name} must be an unlocked stream`);
  }
  return {
    url: '',
    state: 'open',
    isSocket: false,
    open: () => pair,
    ended: (reader, writer) =>
      // A peer that has ended need not accept our bytes. If its end is not read within this turn, this is a failure.
      writer.closed.catch((cause: unknown) =>
        Promise.race([
          reader.closed,
          new Promise<never>((_resolve, reject) => setTimeout(reject, 0, cause)),
        ]),
      ),
    close: (_info, writer) => writer?.close(),
  };
}
