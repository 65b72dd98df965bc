/** Plays a recording on the screen: at its own pace, faster or slower, from any position. */
import type { Charset } from './charset.js';
import { readRecording, type Shown } from './recorded.js';
import type { Screen } from './screen.js';
import { texts } from './texts.js';

/** A longer time than this between two frames, in ms, means that the page was hidden. */
const FRAME_MAX = 250;
/** How many characters are written at once while seeking. */
const PIECE = 64 * 1024;

const byId = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;

export class PlayerPanel {
  readonly #screen: Screen;
  readonly #shown: readonly Shown[];
  readonly #length: number;
  readonly #play = byId<HTMLButtonElement>('player-play');
  readonly #position = byId<HTMLInputElement>('player-position');
  readonly #speed = byId<HTMLSelectElement>('player-speed');
  readonly #time = byId('player-time');
  readonly #ending = new AbortController();
  /** The index of what is shown next, and the current position in ms. */
  #next = 0;
  #now = 0;
  #isPlaying = false;
  /** The latest seek, while it runs. */
  #seeking: Promise<void> | undefined;

  /** @throws SyntaxError for a file that is not a recording */
  constructor(file: string, screen: Screen, charset: Charset) {
    this.#screen = screen;
    this.#shown = readRecording(file, charset);
    this.#length = this.#shown.at(-1)?.time ?? 0;
    this.#position.max = String(Math.ceil(this.#length));
    this.#on(this.#play, 'click', () => this.#setPlaying(!this.#isPlaying));
    this.#on(this.#position, 'input', () => this.#seek(Number(this.#position.value)));
  }

  /** Plays from the start. */
  start(): void {
    this.#seek(0);
    this.#setPlaying(true);
    let before = performance.now();
    const frame = (): void => {
      if (this.#ending.signal.aborted) return;
      requestAnimationFrame(frame);
      const now = performance.now();
      const elapsed = Math.min(now - before, FRAME_MAX) * Number(this.#speed.value);
      before = now;
      if (this.#isPlaying && !this.#seeking) this.#showUntil(this.#now + elapsed);
    };
    requestAnimationFrame(frame);
  }

  focus(): void {
    this.#play.focus();
  }

  /** Stops for good. */
  stop(): void {
    this.#ending.abort();
    this.#screen.fit();
  }

  #setPlaying(isPlaying: boolean): void {
    if (isPlaying && this.#now >= this.#length) this.#seek(0);
    this.#isPlaying = isPlaying;
    this.#play.textContent = isPlaying ? texts.pause : texts.play;
  }

  /** Shows everything up to `time`. */
  #showUntil(time: number): void {
    for (; this.#next < this.#shown.length; this.#next++) {
      const one = this.#shown[this.#next];
      if (one.time > time) break;
      this.#put(one);
    }
    this.#tell(Math.min(time, this.#length));
    if (time >= this.#length) this.#setPlaying(false);
  }

  #put({ text, size }: Shown): void {
    if (size) this.#screen.fix(size.columns, size.rows);
    if (text) this.#screen.write(text);
  }

  /** Seeks to `time`; backwards, it replays from the start. It works in pieces, so that the page stays responsive. */
  #seek(time: number): void {
    if (time < this.#now || time === 0) {
      this.#screen.reset();
      this.#next = 0;
    }
    this.#tell(time);
    const seeking = this.#run(time).finally(() => {
      if (this.#seeking === seeking) this.#seeking = undefined;
    });
    this.#seeking = seeking;
  }

  async #run(time: number): Promise<void> {
    let written = 0;
    while (this.#next < this.#shown.length && this.#shown[this.#next].time <= time) {
      const one = this.#shown[this.#next++];
      this.#put(one);
      written += one.text.length;
      if (written < PIECE) continue;
      written = 0;
      await this.#screen.room();
      // Another seek has begun, or the player has stopped.
      if (this.#now !== time || this.#ending.signal.aborted) return;
    }
  }

  #tell(time: number): void {
    this.#now = time;
    this.#position.value = String(Math.round(time));
    const text = `${clock(time)} / ${clock(this.#length)}`;
    if (this.#time.textContent === text) return;
    this.#time.textContent = text;
    this.#position.setAttribute('aria-valuetext', text);
  }

  #on(target: EventTarget, event: string, handler: () => void): void {
    target.addEventListener(event, handler, { signal: this.#ending.signal });
  }
}

/** Formats ms as `1:05`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
