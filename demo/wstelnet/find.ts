/** The bar that searches what the terminal has shown. */
import type { ISearchOptions } from '@xterm/addon-search';
import type { Screen } from './screen.js';
import { texts } from './texts.js';

const decorations: ISearchOptions['decorations'] = {
  matchBackground: '#946200',
  matchOverviewRuler: '#946200',
  activeMatchBackground: '#1f66c1',
  activeMatchColorOverviewRuler: '#1f66c1',
};

export class FindBar {
  readonly #screen: Screen;
  readonly #bar = document.getElementById('find')!;
  readonly #text = document.getElementById('find-text') as HTMLInputElement;
  readonly #count = document.getElementById('find-count')!;

  constructor(screen: Screen) {
    this.#screen = screen;
    screen.search.onDidChangeResults(({ resultIndex, resultCount }) => {
      const found = resultCount ? texts.matches(resultIndex + 1, resultCount) : texts.noMatch;
      this.#count.textContent = this.#text.value && found;
    });
    this.#text.addEventListener('input', () => this.#find('Next', true));
    this.#bar.addEventListener('keydown', (event) => {
      const { key, shiftKey } = event;
      if (key === 'Escape') {
        // Chromium would empty the field.
        event.preventDefault();
        this.close();
      }
      if (key === 'Enter') this.#find(shiftKey ? 'Previous' : 'Next');
    });
    this.#on('find-previous', () => this.#find('Previous'));
    this.#on('find-next', () => this.#find('Next'));
    this.#on('find-close', () => this.close());
  }

  /** Opens the bar with the previous text, and searches again, since the terminal's contents may have changed. */
  open(): void {
    this.#bar.hidden = false;
    this.#text.select();
    this.#text.focus();
    this.#find('Next', true);
  }

  close(): void {
    this.#bar.hidden = true;
    this.#screen.search.clearDecorations();
    this.#screen.focus();
  }

  #find(direction: 'Next' | 'Previous', incremental = false): void {
    this.#screen.search[`find${direction}`](this.#text.value, { incremental, decorations });
  }

  #on(id: string, action: () => void): void {
    document.getElementById(id)!.addEventListener('click', action);
  }
}
