/**
 * The terminal: xterm.js, fitted to its place in the page, with the keys that are the page's own. It counts the
 * bytes that xterm.js has not drawn yet, so that it can say how many more it takes.
 */
import { FitAddon } from '@xterm/addon-fit';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { dark, light } from './theme.js';

/** The most bytes given to xterm.js ahead of drawing: a few of its frames, so that a key press shows at once. */
const OUTSTANDING_MAX = 128 * 1024;

const FONT =
  'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

const darkWanted = matchMedia('(prefers-color-scheme: dark)');
const narrow = matchMedia('(max-width: 40rem)');

Terminal.strings.promptLabel = 'Terminal. Shift+F6 leaves it.';

export class Screen {
  /** Text was typed or pasted. */
  onInput = (_text: string): void => {};
  /** Bytes that are no text: reports of the mouse. */
  onBinary = (_bytes: Uint8Array): void => {};
  onResize = (_columns: number, _rows: number): void => {};
  /** The user wants to go on elsewhere in the page. */
  onLeave = (): void => {};
  /** Whether somebody listens to the keys; if not, Tab goes on through the page. */
  live = false;
  readonly #terminal = new Terminal({
    cursorBlink: true,
    fontFamily: FONT,
    minimumContrastRatio: 4.5,
    scrollback: 5000,
  });
  readonly #fit = new FitAddon();
  #outstanding = 0;
  /** Those who wait for room. */
  #waiting: (() => void)[] = [];

  constructor(parent: HTMLElement) {
    const terminal = this.#terminal;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(new WebLinksAddon());
    terminal.onData((text) => this.onInput(text));
    terminal.onBinary((text) => this.onBinary(Uint8Array.from(text, (char) => char.charCodeAt(0))));
    terminal.onResize(({ cols, rows }) => this.onResize(cols, rows));
    terminal.attachCustomKeyEventHandler((event) => this.#key(event));
    terminal.open(parent);
    for (const query of [darkWanted, narrow]) query.addEventListener('change', () => this.#style());
    this.#style();
    new ResizeObserver(() => this.#fit.fit()).observe(parent);
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** How many bytes it takes, as soon as it takes any. */
  async room(): Promise<number> {
    while (this.#outstanding >= OUTSTANDING_MAX) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return OUTSTANDING_MAX - this.#outstanding;
  }

  /** For a screen reader the terminal's text is put into the page once more; that slows it down. */
  set screenReader(on: boolean) {
    this.#terminal.options.screenReaderMode = on;
  }

  /**
   * Shows bytes of UTF-8, which are kept until they are drawn and must not change; or text of the page's own, which
   * may come between two bytes of a character.
   */
  write(output: Uint8Array | string): void {
    this.#outstanding += output.length;
    this.#terminal.write(output, () => {
      this.#outstanding -= output.length;
      for (const go of this.#waiting.splice(0)) go();
    });
  }

  /** Empties it, after what was written before. */
  reset(): void {
    this.#terminal.write('\x1bc');
  }

  focus(): void {
    this.#terminal.focus();
  }

  #style(): void {
    this.#terminal.options.theme = darkWanted.matches ? dark : light;
    this.#terminal.options.fontSize = narrow.matches ? 12 : 15;
    this.#fit.fit();
  }

  /** @returns whether the terminal is to handle the key */
  #key(event: KeyboardEvent): boolean {
    const { type, key, code, shiftKey, ctrlKey } = event;
    if (shiftKey && key === 'F6') {
      event.preventDefault();
      if (type === 'keydown') this.onLeave();
      return false;
    }
    if (shiftKey && ctrlKey && code === 'KeyC') {
      event.preventDefault();
      if (type === 'keydown') document.execCommand('copy');
      return false;
    }
    if (key === 'Tab' && !this.live) return false;
    // The browser pastes, and xterm.js hears of it.
    return !(shiftKey && ctrlKey && code === 'KeyV');
  }
}
