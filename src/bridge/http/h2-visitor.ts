/**
 * A visitor over HTTP/2: its WebSocket is a stream opened by an extended CONNECT (RFC 8441).
 */
import type { ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { Visitor } from '../base/visitor.js';
import { H2Stream } from './h2-stream.js';
import type { H2Windows } from './h2-windows.js';
import { refuseStream } from './refuse.js';

/** A client whose request headers have arrived on a stream. */
export class H2Visitor implements Visitor {
  readonly request: RequestHead;
  readonly leave = new AbortController();
  readonly #stream: ServerHttp2Stream;
  readonly #windows: H2Windows;
  readonly #settle: () => void;

  constructor(request: RequestHead, stream: ServerHttp2Stream, windows: H2Windows) {
    this.request = request;
    this.#stream = stream;
    this.#windows = windows;
    const abort = () => this.leave.abort();
    stream.once('aborted', abort).once('close', abort);
    this.#settle = () => stream.off('aborted', abort).off('close', abort);
  }

  get protocols(): readonly string[] {
    return this.request.fields.list('sec-websocket-protocol');
  }

  accept(subprotocol: string): Duplex | undefined {
    this.#settle();
    const stream = this.#stream;
    if (stream.closed || stream.destroyed) return undefined;
    stream.respond({
      ':status': 200,
      ...(subprotocol !== '' && { 'sec-websocket-protocol': subprotocol }),
    });
    return new H2Stream(stream, this.#windows);
  }

  refuse(refusal: Refusal): void {
    this.#settle();
    refuseStream(this.#stream, refusal);
  }
}
