/**
 * Telnet over a connection, between the keyboard and the screen: it agrees on options, and decodes what comes. What goes out is
 * the affair of `Typing`.
 */
import type { Websock } from 'websock-client';
import {
  CHARSET,
  CompressedInput,
  GMCP,
  MCCP2,
  Telnet,
  parseGmcp,
  type GmcpMessage,
  type TelnetSide,
} from 'websock-client/telnet';
import { agreementOf, chooseCharset, GMCP_GREETING, OPTIONS } from './agreement.js';
import type { Charset } from './charset.js';
import { Connection, type ConnectionHandler } from './connection.js';
import type { Kept } from './kept.js';
import { Lines } from './lines.js';
import { pump } from './pump.js';
import type { Screen } from './screen.js';
import type { SessionState } from './state.js';
import { texts } from './texts.js';
import { Typing } from './typing.js';

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
  /** Called when who edits the line, or whether it is to be seen, has changed. */
  onMode = (_byCharacter: boolean, _isHidden: boolean): void => {};
  /** Called with each line of a server that takes lines. */
  onLine = (_line: string): void => {};
  /** Called with a prompt, where the server marks it. */
  onPrompt = (_text: string): void => {};
  /** Called with what a game tells. */
  onGmcp = (_message: GmcpMessage): void => {};
  /** What to send for a line that was typed. */
  expand = (line: string): string[] => [line];
  readonly #connection: Connection;
  readonly #screen: Screen;
  readonly #telnet: Telnet;
  readonly #input: CompressedInput;
  readonly #typing: Typing;
  readonly #lines = new Lines();
  #charset: Charset;
  /** How many characters were typed since the network failed. */
  #typedAway = 0;
  /** What is received was said to the page before this one, which has answered. */
  #isAnswered = false;
  /** Text of the piece that is being decoded. */
  #shown = '';

  /** @param kept what another page has left of the session */
  constructor(screen: Screen, charset: Charset, kept?: Kept) {
    this.#screen = screen;
    this.#charset = charset;
    const handler: ConnectionHandler = {
      state: (state, message) => {
        if (state === 'open') this.#typedAway = 0;
        this.onState(state, message);
      },
      unsent: () => Math.max(this.#typing.waiting, this.#typedAway),
      read: () => pump(this.sock, screen, (bytes) => this.#take(bytes)),
    };
    this.#connection = new Connection(handler, kept?.stream);
    this.#telnet = new Telnet({
      send: (bytes) => this.#isAnswered || this.sock.sQpushBytes(bytes),
      data: (bytes) => this.#data(bytes),
      accepts: (side, option) => {
        this.#typing.hasTelnet = true;
        return OPTIONS[side].includes(option);
      },
      change: (side, option, enabled) => side === 'remote' && this.#change(option, enabled),
      command: () => (this.#typing.hasTelnet = true),
      prompt: () => {
        this.#show();
        this.onPrompt(this.#lines.takePrompt());
      },
      subnegotiation: (option, payload) => this.#subnegotiation(option, payload),
      terminalTypes: ['xterm-256color', 'xterm', 'vt100'],
    });
    this.#input = new CompressedInput({
      receive: (bytes) => this.#receive(bytes),
      stop: () => this.#telnet.stop(),
    });
    this.#input.failed.catch(() => this.#connection.fail('ERR_INFLATE'));
    this.#typing = new Typing(this.#telnet, charset, {
      echo: (text) => screen.write(text),
      notice: (text) => this.onNotice(text),
      progress: (sent, total) => this.onProgress(sent, total),
      expand: (line) => this.expand(line),
      room: async () => {
        await this.sock.drained({ below: UNSENT_MAX });
        // In Firefox the buffer empties while the connection closes, but nothing of it is sent any more.
        if (this.sock.readyState === 'closing')
          throw new Error('Cannot send: the socket is closing');
      },
    });
  }

  get sock(): Websock {
    return this.#connection.sock;
  }

  /** Whether it is connected, suspended, or about to be connected. */
  get live(): boolean {
    return this.#connection.live;
  }

  /** Whether it was open once. */
  get wasOpen(): boolean {
    return this.#connection.wasOpen;
  }

  /** Whether it has ended without anybody wanting it to. */
  get isLost(): boolean {
    return this.#connection.isLost;
  }

  /** Whether this end (`local`) or the server uses an option of telnet. */
  enabled(side: TelnetSide, option: number): boolean {
    return this.#telnet.enabled(side, option);
  }

  /** Opens it, or goes on with what another page has left. */
  open(url: string, kept?: Kept): void {
    if (kept) this.#restore(kept);
    this.resize(this.#screen.columns, this.#screen.rows);
    this.#modeChanged();
    this.#connection.open(url);
  }

  /**
   * Stops, and returns what another page needs to go on. Undefined where there is none: a plain bridge, a paste on its way, or
   * compressed output, of which the decompressor's memory would be missing.
   */
  freeze(): Omit<Kept, 'url'> | undefined {
    const isWhole = this.#typing.waiting === 0 && !this.enabled('remote', MCCP2);
    if (!this.#connection.isOpen || !isWhole) return undefined;
    try {
      const { text: line, hiding } = this.#typing.line;
      return {
        stream: this.sock.freeze(),
        charset: this.#charset.name,
        agreement: agreementOf(this.#telnet),
        screen: this.#screen.state + hiding,
        line,
      };
    } catch {
      return undefined;
    }
  }

  #restore({ agreement, screen, line }: Kept): void {
    this.#screen.write(screen);
    this.#isAnswered = true;
    this.#telnet.receive(Uint8Array.from(agreement));
    this.#isAnswered = false;
    this.#typing.type(line);
  }

  /** Closes; a second time it does not wait for the other end's answer. */
  close(): void {
    this.#connection.close();
  }

  /** The screen is another session's from now on. */
  leave(): void {
    this.#connection.isLeft = true;
  }

  /** Says once more who edits the line. */
  tellMode(): void {
    this.onMode(this.#typing.byCharacter, this.#typing.isHidden);
  }

  resize(columns: number, rows: number): void {
    this.#telnet.resize(columns, rows);
    if (this.live) this.sock.flush();
  }

  /** Takes what was typed or pasted. @returns whether there is a connection for it */
  type(text: string): boolean {
    if (!this.#connection.isOpen) return false;
    if (this.sock.isSuspended) this.#typedAway += text.length;
    this.#typing.type(text);
    this.sock.flush();
    return true;
  }

  /** Sends a line that nobody typed, which the terminal shows all the same. */
  sendLine(line: string): void {
    if (!this.#connection.isOpen) return;
    this.#typing.makeRoom(() => this.#screen.write(`${line}\r\n`));
    this.#typing.send(line);
    this.sock.flush();
  }

  /** Stops a paste. */
  stopSending(): void {
    this.#typing.stop();
  }

  /** Takes bytes that are no text: reports of the mouse. */
  sendBytes(bytes: Uint8Array): void {
    if (!this.#connection.isOpen) return;
    this.#telnet.write(bytes);
    this.sock.flush();
  }

  /** Sends a command of telnet, such as a break, to a server that knows them. */
  command(code: number): void {
    if (!this.#connection.isOpen) return;
    if (!this.#typing.hasTelnet) return this.onNotice(texts.noTelnet);
    this.#telnet.command(code);
    this.sock.flush();
  }

  /** Takes a piece. @returns whether another one is wanted: what comes after the user has hung up is not */
  async #take(bytes: Uint8Array): Promise<boolean> {
    const isWanted = () => !this.#connection.isLeft && !this.#connection.isClosedHere;
    if (isWanted()) await this.#input.receive(bytes);
    return isWanted();
  }

  /** Decodes a piece: its data is shown in one go, its answers leave in one message. */
  #receive(bytes: Uint8Array): number {
    const received = this.#telnet.receive(bytes);
    this.#show();
    this.sock.flush();
    return received;
  }

  #data(bytes: Uint8Array): void {
    this.onData(bytes);
    this.#shown += this.#charset.decode(bytes);
  }

  #show(): void {
    const text = this.#shown;
    this.#shown = '';
    if (!text) return;
    this.#typing.makeRoom(() => this.#screen.write(text));
    if (this.#typing.byCharacter) return;
    for (const line of this.#lines.feed(text)) this.onLine(line);
  }

  #change(option: number, enabled: boolean): void {
    this.#modeChanged();
    if (option !== GMCP || !enabled) return;
    for (const message of GMCP_GREETING) this.#telnet.subnegotiate(GMCP, message);
  }

  #subnegotiation(option: number, payload: Uint8Array): void {
    if (option === CHARSET) return this.#charsetRequest(payload);
    if (option === MCCP2) return this.#input.start();
    const message = option === GMCP && parseGmcp(payload);
    if (message) this.onGmcp(message);
  }

  /** Where lines are edited here, they end with CR LF, and a bare LF of the server is shown as one. */
  #modeChanged(): void {
    this.#show();
    this.#typing.modeChanged();
    this.#screen.setLineMode(!this.#typing.byCharacter);
    this.tellMode();
  }

  #charsetRequest(payload: Uint8Array): void {
    const chosen = chooseCharset(payload, this.#charset);
    if (!chosen) return;
    const { answer, charset } = chosen;
    this.#telnet.subnegotiate(CHARSET, answer);
    if (!charset || charset.is(this.#charset)) return;
    this.#charset = this.#typing.charset = charset;
    this.onNotice(texts.charset(charset.name));
  }
}
