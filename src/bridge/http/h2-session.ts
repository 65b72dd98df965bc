/**
 * One client's connection over HTTP/2: how long it may be without a stream, and how many WebSockets it may have on it.
 */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Visitor } from '../base/visitor.js';
import { H2Windows } from './h2-windows.js';
import { chooseProtocol, hasCredit, type Services } from './handshake.js';

/** How long a client may take for its first stream, and how long it may go without any, in ms. */
const FIRST_TIMEOUT = 10_000;
const IDLE_TIMEOUT = 60_000;

/**
 * WebSockets without credit after which a connection takes no further streams. Chromium counts what a page has left unread
 * against the whole connection: with three such pages nothing would move on it any more, files and other tabs included.
 */
const ENOUGH_WITHOUT_CREDIT = 2;
/** The highest number of a stream: no stream that is on its way is refused (RFC 9113 section 6.8). */
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

  /** Tells the client to open no more streams. Without any it ends. */
  close(): void {
    this.#session.close();
  }

  /** Counts a stream as long as it is open. */
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
   * Counts a WebSocket. With enough of them the client is told to open no more streams here: its next one makes another
   * connection, and those that are open continue. (A reset with HTTP_1_1_REQUIRED would end all of them in Chromium.)
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
