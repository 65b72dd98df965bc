/** The form with the address to connect to, and the list of recent addresses. */
import { nameOf, recentAddresses, type Address } from './address.js';
import { CHARSETS } from './charset.js';
import type { SessionState } from './state.js';
import { texts } from './texts.js';

const byId = <Element extends HTMLElement>(id: string) => document.getElementById(id) as Element;

export class AddressForm {
  /** Called when the button, or Enter in a field, is pressed. */
  onSubmit = (): void => {};
  readonly #host = byId<HTMLInputElement>('host');
  readonly #port = byId<HTMLInputElement>('port');
  readonly #path = byId<HTMLInputElement>('path');
  readonly #charset = byId<HTMLSelectElement>('charset');
  readonly #encrypt = byId<HTMLInputElement>('encrypt');
  readonly #recent = byId<HTMLSelectElement>('recent');
  readonly #button = byId<HTMLButtonElement>('connect');
  readonly #fields = byId<HTMLFieldSetElement>('address');

  constructor(address: Address) {
    this.#charset.append(...CHARSETS.map((name) => new Option(name)));
    this.#fill(address);
    this.showRecent();
    this.#recent.addEventListener('change', () => {
      const chosen = recentAddresses()[this.#recent.selectedIndex - 1];
      if (chosen) this.#fill(chosen);
      this.#recent.selectedIndex = 0;
    });
    byId('connection').addEventListener('submit', (event) => {
      event.preventDefault();
      this.onSubmit();
    });
  }

  get address(): Address {
    return {
      host: this.#host.value.trim(),
      port: this.#port.value.trim(),
      path: this.#path.value.trim(),
      encrypt: this.#encrypt.checked,
      charset: this.#charset.value,
    };
  }

  showRecent(): void {
    const options = recentAddresses().map((address) => new Option(nameOf(address)));
    this.#recent.replaceChildren(new Option(texts.recent), ...options);
    this.#recent.hidden = options.length === 0;
  }

  /** While there is a connection, locks the fields and lets the button end it. */
  show(state: SessionState): void {
    this.#fields.disabled = state !== 'closed';
    this.#button.textContent = texts.actions[state];
  }

  focus(): void {
    this.#button.focus();
  }

  #fill({ host, port, path, encrypt, charset }: Address): void {
    this.#host.value = host;
    this.#port.value = port;
    this.#path.value = path;
    this.#encrypt.checked = encrypt;
    const isOffered = CHARSETS.find((name) => name.toLowerCase() === charset.toLowerCase());
    if (!isOffered) this.#charset.append(new Option(charset));
    this.#charset.value = isOffered ?? charset;
  }
}
