/**
 * Turns keys into bytes. A server that echoes and suppresses go-aheads gets each character as it is typed. For any other,
 * the line is edited here, and ECHO alone only hides what is typed, such as a password.
 */
import { ECHO, IP, SUPPRESS_GO_AHEAD, type Telnet } from 'websock-client/telnet';
import { LineEditor } from '../line/line-editor.js';
import type { Charset } from './charset.js';
import { Outbox, type OutboxHandler } from './outbox.js';
import { texts } from './texts.js';

/** The longest line that is edited here, in characters. */
const LINE_MAX = 64 * 1024;

const CTRL_C = '\x03';

export interface TypingHandler extends Omit<OutboxHandler, 'deliver'> {
  /** Shows typed text, which the server does not echo. */
  echo(text: string): void;
  /** Tells the user which typed text was not sent, and why. */
  notice(text: string): void;
  /** Returns the lines to send for a typed one. */
  expand(line: string): string[];
}

export class Typing {
  charset: Charset;
  /** Whether the server has shown that it speaks telnet. */
  hasTelnet = false;
  readonly #telnet: Telnet;
  readonly #handler: TypingHandler;
  readonly #outbox: Outbox;
  readonly #editor: LineEditor;
  /** Whether the unfinished line, if any, is on the screen. */
  #isShown = true;

  constructor(telnet: Telnet, charset: Charset, handler: TypingHandler) {
    this.#telnet = telnet;
    this.charset = charset;
    this.#handler = handler;
    this.#outbox = new Outbox({
      deliver: (piece) => (this.byCharacter ? this.#send(piece) : this.#editor.feed(piece)),
      room: () => handler.room(),
      progress: (sent, total) => handler.progress(sent, total),
    });
    const isHidden = () => this.isHidden;
    this.#editor = new LineEditor(
      {
        echo: (text) => isHidden() || handler.echo(text),
        line: (text) => {
          const lines = isHidden() ? [text] : handler.expand(text);
          for (const line of lines) this.send(line);
        },
        interrupt: () => this.hasTelnet && telnet.command(IP),
        full: () => handler.notice(texts.lineFull(LINE_MAX)),
        isSecret: isHidden,
      },
      LINE_MAX,
    );
  }

  get byCharacter(): boolean {
    return (
      this.#telnet.enabled('remote', ECHO) && this.#telnet.enabled('remote', SUPPRESS_GO_AHEAD)
    );
  }

  /** Whether typed text stays hidden. */
  get isHidden(): boolean {
    return this.#telnet.enabled('remote', ECHO);
  }

  /** The unfinished line, unless it is hidden, and the output that takes it off the screen. */
  get line(): { readonly text: string; readonly hiding: string } {
    const { text, hiding } = this.#editor;
    return this.isHidden || text === '' ? { text: '', hiding: '' } : { text, hiding };
  }

  /** How many characters have not been sent. */
  get waiting(): number {
    return this.#outbox.waiting;
  }

  /** Takes what was typed or pasted. Ctrl-C does not wait for a paste to be sent: it stops it. */
  type(text: string): void {
    if (text === CTRL_C) this.stop();
    this.#outbox.push(text);
  }

  /** Sends a line. */
  send(line: string): void {
    this.#send(`${line}\r\n`);
  }

  /** Calls `show`, which shows text. An unfinished line makes room for that text, and is shown again after it. */
  makeRoom(show: () => void): void {
    const isSeen = this.#isShown && this.#editor.text !== '';
    if (isSeen) this.#handler.echo(this.#editor.hiding);
    show();
    if (isSeen) this.#handler.echo(this.#editor.showing);
  }

  /** Drops what was pasted and not sent, and says so. */
  stop(): void {
    const { waiting } = this;
    if (waiting === 0) return;
    this.#outbox.stop();
    this.#handler.notice(texts.stopped(waiting));
  }

  /**
   * Follows a change of options. An unfinished line leaves the screen if it is a password from now on, and is shown if it was
   * one. A server that now takes each character gets those typed so far.
   */
  modeChanged(): void {
    const isShown = !this.isHidden;
    if (isShown !== this.#isShown && this.#editor.text !== '') {
      this.#handler.echo(isShown ? this.#editor.showing : this.#editor.hiding);
    }
    this.#isShown = isShown;
    if (this.byCharacter) this.#send(this.#editor.take());
  }

  #send(text: string): void {
    const { bytes, refused } = this.charset.encode(text);
    if (refused) this.#handler.notice(texts.notInCharset(refused, this.charset.name));
    this.#telnet.write(bytes);
  }
}
