/**
 * The subjects to measure: our Websock, noVNC's, and two lists of byte arrays, each behind the few reads that the
 * patterns use. All get the same messages as ArrayBuffers, as a WebSocket delivers them.
 */
import { Uint8ArrayList } from 'uint8arraylist';
import { Websock } from 'websock-client';
import NoVncWebsock from '../../node_modules/@novnc/novnc/core/websock.js';

/** The reads of noVNC's Websock; the patterns are written against them. */
export interface Reader {
  rQlen(): number;
  rQwait(msg: string, n: number, goback?: number): boolean;
  rQskipBytes(n: number): void;
  rQshift8(): number;
  rQshift16(): number;
  rQshift32(): number;
  rQshiftStr(n: number): string;
  rQshiftBytes(n: number, copy?: boolean): Uint8Array;
  rQshiftTo(target: Uint8Array, n: number): void;
}

/** Receives messages. */
export interface Receiver {
  onmessage: ((event: { data: ArrayBuffer }) => void) | null;
}

/** Receives messages and calls a handler when one has arrived. */
export interface Subject {
  readonly name: string;
  /** @param handlerOf makes the handler for the reader that it reads from */
  start(handlerOf: (reader: Reader) => () => void): Receiver;
}

/** An open channel that does nothing; the benchmark calls its `onmessage`. */
class Channel implements Receiver {
  binaryType = 'arraybuffer';
  readyState = 1;
  protocol = '';
  onopen = null;
  onerror = null;
  onclose = null;
  onmessage: Receiver['onmessage'] = null;
  send(): void {}
  close(): void {}
}

interface SocketLike extends Reader {
  attach(channel: Channel): void;
  on(event: 'message', handler: () => void): unknown;
}

const socket = (name: string, make: () => SocketLike): Subject => ({
  name,
  start(handlerOf) {
    const sock = make();
    const channel = new Channel();
    sock.attach(channel);
    sock.on('message', handlerOf(sock));
    return channel;
  },
});

/** With more pieces than this, a list takes minutes to join and drop them: it moves the rest up for each one. */
const PIECES_MAX = 20_000;

/** Thrown by a subject that can't do the row. */
export class GaveUp extends Error {}

/** A list of byte arrays read from the front; `Uint8ArrayList` and `bl` have these methods under other names. */
export interface List {
  readonly length: number;
  append(bytes: Uint8Array): unknown;
  consume(n: number): unknown;
  uint8(): number;
  uint16(): number;
  uint32(): number;
  latin1(n: number): string;
  view(n: number): Uint8Array;
  copy(n: number): Uint8Array;
}

export const list = (name: string, make: () => List): Subject => ({
  name,
  start(handlerOf) {
    const bytes = make();
    const take = <T>(n: number, value: T): T => {
      bytes.consume(n);
      return value;
    };
    const reader: Reader = {
      rQlen: () => bytes.length,
      // A list keeps no consumed bytes, so it can't go back; no pattern needs it to.
      rQwait: (_, n) => bytes.length < n,
      rQskipBytes: (n) => void bytes.consume(n),
      rQshift8: () => take(1, bytes.uint8()),
      rQshift16: () => take(2, bytes.uint16()),
      rQshift32: () => take(4, bytes.uint32()),
      rQshiftStr: (n) => take(n, bytes.latin1(n)),
      rQshiftBytes: (n, copy = true) => take(n, copy ? bytes.copy(n) : bytes.view(n)),
      rQshiftTo: (target, n) => take(n, target.set(bytes.view(n))),
    };
    const handler = handlerOf(reader);
    return {
      onmessage({ data }) {
        if (bytes.length > PIECES_MAX * data.byteLength) throw new GaveUp();
        bytes.append(new Uint8Array(data));
        handler();
      },
    };
  },
});

/** Every ratio is relative to this subject. */
export const ours = socket('websock-client', () => new Websock());

export const noVnc = socket('noVNC', () => new NoVncWebsock() as unknown as SocketLike);

export const uint8ArrayList = list('uint8arraylist', () => {
  const bytes = new Uint8ArrayList();
  return {
    get length() {
      return bytes.length;
    },
    append: (chunk) => bytes.append(chunk),
    consume: (n) => bytes.consume(n),
    uint8: () => bytes.get(0),
    uint16: () => bytes.getInt16(0) & 0xffff,
    uint32: () => bytes.getInt32(0) >>> 0,
    latin1: (n) => {
      let text = '';
      for (let at = 0; at < n; at += 4096) {
        text += String.fromCharCode(...bytes.subarray(at, Math.min(n, at + 4096)));
      }
      return text;
    },
    view: (n) => bytes.subarray(0, n),
    copy: (n) => bytes.slice(0, n),
  };
});
