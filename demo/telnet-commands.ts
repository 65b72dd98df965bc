/** The commands of the demo's telnet server. Each prints; the long ones stop when their signal is aborted. */
import { setTimeout } from 'node:timers/promises';
import { clockFace, swatches } from './telnet-pictures.js';

/** What a command knows about the visitor's terminal. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly type: string;
  /** Prints text; LF ends a line. */
  print(text: string): void;
  /** Resolves when more may be printed; rejects when the command is to stop. */
  room(signal: AbortSignal): Promise<void>;
  /** Ends the connection once everything is printed. */
  leave(): void;
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** Whether any key stops it, not only Ctrl-C. */
  readonly anyKeyStops?: boolean;
  run(terminal: Terminal, rest: string, signal: AbortSignal): void | Promise<void>;
}

/** The most lines of a flood: 20 MB, since each is 80 bytes with its CR LF. */
const FLOOD_MAX = 250_000;
const FLOOD_BLOCK = 200;

/** Printable ASCII, shifted by one character on each line, as by RFC 864's character generator. */
const PATTERN = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i)).repeat(2);
const floodLine = (n: number) =>
  `${String(n).padStart(7)} ${PATTERN.slice(n % 95, (n % 95) + 70)}\n`;

const list: readonly Command[] = [
  {
    usage: 'help',
    summary: 'show this list',
    run(terminal) {
      const lines = list.map(
        ({ usage, summary }) => `  \x1b[1m${usage.padEnd(10)}\x1b[0m ${summary}\n`,
      );
      terminal.print(`\n${lines.join('')}\n`);
    },
  },
  {
    usage: 'echo TEXT',
    summary: 'print TEXT',
    run: (terminal, text) => terminal.print(`${text}\n`),
  },
  {
    usage: 'date',
    summary: 'print date and time',
    run: (terminal) => terminal.print(`${new Date().toString()}\n`),
  },
  {
    usage: 'size',
    summary: "print your terminal's size",
    run(terminal) {
      const { columns, rows, type } = terminal;
      terminal.print(`${columns} columns, ${rows} rows, type ${type}\n`);
    },
  },
  {
    usage: 'colors',
    summary: '16, 256 and 16 million colors',
    run: (terminal) => terminal.print(swatches(terminal.columns)),
  },
  {
    usage: 'clock',
    summary: 'a clock, until you press a key',
    anyKeyStops: true,
    async run(terminal, _, signal) {
      terminal.print('\x1b[?25l\n');
      try {
        for (;;) {
          const face = clockFace(new Date());
          terminal.print(face);
          await setTimeout(1000 - (Date.now() % 1000), undefined, { signal });
          await terminal.room(signal);
          terminal.print(`\x1b[${face.split('\n').length - 1}A`);
        }
      } finally {
        terminal.print('\x1b[?25h\n');
      }
    },
  },
  {
    usage: 'flood N',
    summary: 'print N lines, fast',
    async run(terminal, text, signal) {
      const count = Number(text || 1000);
      if (!Number.isInteger(count) || count < 1 || count > FLOOD_MAX) {
        return terminal.print(`flood: N must be an integer from 1 to ${FLOOD_MAX}, not ${text}\n`);
      }
      let printed = 0;
      try {
        while (printed < count) {
          let block = '';
          const end = Math.min(printed + FLOOD_BLOCK, count);
          while (printed < end) block += floodLine(++printed);
          terminal.print(block);
          await terminal.room(signal);
        }
      } finally {
        terminal.print(`flood: ${printed} lines\n`);
      }
    },
  },
  {
    usage: 'bye',
    summary: 'leave',
    run(terminal) {
      terminal.print('Bye.\n');
      terminal.leave();
    },
  },
];

/** The commands by name, the first word of their usage. */
export const commands = new Map(list.map((command) => [command.usage.split(' ')[0], command]));
