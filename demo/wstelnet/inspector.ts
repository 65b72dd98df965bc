/** The button of the inspector. Its panel is loaded when it is opened, and until then nothing is watched. */
import type { InspectorPanel } from './inspector-panel.js';
import type { Session } from './session.js';

export class Inspector {
  /** Called when the panel can't be loaded. */
  onFailure = (): void => {};
  readonly #button = document.getElementById('show-inspector')!;
  readonly #section = document.getElementById('inspector')!;
  #session: Session | undefined;
  #panel: InspectorPanel | undefined;

  constructor() {
    this.#button.addEventListener('click', () => {
      if (this.#section.hidden) void this.#open();
      else this.#close();
    });
    document.getElementById('inspector-close')!.addEventListener('click', () => {
      this.#close();
      this.#button.focus();
    });
  }

  /** Watches this session from now on, whenever the panel is open. */
  follow(session: Session): void {
    this.#session = session;
    this.#panel?.watch(session);
  }

  async #open(): Promise<void> {
    this.#show(true);
    this.#section.setAttribute('aria-busy', 'true');
    try {
      const { InspectorPanel } = await import('./inspector-panel.js');
      if (this.#section.hidden || this.#panel) return;
      this.#panel = new InspectorPanel();
      if (this.#session) this.#panel.watch(this.#session);
    } catch {
      this.#show(false);
      this.onFailure();
    } finally {
      this.#section.setAttribute('aria-busy', 'false');
    }
  }

  #close(): void {
    this.#show(false);
    this.#panel?.stop();
    this.#panel = undefined;
  }

  #show(isOpen: boolean): void {
    this.#section.hidden = !isOpen;
    this.#button.setAttribute('aria-expanded', String(isOpen));
  }
}
