/** Images that a server draws in the terminal (SIXEL), if the user wants them. Only then is the decoder loaded. */
import type { ImageAddon } from '@xterm/addon-image';
import type { Terminal } from '@xterm/xterm';

/**
 * The most that a server can use: pixels per image (four bytes each), megabytes for all images kept, and bytes that describe
 * one image. iTerm2's images stay off, since the browser unpacks their files before anybody can tell how many pixels they have.
 */
const LIMITS = {
  pixelLimit: 2048 * 2048,
  storageLimit: 64,
  sixelSizeLimit: 4 * 1024 * 1024,
  iipSupport: false,
};

export class Images {
  readonly #terminal: Terminal;
  #areWanted = false;
  #addon: ImageAddon | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Shows images from now on, or removes all and shows no more. @throws TypeError if the decoder can't be loaded */
  async show(areWanted: boolean): Promise<void> {
    this.#areWanted = areWanted;
    if (!areWanted) {
      this.#addon?.dispose();
      this.#addon = undefined;
      return;
    }
    const { ImageAddon } = await import('@xterm/addon-image');
    if (!this.#areWanted || this.#addon) return;
    this.#addon = new ImageAddon({ ...LIMITS, enableSizeReports: false });
    this.#terminal.loadAddon(this.#addon);
  }
}
