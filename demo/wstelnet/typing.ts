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
}

export class Typing {
  charset: Charset;
  /** Whether the server has shown that it knows what IAC is. */
  hasTelnet = false;
  readonly #telnet: Telnet;
  readonly #handler: TypingHandler;
  readonly #outbox: Outbox;
  readonly #editor: LineEditor;

  constructor(telnet: Telnet, charset: Charset, handler: TypingHandler) {
    this.#telnet = telnet;
    this.charset = charset;
    this.#handler = handler;
    this.#outbox = new Outbox({
      deliver: (piece) => (this.byCharacter ? this.#send(piece) : this.#editor.feed(piece)),
      room: () => handler.room(),
      progress: (sent, total) => handler.progress(sent, total),
    });
    const isHidden = () => telnet.enabled('remote', ECHO);
    this.#editor = new LineEditor(
      {
        echo: (text) => isHidden() || handler.echo(text),
        line: (text) => this.#send(`${text}\r\n`),
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

  /** How many characters have not been sent. */
  get waiting(): number {
    return this.#outbox.waiting;
  }

  /** Takes what was typed or pasted. Ctrl-C does not wait for a paste to leave: it stops it. */
  type(text: string): void {
    if (text === CTRL_C) this.stop();
    this.#outbox.push(text);
  }

  /** Drops what was pasted and has not left. */
  stop(): void {
    const { waiting } = this;
    if (waiting === 0) return;
    this.#outbox.stop();
    this.#handler.notice(texts.stopped(waiting));
  }

  /** An option has changed: where the server takes characters from now on, it gets those of the line that was begun. */
  modeChanged(): void {
    if (this.byCharacter) this.#send(this.#editor.take());
  }

  #send(text: string): void {
    const { bytes, refused } = this.charset.encode(text);
    if (refused) this.#handler.notice(texts.notInCharset(refused, this.charset.name));
    this.#telnet.write(bytes);
  }
}
