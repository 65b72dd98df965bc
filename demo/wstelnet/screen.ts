/**
 * The terminal: xterm.js, fitted to its place in the page, with the page's own keyboard shortcuts. It counts the
 * characters that xterm.js has not drawn yet, so that it can say how many more it takes.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { SerializeAddon } from '@xterm/addon-serialize';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { ring } from './bell.js';
import { Images } from './images.js';
import type { Settings } from './settings.js';
import { texts } from './texts.js';
import { dark, forced, light, vga } from './theme.js';
import { addTouch } from './touch.js';

/** The most characters given to xterm.js ahead of drawing: a few of its frames, so that a key press shows at once. */
const OUTSTANDING_MAX = 128 * 1024;

/** The same while the page is hidden: xterm.js draws for only some ms each second or minute, and nobody is watching. */
const OUTSTANDING_MAX_HIDDEN = 16 * 1024 * 1024;

const FONT =
  'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

const darkWanted = matchMedia('(prefers-color-scheme: dark)');
const isForced = matchMedia('(forced-colors: active)');

/** An unfinished control sequence or string at the end of a text. */
// oxlint-disable-next-line no-control-regex -- control characters are to be found
const CUT_OFF = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*)?$/;

/**
 * Recovers the terminal after a connection that may have left it in any state: breaks off a sequence, leaves the alternate
 * screen, switches off what programs switch on (mouse, focus and paste reports, application keys), and resets the rest.
 */
const RECOVER =
  '\x18\x1b[?1047l\x1b[?9;1000;1002;1003;1004;1005;1006;1015;2004;1;66l\x1b[!p\x1b[0m';

