/**
 * One connection: telnet over a Websock, between the keyboard and the screen. Bytes are read only as the screen takes
 * them and as answers leave, so that a flood does not bury the page; where the channel has backpressure, it stops at
 * the server.
 */
import { Websock } from 'websock-client';
import {
  BINARY,
  ECHO,
  NAWS,
  SUPPRESS_GO_AHEAD,
  TERMINAL_TYPE,
  Telnet,
} from 'websock-client/telnet';
import { LineEditor } from '../line-editor.js';
import { describeEnd, describeRefusal } from './ending.js';
import type { Screen } from './screen.js';

export type SessionState = 'connecting' | 'open' | 'closing' | 'closed';

/** Bytes are read in pieces of this size, so that the page can draw between two of them. */
const PIECE = 16 * 1024;

/** The page's other tasks come first after this time, in ms: half a frame. */
const TURN = 8;

/** The longest line that may be pasted where it is edited here, in characters. */
const LINE_MAX = 64 * 1024;

const encoder = new TextEncoder();

export class Session {
  /** Called when the state changes; the message says what happened, in a sentence or two. */
  onState = (_state: SessionState, _message: string): void => {};
  readonly sock = new Websock({ transport: 'auto' });
  readonly #screen: Screen;
  readonly #telnet: Telnet;
  readonly #editor: LineEditor;
  #closedHere = false;
  #left = false;
  /** Data of the piece that is being decoded. */
  #shown: Uint8Array[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#telnet = new Telnet({
      send: (bytes) => this.sock.sQpushBytes(bytes),
      data: (bytes) => this.#shown.push(bytes),
      change: (side, option, enabled) => {
        // The server echoes from now on, so it gets what was typed of the line.
        if (side === 'remote' && option === ECHO && enabled) this.#send(this.#editor.take());
      },
      local: [BINARY, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, NAWS],
      remote: [BINARY, SUPPRESS_GO_AHEAD, ECHO],
      terminalTypes: ['xterm-256color', 'xterm', 'vt100'],
    });
    this.#editor = new LineEditor(
      {
        echo: (text) => screen.write(text),
        line: (text) => this.#send(text + (this.#telnet.enabled('local', BINARY) ? '\r' : '\r\n')),
        interrupt: () => this.#send('\x03'),
      },
      LINE_MAX,
    );
  }

  /** Whether it is connected, or about to be. */
  get live(): boolean {
    return ['connecting', 'open', 'closing'].includes(this.sock.readyState);
  }

  open(url: string): void {
    let opened = false;
    let overflow = false;
    this.#screen.reset();
    this.resize(this.#screen.columns, this.#screen.rows);
    this.sock.on('open', () => {
      opened = true;
      this.onState('open', `to ${url}`);
    });
    this.sock.on('error', ({ code }) => (overflow ||= code === 'ERR_RECEIVE_OVERFLOW'));
    this.sock.on('close', ({ code, reason }) => {
      const closedHere = this.#closedHere;
      this.onState('closed', describeEnd({ url, opened, overflow, closedHere, code, reason }));
    });
    try {
      this.sock.open(url, ['binary']);
      this.onState('connecting', `to ${url}`);
      void this.#pump();
    } catch (error) {
      this.onState('closed', describeRefusal(url, error as Error));
    }
  }

  /** Closes; a second time it does not wait for the other end's answer. */
  close(): void {
    if (this.#closedHere) {
      this.sock.dispose();
      this.onState('closed', 'You hung up: there was no answer.');
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

  /** Takes what was typed or pasted: for the server where it echoes, else for the line edited here. */
  type(text: string): void {
    if (this.sock.readyState !== 'open') return;
    if (this.#telnet.enabled('remote', ECHO)) this.#send(text);
    else this.#editor.feed(text);
  }

  /** Takes bytes that are no text: reports of the mouse. */
  sendBytes(bytes: Uint8Array): void {
    if (this.sock.readyState !== 'open') return;
    this.#telnet.write(bytes);
    this.sock.flush();
  }

  #send(text: string): void {
    this.#telnet.write(encoder.encode(text));
    this.sock.flush();
  }

  /** Reads to the end, as fast as the screen draws and the server takes the answers. */
  async #pump(): Promise<void> {
    let turn = performance.now();
    try {
      for (;;) {
        const max = Math.min(await this.#screen.room(), PIECE);
        const bytes = await this.sock.readSome({ max });
        // What comes after the user has hung up is not wanted.
        if (!bytes || this.#left || this.#closedHere) return;
        this.#receive(bytes);
        // At the end what is left is shown all the same.
        await this.sock.drained().catch(() => {});
        if (performance.now() - turn < TURN) continue;
        await new Promise((resolve) => setTimeout(resolve));
        turn = performance.now();
      }
    } catch {
      // The connection is lost, which its `close` event tells.
    }
  }

  /** Decodes a piece: its data is shown in one go, its answers leave in one message. */
  #receive(bytes: Uint8Array): void {
    this.#telnet.receive(bytes);
    const shown = this.#shown;
    this.#shown = [];
    const data = shown.length === 1 ? shown[0] : join(shown);
    if (data.length > 0) this.#screen.write(data);
    this.sock.flush();
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
