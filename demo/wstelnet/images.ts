/** Images that a server draws in the terminal (SIXEL), where the user wants them. The decoder is loaded only then. */
import type { ImageAddon } from '@xterm/addon-image';
import type { Terminal } from '@xterm/xterm';

/**
 * A server can't take more than this: pixels of one image (four bytes each), megabytes of all that are kept, and bytes that describe
 * one. Images of iTerm2 stay off, since the browser unpacks those files before anybody can tell how many pixels they have.
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

  /** Shows images from now on, or takes away those that there are. @throws TypeError if the decoder can't be loaded */
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
