/** The user's settings: the dialog that shows them, and how they are kept in the browser. */
import type { Bell } from './bell.js';
import { load, save } from './storage.js';

export interface Settings {
  theme: 'system' | 'dark' | 'light' | 'vga';
  /** In px. */
  fontSize: number;
  bell: Bell;
  /** What the Backspace key sends: DEL (0x7f) or ^H (0x08). */
  backspace: 'DEL' | '^H';
  /** A font family, before those of the page; empty for none. */
  font: string;
  /** The aliases and triggers: see rules.ts. */
  rules: string;
  /** Whether the server's images are shown. */
  images: boolean;
  /** Whether lines for a server that takes whole lines are typed in a separate line. */
  inputLine: boolean;
  /** Whether to reconnect after a loss, and to continue the session after a reload. */
  reconnect: boolean;
  /** Whether Tab moves on through the page instead of going to the server. */
  tabLeaves: boolean;
  screenReader: boolean;
}

const KEY = 'wstelnet.settings';
const FONT_SIZE_MIN = 8;
const FONT_SIZE_MAX = 40;

const FONT_MAX = 100;
const RULES_MAX = 10_000;

const isNarrow = matchMedia('(max-width: 40rem)');

/** The choices, by the names of the form's fields; the first is the default. */
const choices = {
  theme: ['system', 'dark', 'light', 'vga'],
  bell: ['flash', 'sound', 'none'],
  backspace: ['DEL', '^H'],
} as const;

/** Reads kept settings. They may come from another version of the page, or be anything at all. */
function read(kept: Partial<Record<keyof Settings, unknown>>): Settings {
  const choice = <Name extends keyof typeof choices>(name: Name) =>
    (choices[name].find((one) => one === kept[name]) ?? choices[name][0]) as Settings[Name];
  const size = Number(kept.fontSize);
  const isSize = size >= FONT_SIZE_MIN && size <= FONT_SIZE_MAX;
  return {
    theme: choice('theme'),
    bell: choice('bell'),
    backspace: choice('backspace'),
    fontSize: isSize ? size : isNarrow.matches ? 12 : 15,
    font: String(kept.font ?? '').slice(0, FONT_MAX),
    rules: String(kept.rules ?? '').slice(0, RULES_MAX),
    images: kept.images === true,
    inputLine: kept.inputLine === true,
    reconnect: kept.reconnect === true,
    tabLeaves: kept.tabLeaves === true,
    screenReader: kept.screenReader === true,
  };
}

export class SettingsDialog {
  /** Called when a setting has changed. */
  onChange = (_settings: Settings): void => {};
  readonly #form = document.getElementById('settings-form') as HTMLFormElement;
  #settings = read(load(KEY));

  constructor() {
    const dialog = document.getElementById('settings') as HTMLDialogElement;
    document.getElementById('show-settings')!.addEventListener('click', () => dialog.showModal());
    for (const field of this.#fields) {
      const value = this.#settings[field.name as keyof Settings];
      if (isCheckbox(field)) field.checked = value === true;
      else field.value = String(value);
    }
    this.#form.addEventListener('change', () => this.#change());
    this.#paint();
  }

  get settings(): Settings {
    return this.#settings;
  }

  get #fields(): Field[] {
    return [...this.#form.querySelectorAll<HTMLInputElement>('[name]')];
  }

  /** The dark page is a style sheet that applies when the user chooses it, or when the system prefers it. */
  #paint(): void {
    const system = '(prefers-color-scheme: dark)';
    const media = { system, dark: 'all', light: 'not all', vga: 'all' }[this.#settings.theme];
    (document.getElementById('dark') as HTMLLinkElement).media = media;
  }

  #change(): void {
    const entries = this.#fields.map((field) => [
      field.name,
      isCheckbox(field) ? field.checked : field.value,
    ]);
    this.#settings = read(Object.fromEntries(entries) as Record<string, unknown>);
    this.#paint();
    save(KEY, this.#settings);
    this.onChange(this.#settings);
  }
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const isCheckbox = (field: Field): field is HTMLInputElement => field.type === 'checkbox';
