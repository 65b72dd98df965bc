/**
 * One connection: telnet over a Websock, between the keyboard and the screen. It opens and ends it, agrees on options, and
 * decodes what comes; what goes out is the affair of `Typing`.
 */
import { Websock } from 'websock-client';
import {
  BINARY,
  CHARSET,
  ECHO,
  NAWS,
  SUPPRESS_GO_AHEAD,
  TERMINAL_TYPE,
  Telnet,
  encodeCharset,
  parseCharset,
  type TelnetSide,
} from 'websock-client/telnet';
import { findCharset, type Charset } from './charset.js';
import { describeEnd, describeRefusal } from './ending.js';
import { pump } from './pump.js';
import type { Screen } from './screen.js';
import type { SessionState } from './state.js';
import { texts } from './texts.js';
import { Typing } from './typing.js';

/** What the page agrees to, by who uses it. */
const OPTIONS: Record<TelnetSide, readonly number[]> = {
  local: [BINARY, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, NAWS, CHARSET],
  remote: [BINARY, SUPPRESS_GO_AHEAD, ECHO, CHARSET],
};

/**
 * The page reads on up to here before it stops the server. At the end Chromium drops what it holds for a page that has stopped: so
 * this is more than a server is likely to say before it ends, and little enough for Ctrl-C to be seen soon.
 */
const READ_AHEAD = 8 * 1024 * 1024;

/** A paste waits while more than this has not left: less than what makes the pump wait, which must read on. */
const UNSENT_MAX = 64 * 1024;

export class Session {
  /** Called when the state changes; the message says what happened, in a sentence or two. */
  onState = (_state: SessionState, _message: string): void => {};
  /** Called with what the user should know while it is open. */
  onNotice = (_text: string): void => {};
  /** Called while a paste leaves, and with a total of 0 at its end. */
  onProgress = (_sent: number, _total: number): void => {};
  /** Called with the server's bytes, telnet taken out, in its character set. */
  onData = (_bytes: Uint8Array): void => {};
  readonly sock = new Websock({ transport: 'auto', receiveHighWaterMark: READ_AHEAD });
  readonly #screen: Screen;
  readonly #telnet: Telnet;
  readonly #typing: Typing;
  #charset: Charset;
  #closedHere = false;
  #left = false;
  /** Resolves when all that came has been given to the screen. */
  #pumped = Promise.resolve();
  /** Text of the piece that is being decoded. */
  #shown = '';

