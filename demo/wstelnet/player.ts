/**
 * Plays back recordings: those chosen with the button, dropped on the page, or named by a link. The player's code is loaded with
 * the first one.
 */
import type { PlayerPanel } from './player-panel.js';
import type { Charset } from './charset.js';
import type { Screen } from './screen.js';
import { texts } from './texts.js';

export interface PlayerHost {
  readonly screen: Screen;
  /** Clears the screen for the player, and returns the form's character set; undefined if there is a connection. */
  begin(): Charset | undefined;
  /** A recording of this name was opened, or (undefined) closed. */
  show(name: string | undefined): void;
  /** The recording can't be opened. */
  fail(error: unknown): void;
}

export class Player {
  readonly #host: PlayerHost;
  readonly #button = document.getElementById('show-player')!;
  readonly #section = document.getElementById('player')!;
  readonly #file = document.getElementById('player-file') as HTMLInputElement;
  #panel: PlayerPanel | undefined;

  constructor(host: PlayerHost) {
    this.#host = host;
    this.#button.addEventListener('click', () => this.#file.click());
    this.#file.addEventListener('change', () => {
      const [file] = this.#file.files!;
      this.#file.value = '';
      if (file) void this.#open(file.name, file.text());
    });
    document.getElementById('player-close')!.addEventListener('click', () => {
      this.close();
      this.#button.focus();
    });
    document.addEventListener('dragover', (event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    });
    document.addEventListener('drop', (event) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      void this.#open(file.name, file.text());
    });
  }

  /** Plays a file from the page's own server. */
  play(file: string): void {
    const name = file.replace(/.*\//, '');
    void this.#open(name, fetchOwn(file));
  }

  /** Closes the recording, and gives the screen back. */
  close(): void {
    if (!this.#panel) return;
    this.#panel.stop();
    this.#panel = undefined;
    this.#section.hidden = true;
    this.#host.show(undefined);
  }

  async #open(name: string, file: Promise<string>): Promise<void> {
    const { screen, begin, show, fail } = this.#host;
    try {
      const [{ PlayerPanel }, text] = await Promise.all([import('./player-panel.js'), file]);
      const charset = begin();
      if (!charset) return;
      const panel = new PlayerPanel(text, screen, charset);
      this.close();
      this.#panel = panel;
      this.#section.hidden = false;
      show(name);
      panel.start();
      // In a frame, keys go to the outer page until somebody clicks here.
      if (document.hasFocus()) panel.focus();
    } catch (error) {
      fail(error);
    }
  }
}

/** Fetches a file of this origin only: a link must not present another server's content as this page's. */
async function fetchOwn(file: string): Promise<string> {
  const url = new URL(file, location.href);
  if (url.origin !== location.origin) throw new Error(texts.notOwn(url.origin));
  const response = await fetch(url, { redirect: 'error' });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.text();
}
