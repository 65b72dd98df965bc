/**
 * One visitor of the demo's telnet server: negotiates, edits the line, runs a command and prints its output.
 * Input typed while a command runs waits until it ends, as on any terminal.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import {
  BINARY,
  ECHO,
  NAWS,
  SUPPRESS_GO_AHEAD,
  TERMINAL_TYPE,
  Telnet,
  type TelnetOptions,
} from 'websock-client/telnet';
import { LineEditor } from './line/line-editor.js';
import { commands, type Terminal } from './telnet-commands.js';

const BANNER = `
  \x1b[1mwebsock-client\x1b[0m telnet demo

  A small server, and a WebSocket between us.
  Type \x1b[1mhelp\x1b[0m to see what there is to do,
  \x1b[1mbye\x1b[0m to leave.

`;
const PROMPT = '\x1b[1;32mdemo>\x1b[0m ';

/** How many characters may be typed ahead while a command runs; more are dropped. */
const AHEAD_MAX = 4096;

/** While a visitor has left more bytes than this unread, its input is not read. */
const UNREAD_MAX = 1024 * 1024;

export class TelnetSession implements Terminal {
  columns = 80;
  rows = 24;
  type = 'unknown';
  readonly #socket: Socket;
  readonly #telnet: Telnet;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #editor: LineEditor;
  #ahead = '';
  /** Set while a command runs; aborted by Ctrl-C, or by any key if the command wants that. */
  #running: AbortController | undefined;
  #anyKeyStops = false;
  /** Aborted when the connection has ended. */
  readonly #gone = new AbortController();

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#telnet = new Telnet(this.#telnetOptions());
    this.#editor = new LineEditor({
      echo: (text) => {
        if (this.#telnet.enabled('local', ECHO)) this.print(text);
      },
      line: (text) => void this.#run(text),
      interrupt: () => this.print(PROMPT),
    });
  }

  /** Greets the visitor and listens to it. */
  start(): void {
    this.#socket.on('data', (bytes) => {
      this.#telnet.receive(bytes);
      if (this.#socket.writableLength > UNREAD_MAX) this.#socket.pause();
    });
    this.#socket.on('drain', () => this.#socket.resume());
    for (const end of ['error', 'close']) this.#socket.on(end, () => this.#gone.abort());
    this.#telnet.enable('local', ECHO);
    this.#telnet.enable('local', SUPPRESS_GO_AHEAD);
    this.#telnet.enable('remote', SUPPRESS_GO_AHEAD);
    this.#telnet.enable('remote', NAWS);
    this.#telnet.enable('remote', TERMINAL_TYPE);
    this.print(BANNER + PROMPT);
  }

  print(text: string): void {
    this.#telnet.write(this.#encoder.encode(text.replace(/\r?\n/g, '\r\n')));
  }

  async room(signal: AbortSignal): Promise<void> {
    if (this.#socket.writableNeedDrain) await once(this.#socket, 'drain', { signal });
    else await setImmediate(undefined, { signal });
  }

  leave(): void {
    this.#socket.end();
  }

  #telnetOptions(): TelnetOptions {
    return {
      send: (bytes) => {
        if (this.#socket.writable) this.#socket.write(bytes);
      },
      data: (bytes) => this.#typed(this.#decoder.decode(bytes, { stream: true })),
      areYouThere: '[Yes]',
      local: [BINARY, ECHO, SUPPRESS_GO_AHEAD],
      remote: [BINARY, SUPPRESS_GO_AHEAD, NAWS, TERMINAL_TYPE],
      windowSize: (columns, rows) => {
        this.columns = columns || 80;
        this.rows = rows || 24;
      },
      terminalType: (name) => (this.type = name),
    };
  }

  #typed(text: string): void {
    for (const char of text) {
      if (!this.#running) this.#editor.feed(char);
      else if (this.#anyKeyStops) return this.#running.abort();
      else if (char === '\x03') this.#interrupt(this.#running);
      else if (this.#ahead.length < AHEAD_MAX) this.#ahead += char;
    }
  }

  #interrupt(running: AbortController): void {
    this.#ahead = '';
    this.print('^C\n');
    running.abort();
  }

  /** Runs a line, then takes what was typed meanwhile. */
  async #run(line: string): Promise<void> {
    this.#running = new AbortController();
    await this.#execute(line, AbortSignal.any([this.#running.signal, this.#gone.signal]));
    this.#running = undefined;
    // After `bye`, or when the visitor has gone, no command that was typed ahead may start.
    if (!this.#socket.writable) return;
    this.print(PROMPT);
    const ahead = this.#ahead;
    this.#ahead = '';
    this.#typed(ahead);
  }

  async #execute(line: string, signal: AbortSignal): Promise<void> {
    const [name, ...words] = line.trimStart().split(' ');
    if (!name) return;
    const command = commands.get(name);
    if (!command) return this.print(`${name}: no such command. Type help for a list.\n`);
    this.#anyKeyStops = command.anyKeyStops ?? false;
    try {
      await command.run(this, words.join(' '), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#anyKeyStops = false;
    }
  }
}
