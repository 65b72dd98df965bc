/**
 * One client's HTTP/2 connection: how long it may go without a stream, and how many WebSockets it may carry.
 */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Visitor } from '../base/visitor.js';
import { H2Windows } from './h2-windows.js';
import { chooseProtocol, hasCredit, type Services } from './handshake.js';

/** How long a client may take to open its first stream, and how long it may go without any later, in ms. */
const FIRST_TIMEOUT = 10_000;
const IDLE_TIMEOUT = 60_000;

/**
 * How many WebSockets without credit make a connection take no more streams. Chromium counts what a page leaves unread
 * against the whole connection: three such pages would stall everything on it, files and other tabs included.
 */
const ENOUGH_WITHOUT_CREDIT = 2;
/** The highest stream identifier, so that no stream in flight is refused (RFC 9113 section 6.8). */
const LAST_STREAM = 2 ** 31 - 1;

/** A client, and its streams. */
export class H2Session {
  readonly windows: H2Windows;
  readonly #session: ServerHttp2Session;
  #streams = 0;
  #withoutCredit = 0;
  #timer: NodeJS.Timeout;

  constructor(session: ServerHttp2Session) {
    this.#session = session;
    this.windows = new H2Windows(session);
    this.#timer = this.#closeIn(FIRST_TIMEOUT);
    session.once('close', () => clearTimeout(this.#timer));
  }

  /** Tells the client to open no more streams. The connection ends with the last one. */
  close(): void {
    this.#session.close();
  }

  /** Counts a stream while it is open. */
  opened(stream: ServerHttp2Stream): void {
    clearTimeout(this.#timer);
    this.#streams += 1;
    this.windows.share(this.#streams);
    stream.once('close', () => {
      this.#streams -= 1;
      this.windows.share(this.#streams);
      if (this.#streams === 0 && !this.#session.closed) this.#timer = this.#closeIn(IDLE_TIMEOUT);
    });
  }

  /**
   * Counts a WebSocket. When there are enough, the client is told to open no more streams here: it opens another connection
   * for the next one, and the open streams continue. (In Chromium, a reset with HTTP_1_1_REQUIRED would end all of them.)
   */
  count({ request }: Visitor, services: Services): void {
    if (hasCredit(chooseProtocol(request, services))) return;
    this.#withoutCredit += 1;
    if (this.#withoutCredit !== ENOUGH_WITHOUT_CREDIT) return;
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM);
  }

  #closeIn(time: number): NodeJS.Timeout {
    return setTimeout(() => this.#session.close(), time);
  }
}
