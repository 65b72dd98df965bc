/** The menu for saving a connection's log, its recording, or the screen. */
import { download } from './download.js';
import { Log } from './log.js';
import { Recording } from './recording.js';
import type { Screen } from './screen.js';
import { formatBytes } from './status.js';
import { texts } from './texts.js';

export class Saving {
  /** Called with what the user should know. */
  onNotice = (_text: string): void => {};
  readonly log = new Log();
  readonly recording: Recording;
  readonly #screen: Screen;
  readonly #menu = document.getElementById('save')!;

  /** @param host returns the server's name, after which files are named */
  constructor(screen: Screen, host: () => string) {
    this.#screen = screen;
    this.recording = new Recording(sizeOf(screen));
    screen.onShow = (text) => this.recording.add(text);
    this.#menu.addEventListener('beforetoggle', () => this.#place());
    this.#item('save-log', () => {
      download([...this.log.pieces], host(), 'log');
      if (this.log.isCut) this.onNotice(texts.logCut(formatBytes(this.log.length)));
    });
    this.#item('save-recording', () => {
      download([this.recording.toString()], host(), 'cast');
      if (this.recording.isCut) this.onNotice(texts.recordingCut);
    });
    this.#item('copy-html', () => void this.#copy());
  }

  /** Records the terminal's new size. */
  resize(): void {
    this.recording.resize(sizeOf(this.#screen));
  }

  /** Empties the log and the recording. */
  clear(): void {
    this.log.clear();
    this.recording.clear();
  }

  /** Puts the menu below its button, but within the page. */
  #place(): void {
    const { left, bottom } = document.getElementById('show-save')!.getBoundingClientRect();
    const { style } = this.#menu;
    style.inset = `calc(${bottom}px + 0.25rem) auto auto min(${left}px, 100vw - 14rem)`;
  }

  async #copy(): Promise<void> {
    const { html, selection, text } = this.#screen;
    const blob = (content: string, type: string) => new Blob([content], { type });
    const item = new ClipboardItem({
      'text/html': blob(html, 'text/html'),
      'text/plain': blob(selection || text, 'text/plain'),
    });
    await navigator.clipboard.write([item]).then(
      () => this.onNotice(texts.copied),
      () => this.onNotice(texts.noClipboard),
    );
  }

  #item(id: string, action: () => void): void {
    document.getElementById(id)!.addEventListener('click', () => {
      this.#menu.hidePopover();
      action();
    });
  }
}

const sizeOf = ({ columns, rows }: Screen) => `${columns}x${rows}`;
