/**
 * From keys to bytes. A server that echoes and suppresses go-aheads takes each character as it is typed; for any other
 * the line is edited here, and ECHO alone only hides what is typed, as of a password.
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
  /** Shows what is typed where the server does not. */
  echo(text: string): void;
  /** Something that was typed has not been sent, and why. */
  notice(text: string): void;
  /** The lines to send for one that was typed. */
  expand(line: string): string[];
}

export class Typing {
  charset: Charset;
  /** Whether the server has shown that it knows what IAC is. */
  hasTelnet = false;
  readonly #telnet: Telnet;
  readonly #handler: TypingHandler;
  readonly #outbox: Outbox;
  readonly #editor: LineEditor;
  /** Whether the line that was begun, if any, stands on the screen. */
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

  /** Whether what is typed is not to be seen. */
  get isHidden(): boolean {
    return this.#telnet.enabled('remote', ECHO);
  }

  /** What was typed of a line and is to be seen, and what takes it off the screen. */
  get line(): { readonly text: string; readonly hiding: string } {
    const { text, hiding } = this.#editor;
    return this.isHidden || text === '' ? { text: '', hiding: '' } : { text, hiding };
  }

  /** How many characters have not been sent. */
  get waiting(): number {
    return this.#outbox.waiting;
  }

  /** Takes what was typed or pasted. Ctrl-C does not wait for a paste to leave: it stops it. */
  type(text: string): void {
    if (text === CTRL_C) this.stop();
    this.#outbox.push(text);
  }

  /** Sends a line. */
  send(line: string): void {
    this.#send(`${line}\r\n`);
  }

  /** Runs what shows text of the server; a line that was begun makes room for it, and stands behind it again. */
  makeRoom(show: () => void): void {
    const isSeen = this.#isShown && this.#editor.text !== '';
    if (isSeen) this.#handler.echo(this.#editor.hiding);
    show();
    if (isSeen) this.#handler.echo(this.#editor.showing);
  }

  /** Drops what was pasted and has not left. */
  stop(): void {
    const { waiting } = this;
    if (waiting === 0) return;
    this.#outbox.stop();
    this.#handler.notice(texts.stopped(waiting));
  }

  /**
   * An option has changed. A line that was begun leaves the screen if it is a password from now on, and is shown if it was one. Where the
   * server takes characters, it gets them.
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
