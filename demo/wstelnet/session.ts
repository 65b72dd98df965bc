/**
 * Telnet over a connection, between the keyboard and the screen: it negotiates options and decodes what arrives. `Typing`
 * handles what goes out.
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

/** A paste waits while more bytes than this are unsent: fewer than make the pump wait, which must go on reading. */
const UNSENT_MAX = 64 * 1024;

export class Session {
  /** Called when the state changes; the message says what happened, in a sentence or two. */
  onState = (_state: SessionState, _message: string): void => {};
  /** Called with what the user should know while the session is open. */
  onNotice = (_text: string): void => {};
  /** Called while a paste is being sent, and with a total of 0 at its end. */
  onProgress = (_sent: number, _total: number): void => {};
  /** Called with the server's bytes without telnet, in its character set. */
  onData = (_bytes: Uint8Array): void => {};
  /** Called when the end that edits the line, or whether the line is hidden, has changed. */
  onMode = (_byCharacter: boolean, _isHidden: boolean): void => {};
  /** Called with each line from a server that takes whole lines. */
  onLine = (_line: string): void => {};
  /** Called with each prompt that the server marks. */
  onPrompt = (_text: string): void => {};
  /** Called with each GMCP message of a game. */
  onGmcp = (_message: GmcpMessage): void => {};
  /** Returns the lines to send for a typed one. */
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
  /** Whether the bytes being received were answered by the page before the reload. */
  #isAnswered = false;
  /** The text decoded so far from the current piece. */
  #shown = '';

  /** @param kept the session that another page has kept */
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
        // In Firefox the buffer empties while the connection closes, although nothing is sent any more.
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

  /** Whether it has ever been open. */
  get wasOpen(): boolean {
    return this.#connection.wasOpen;
  }

  /** Whether it ended although nobody wanted it to. */
  get isLost(): boolean {
    return this.#connection.isLost;
  }

  /** Whether this end (`local`) or the server (`remote`) uses a telnet option. */
  enabled(side: TelnetSide, option: number): boolean {
    return this.#telnet.enabled(side, option);
  }

  /** Opens the session, or continues one that another page has kept. */
  open(url: string, kept?: Kept): void {
    if (kept) this.#restore(kept);
    this.resize(this.#screen.columns, this.#screen.rows);
    this.#modeChanged();
    this.#connection.open(url);
  }

  /**
   * Stops, and returns what another page needs to continue. Undefined where it can't: with a plain bridge, during a paste, or
   * with compressed output, whose decompressor can't be carried over.
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

  /** Closes it; a second call does not wait for the other end's answer. */
  close(): void {
    this.#connection.close();
  }

  /** Stops using the screen, which belongs to another session from now on. */
  leave(): void {
    this.#connection.isLeft = true;
  }

  /** Calls `onMode` again. */
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

  /** Sends a line that nobody typed, and shows it in the terminal. */
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

  /** Sends bytes that are not text, such as mouse reports. */
  sendBytes(bytes: Uint8Array): void {
    if (!this.#connection.isOpen) return;
    this.#telnet.write(bytes);
    this.sock.flush();
  }

  /** Sends a telnet command, such as a break, if the server has shown that it speaks telnet. */
  command(code: number): void {
    if (!this.#connection.isOpen) return;
    if (!this.#typing.hasTelnet) return this.onNotice(texts.noTelnet);
    this.#telnet.command(code);
    this.sock.flush();
  }

  /** Takes a piece. @returns whether another one is wanted: none is after the user has hung up */
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

  /** Where lines are edited here, they end with CR LF, and a bare LF from the server is shown as CR LF. */
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
