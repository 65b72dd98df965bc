/** The row of keys: those that a phone lacks, and telnet's commands, which every keyboard lacks. */
import { AO, AYT, BRK, IP } from 'websock-client/telnet';

export interface KeypadHandler {
  /** Handles text as if it were typed. */
  type(text: string): void;
  /** Whether a program has switched the arrow keys to application mode (DECCKM). */
  readonly applicationCursor: boolean;
  /** Sends a telnet command. */
  command(code: number): void;
  paste(): void;
  copy(): void;
  /** Gives the focus back to the terminal. */
  focus(): void;
}

/** What the arrow keys, Home and End send after CSI, or after SS3 in application mode. */
const CURSOR: Record<string, string> = {
  '↑': 'A',
  '↓': 'B',
  '→': 'C',
  '←': 'D',
  Home: 'H',
  End: 'F',
};

const KEYS: Record<string, string> = {
  Esc: '\x1b',
  Tab: '\t',
  PgUp: '\x1b[5~',
  PgDn: '\x1b[6~',
  Ins: '\x1b[2~',
  Del: '\x1b[3~',
  ...Object.fromEntries(['P', 'Q', 'R', 'S'].map((end, i) => [`F${i + 1}`, `\x1bO${end}`])),
  ...Object.fromEntries(
    [15, 17, 18, 19, 20, 21, 23, 24].map((code, i) => [`F${i + 5}`, `\x1b[${code}~`]),
  ),
};

const COMMANDS: Record<string, number> = { Break: BRK, IP, AYT, AO };

export class Keypad {
  readonly #handler: KeypadHandler;
  readonly #row = document.getElementById('keys')!;
  readonly #toggle = document.getElementById('show-keys')!;
  /** Ctrl and Alt, if they were pressed for the next key. */
  readonly #held = new Set<string>();

  constructor(handler: KeypadHandler) {
    this.#handler = handler;
    this.#row.addEventListener('click', ({ target }) => {
      if (target instanceof HTMLButtonElement) this.#press(keyOf(target));
    });
    // The terminal keeps the focus, and the phone's keyboard stays up.
    this.#row.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#toggle.addEventListener('click', ({ detail }) => {
      this.#show(this.#row.hidden === true);
      // Not after Enter: whoever uses the keyboard goes on to the row.
      if (detail > 0) handler.focus();
    });
    this.#show(matchMedia('(pointer: coarse)').matches);
  }

  /** Applies the held keys to what is typed next. */
  modify(text: string): string {
    if (this.#held.size === 0 || text.length !== 1) return text;
    let modified = text;
    if (this.#held.has('Ctrl'))
      modified = String.fromCharCode(text.toUpperCase().charCodeAt(0) & 0x1f);
    if (this.#held.has('Alt')) modified = `\x1b${modified}`;
    this.#held.clear();
    this.#mark();
    return modified;
  }

  #press(key: string): void {
    const handler = this.#handler;
    if (key === 'Ctrl' || key === 'Alt') {
      if (!this.#held.delete(key)) this.#held.add(key);
      this.#mark();
    } else if (key === 'Paste') {
      handler.paste();
    } else if (key === 'Copy') {
      handler.copy();
    } else if (key in COMMANDS) {
      handler.command(COMMANDS[key]);
    } else if (key in CURSOR) {
      handler.type(`\x1b${handler.applicationCursor ? 'O' : '['}${CURSOR[key]}`);
    } else {
      handler.type(KEYS[key]);
    }
  }

  #mark(): void {
    for (const button of this.#row.querySelectorAll<HTMLButtonElement>('[aria-pressed]')) {
      button.setAttribute('aria-pressed', String(this.#held.has(keyOf(button))));
    }
  }

  #show(on: boolean): void {
    this.#row.hidden = !on;
    this.#toggle.setAttribute('aria-expanded', String(on));
  }
}

/** The key is the button's value if its label is translated, otherwise the label. */
const keyOf = (button: HTMLButtonElement): string => button.value || button.textContent;