export class Screen {
  /** Text was typed or pasted. */
  onInput = (_text: string): void => {};
  /** Bytes that are not text, such as mouse reports, are to be sent. */
  onBinary = (_bytes: Uint8Array): void => {};
  onResize = (_columns: number, _rows: number): void => {};
  /** The user wants to go on elsewhere in the page. */
  onLeave = (): void => {};
  /** Text is about to be shown. */
  onShow = (_text: string): void => {};
  /** The server has named the window. */
  onTitle = (_title: string): void => {};
  /** The user wants to search. */
  onFind = (): void => {};
  /** The decoder of images can't be loaded. */
  onNoImages = (): void => {};
  /** Whether a session takes the keys; if not, Tab moves on through the page. */
  live = false;
  readonly search = new SearchAddon();
  readonly #parent: HTMLElement;
  readonly #terminal = new Terminal({
    cursorBlink: true,
    fontFamily: FONT,
    scrollback: 5000,
    // For the decorations of search matches.
    allowProposedApi: true,
  });
  readonly #fit = new FitAddon();
  #isFixed = false;
  readonly #serialize = new SerializeAddon();
  readonly #images = new Images(this.#terminal);
  /** Whether a bare LF in the text that is shown next ends a line. */
  #isLineMode = false;
  #settings: Settings;
  #outstanding = 0;
  /** The texts that xterm.js has not drawn yet, and the last one that it has. */
  readonly #pending: string[] = [];
  #drawn = '';
  /** Resolves the calls that wait for room. */
  #waiting: (() => void)[] = [];

  constructor(parent: HTMLElement, settings: Settings) {
    const terminal = this.#terminal;
    Terminal.strings.promptLabel = texts.terminal;
    this.#parent = parent;
    this.#settings = settings;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.search);
    terminal.loadAddon(this.#serialize);
    terminal.loadAddon(new WebLinksAddon());
    terminal.onData((text) => this.onInput(text));
    terminal.onBinary((text) => this.onBinary(Uint8Array.from(text, (char) => char.charCodeAt(0))));
    terminal.onResize(({ cols, rows }) => this.onResize(cols, rows));
    terminal.onTitleChange((title) => this.onTitle(title));
    terminal.onBell(() => this.bell());
    terminal.attachCustomKeyEventHandler((event) => this.#key(event));
    terminal.open(parent);
    addTouch(terminal);
    for (const query of [darkWanted, isForced]) {
      query.addEventListener('change', () => this.apply(this.#settings));
    }
    this.apply(settings);
    new ResizeObserver(() => this.#isFixed || this.#fit.fit()).observe(parent);
    document.addEventListener('visibilitychange', () => this.#wake());
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  get selection(): string {
    return this.#terminal.getSelection();
  }

  /** The selection, or else the whole contents, with colors. */
  get html(): string {
    const onlySelection = this.selection !== '';
    return this.#serialize.serializeAsHTML({ onlySelection, includeGlobalBackground: true });
  }

  /** The output that makes another terminal look and behave as this one will once everything is drawn. */
  get state(): string {
    const [cutOff] = CUT_OFF.exec(this.#drawn) ?? [''];
    return `${this.#serialize.serialize()}${cutOff}${this.#pending.join('')}`;
  }

  /** The whole contents, as text. */
  get text(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, i) => active.getLine(i)!);
    return lines
      .map((line) => line.translateToString(true))
      .join('\n')
      .trimEnd();
  }

  /** Whether a program has switched the arrow keys to application mode (DECCKM). */
  get applicationCursor(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode;
  }

  /** Resolves with how many characters it takes, as soon as it takes any. */
  async room(): Promise<number> {
    for (;;) {
      const room = (document.hidden ? OUTSTANDING_MAX_HIDDEN : OUTSTANDING_MAX) - this.#outstanding;
      if (room > 0) return room;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Applies the user's settings. */
  apply(settings: Settings): void {
    this.#settings = settings;
    const { options } = this.#terminal;
    const system = darkWanted.matches ? dark : light;
    const chosen = { system, dark, light, vga }[settings.theme];
    options.theme = isForced.matches ? forced() : chosen;
    // The theme `vga` shows pictures in the colors that they were drawn in.
    options.minimumContrastRatio = isForced.matches ? 7 : chosen === vga ? 1 : 4.5;
    this.#parent.style.background = chosen.background!;
    options.fontSize = settings.fontSize;
    options.fontFamily = settings.font.trim() ? `${settings.font}, ${FONT}` : FONT;
    // For screen readers, xterm.js puts its text into the page a second time, which slows it down.
    options.screenReaderMode = settings.screenReader;
    this.#images.show(settings.images).catch(() => this.onNoImages());
    if (!this.#isFixed) this.#fit.fit();
  }

  /** Gives the terminal this size, instead of one that fits into its place. */
  fix(columns: number, rows: number): void {
    this.#isFixed = true;
    this.#terminal.write('', () => this.#terminal.resize(columns, rows));
  }

  /** Gives the terminal the size that fits into its place. */
  fit(): void {
    this.#isFixed = false;
    this.#fit.fit();
  }

  /** Shows text. */
  write(text: string): void {
    const shown = this.#isLineMode ? text.replace(/\r?\n/g, '\r\n') : text;
    this.onShow(shown);
    this.#outstanding += text.length;
    this.#pending.push(shown);
    this.#terminal.write(text, () => {
      this.#outstanding -= text.length;
      this.#drawn = this.#pending.shift()!;
      this.#wake();
    });
  }

  /** Sets whether a line feed also returns to the start of the line, in what is written from now on. */
  setLineMode(on: boolean): void {
    this.#isLineMode = on;
    this.#terminal.write('', () => {
      this.#terminal.options.convertEol = on;
    });
  }

  /** Shows a line of the page's own below the text so far. */
  note(text: string): void {
    this.onShow(RECOVER);
    this.#terminal.write(RECOVER, () => {
      const { buffer, cols } = this.#terminal;
      const plain = `-- ${text.replace(/\p{Cc}/gu, '')}`;
      this.write(
        `${buffer.active.cursorX > 0 ? '\r\n' : ''}\x1b[3m${wrap(plain, cols)}\x1b[0m\r\n`,
      );
    });
  }

  /** Clears the terminal, once it has drawn what was written before. */
  reset(): void {
    this.#terminal.write('\x1bc');
  }

  bell(): void {
    ring(this.#settings.bell, this.#parent);
  }

  /** Handles text as if it were typed. */
  type(text: string): void {
    this.#terminal.input(text);
  }

  paste(text: string): void {
    this.#terminal.paste(text);
  }

  focus(): void {
    this.#terminal.focus();
  }

  #wake(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** @returns whether the terminal is to handle the key */
  #key(event: KeyboardEvent): boolean {
    const { type, key, code, shiftKey, ctrlKey } = event;
    const isDown = type === 'keydown';
    const own = (action: () => void): false => {
      event.preventDefault();
      if (isDown) action();
      return false;
    };
    if (shiftKey && key === 'F6') return own(() => this.onLeave());
    if (shiftKey && ctrlKey && code === 'KeyF') return own(() => this.onFind());
    if (shiftKey && ctrlKey && code === 'KeyC') return own(() => document.execCommand('copy'));
    if (key === 'Tab' && (!this.live || this.#settings.tabLeaves)) return false;
    if (key === 'Backspace' && isDown && this.#settings.backspace === '^H' && !event.altKey) {
      return own(() => this.#terminal.input(ctrlKey ? '\x7f' : '\b'));
    }
    // The browser pastes, and xterm.js receives its event.
    return !(shiftKey && ctrlKey && code === 'KeyV');
  }
}

/** Wraps text between words; a terminal would break it anywhere. */
function wrap(text: string, columns: number): string {
  return text.replace(new RegExp(`(.{1,${columns}})(?: +|$)`, 'g'), '$1\r\n').trimEnd();
}