  constructor(screen: Screen, charset: Charset) {
    this.#screen = screen;
    this.#charset = charset;
    this.#telnet = new Telnet({
      send: (bytes) => this.sock.sQpushBytes(bytes),
      data: (bytes) => this.#data(bytes),
      accepts: (side, option) => {
        this.#typing.hasTelnet = true;
        return OPTIONS[side].includes(option);
      },
      change: (side) => side === 'remote' && this.#modeChanged(),
      command: () => (this.#typing.hasTelnet = true),
      subnegotiation: (option, payload) => option === CHARSET && this.#charsetRequest(payload),
      terminalTypes: ['xterm-256color', 'xterm', 'vt100'],
    });
    this.#typing = new Typing(this.#telnet, charset, {
      echo: (text) => screen.write(text),
      notice: (text) => this.onNotice(text),
      progress: (sent, total) => this.onProgress(sent, total),
      room: async () => {
        await this.sock.drained({ below: UNSENT_MAX });
        // In Firefox the buffer empties while the connection closes, but nothing of it is sent any more.
        if (this.sock.readyState === 'closing')
          throw new Error('Cannot send: the socket is closing');
      },
    });
  }

  /** Whether it is connected, or about to be. */
  get live(): boolean {
    return ['connecting', 'open', 'closing'].includes(this.sock.readyState);
  }

  open(url: string): void {
    let opened = false;
    let failure: string | undefined;
    this.resize(this.#screen.columns, this.#screen.rows);
    this.#modeChanged();
    this.sock.on('open', () => {
      opened = true;
      this.onState('open', texts.to(url));
    });
    this.sock.on('error', ({ code }) => (failure ??= code));
    this.sock.on('close', async ({ code, reason }) => {
      const closedHere = this.#closedHere;
      const unsent = this.#typing.waiting;
      const ending = { url, opened, error: failure, closedHere, unsent, code, reason };
      // What came before the end is shown before it.
      await this.#pumped;
      if (!this.#left) this.onState('closed', describeEnd(ending));
    });
    try {
      this.sock.open(url, ['binary']);
      this.onState('connecting', texts.to(url));
      // What comes after the user has hung up is not wanted.
      this.#pumped = pump(this.sock, this.#screen, (bytes) => {
        if (!this.#left && !this.#closedHere) this.#receive(bytes);
        return !this.#left && !this.#closedHere;
      });
    } catch (error) {
      this.onState('closed', describeRefusal(url, error as Error));
    }
  }

  /** Closes; a second time it does not wait for the other end's answer. */
  close(): void {
    if (this.#closedHere) {
      this.sock.dispose();
      this.onState('closed', texts.hungUp);
      return;
    }
    this.#closedHere = true;
    this.onState('closing', '');
    this.sock.close();
  }

  /** The screen is another session's from now on. */
  leave(): void {
    this.#left = true;
  }

  resize(columns: number, rows: number): void {
    this.#telnet.resize(columns, rows);
    if (this.live) this.sock.flush();
  }

  /** Takes what was typed or pasted. @returns whether there is a connection for it */
  type(text: string): boolean {
    if (this.sock.readyState !== 'open') return false;
    this.#typing.type(text);
    this.sock.flush();
    return true;
  }

  /** Stops a paste. */
  stopSending(): void {
    this.#typing.stop();
  }

  /** Takes bytes that are no text: reports of the mouse. */
  sendBytes(bytes: Uint8Array): void {
    if (this.sock.readyState !== 'open') return;
    this.#telnet.write(bytes);
    this.sock.flush();
  }

  /** Sends a command of telnet, such as a break, to a server that knows them. */
  command(code: number): void {
    if (this.sock.readyState !== 'open') return;
    if (!this.#typing.hasTelnet) return this.onNotice(texts.noTelnet);
    this.#telnet.command(code);
    this.sock.flush();
  }

  /** Decodes a piece: its data is shown in one go, its answers leave in one message. */
  #receive(bytes: Uint8Array): void {
    this.#telnet.receive(bytes);
    this.#show();
    this.sock.flush();
  }

  #data(bytes: Uint8Array): void {
    this.onData(bytes);
    this.#shown += this.#charset.decode(bytes);
  }

  #show(): void {
    if (this.#shown) this.#screen.write(this.#shown);
    this.#shown = '';
  }

  /** Where lines are edited here, they end with CR LF, and a bare LF of the server is shown as one. */
  #modeChanged(): void {
    this.#show();
    this.#typing.modeChanged();
    this.#screen.setLineMode(!this.#typing.byCharacter);
  }

  /** The set of the form if the server has it, else the first that this page has (RFC 2066). */
  #charsetRequest(payload: Uint8Array): void {
    const message = parseCharset(payload);
    if (message?.kind !== 'request') return;
    const known = message.names.map(findCharset).filter((charset) => charset !== undefined);
    const charset = known.find((one) => one.is(this.#charset)) ?? known[0];
    if (!charset) {
      return this.#telnet.subnegotiate(CHARSET, encodeCharset({ kind: 'rejected' }));
    }
    const { name } = charset;
    this.#telnet.subnegotiate(CHARSET, encodeCharset({ kind: 'accepted', name }));
    if (charset.is(this.#charset)) return;
    this.#charset = this.#typing.charset = charset;
    this.onNotice(texts.charset(name));
  }
}
