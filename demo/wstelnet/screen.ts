/**
 * The terminal: xterm.js, fitted to its place in the page, with the keys that are the page's own. It counts the
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

/** While the page is hidden xterm.js draws for some ms each second, or minute, and nobody waits to see it. */
const OUTSTANDING_MAX_HIDDEN = 16 * 1024 * 1024;

const FONT =
  'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

const darkWanted = matchMedia('(prefers-color-scheme: dark)');
const isForced = matchMedia('(forced-colors: active)');

/** The beginning of a control sequence, or of a string, at the end of what was written. */
// oxlint-disable-next-line no-control-regex -- the controls are what is looked for
const CUT_OFF = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*)?$/;

/**
 * After a connection that may have left the terminal in any state: breaks off a sequence, leaves the other screen, switches off
 * what programs switch on (mouse, focus and paste reports, keys of applications), resets the rest, and goes to a new line.
 */
const RECOVER =
  '\x18\x1b[?1047l\x1b[?9;1000;1002;1003;1004;1005;1006;1015;2004;1;66l\x1b[!p\x1b[0m';

export class Screen {
  /** Text was typed or pasted. */
  onInput = (_text: string): void => {};
  /** Bytes that are no text: reports of the mouse. */
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
  /** What shows images can't be loaded. */
  onNoImages = (): void => {};
  /** Whether somebody listens to the keys; if not, Tab goes on through the page. */
  live = false;
  readonly search = new SearchAddon();
  readonly #parent: HTMLElement;
  readonly #terminal = new Terminal({
    cursorBlink: true,
    fontFamily: FONT,
    scrollback: 5000,
    // The decorations of what was found.
    allowProposedApi: true,
  });
  readonly #fit = new FitAddon();
  #isFixed = false;
  readonly #serialize = new SerializeAddon();
  readonly #images = new Images(this.#terminal);
  /** What is shown next is of a server that ends lines with LF. */
  #isLineMode = false;
  #settings: Settings;
  #outstanding = 0;
  /** What was given to xterm.js and is not drawn yet, and what was drawn last. */
  readonly #pending: string[] = [];
  #drawn = '';
  /** Those who wait for room. */
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

  /** What was selected, or else all that there is, with its colors. */
  get html(): string {
    const onlySelection = this.selection !== '';
    return this.#serialize.serializeAsHTML({ onlySelection, includeGlobalBackground: true });
  }

  /** What makes another terminal look and behave as this one will when all is drawn. */
  get state(): string {
    const [cutOff] = CUT_OFF.exec(this.#drawn) ?? [''];
    return `${this.#serialize.serialize()}${cutOff}${this.#pending.join('')}`;
  }

  /** All its text. */
  get text(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, i) => active.getLine(i)!);
    return lines
      .map((line) => line.translateToString(true))
      .join('\n')
      .trimEnd();
  }

  /** Whether a program wants the arrow keys as those of an application (DECCKM). */
  get applicationCursor(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode;
  }

  /** How many characters it takes, as soon as it takes any. */
  async room(): Promise<number> {
    for (;;) {
      const room = (document.hidden ? OUTSTANDING_MAX_HIDDEN : OUTSTANDING_MAX) - this.#outstanding;
      if (room > 0) return room;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Puts the user's settings to use. */
  apply(settings: Settings): void {
    this.#settings = settings;
    const { options } = this.#terminal;
    const system = darkWanted.matches ? dark : light;
    const chosen = { system, dark, light, vga }[settings.theme];
    options.theme = isForced.matches ? forced() : chosen;
    // Pictures are shown in the colors that they were drawn in.
    options.minimumContrastRatio = isForced.matches ? 7 : chosen === vga ? 1 : 4.5;
    this.#parent.style.background = chosen.background!;
    options.fontSize = settings.fontSize;
    options.fontFamily = settings.font.trim() ? `${settings.font}, ${FONT}` : FONT;
    // For a screen reader the terminal's text is put into the page once more; that slows it down.
    options.screenReaderMode = settings.screenReader;
    this.#images.show(settings.images).catch(() => this.onNoImages());
    if (!this.#isFixed) this.#fit.fit();
  }

  /** Has a size of its own, instead of one that fits. */
  fix(columns: number, rows: number): void {
    this.#isFixed = true;
    this.#terminal.write('', () => this.#terminal.resize(columns, rows));
  }

  /** Has the size that fits into its place. */
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

  /** Whether a line feed goes to the start of the line too, from what is written next on. */
  setLineMode(on: boolean): void {
    this.#isLineMode = on;
    this.#terminal.write('', () => {
      this.#terminal.options.convertEol = on;
    });
  }

  /** Shows a line of the page's own below the text that is there. */
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

  /** Empties it, after what was written before. */
  reset(): void {
    this.#terminal.write('\x1bc');
  }

  bell(): void {
    ring(this.#settings.bell, this.#parent);
  }

  /** As if it were typed. */
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
    // The browser pastes, and xterm.js hears of it.
    return !(shiftKey && ctrlKey && code === 'KeyV');
  }
}

/** Breaks text between words, where a terminal would break it anywhere. */
function wrap(text: string, columns: number): string {
  return text.replace(new RegExp(`(.{1,${columns}})(?: +|$)`, 'g'), '$1\r\n').trimEnd();
}
