/**
 * The form that says where to connect to. It starts with the page's own location, since a bridge serves page and
 * WebSocket on one port, and with what the URL's parameters say instead.
 */

import type { SessionState } from './session.js';

const ACTIONS: Record<SessionState, string> = {
  connecting: 'Cancel',
  open: 'Disconnect',
  closing: 'Hang up',
  closed: 'Connect',
};

const input = (id: string) => document.getElementById(id) as HTMLInputElement;

export class AddressForm {
  /** Called when the button, or Enter in a field, is pressed. */
  onSubmit = (): void => {};
  /** Whether the URL asks to connect at once: `autoconnect=1`. */
  readonly autoconnect: boolean;
  readonly #host = input('host');
  readonly #port = input('port');
  readonly #path = input('path');
  readonly #encrypt = input('encrypt');
  readonly #button = document.getElementById('connect') as HTMLButtonElement;
  readonly #fields = document.getElementById('address') as HTMLFieldSetElement;

  constructor() {
    const given = new URLSearchParams(location.search);
    const served = location.protocol.startsWith('http');
    this.#host.value = given.get('host') ?? (location.hostname || 'localhost');
    this.#port.value = given.get('port') ?? (given.has('host') ? '' : location.port);
    this.#path.value =
      given.get('path') ?? (served ? new URL('websockify', location.href).pathname : '/');
    this.#encrypt.checked = isSet(given.get('encrypt') ?? String(location.protocol === 'https:'));
    this.autoconnect = isSet(given.get('autoconnect'));
    document.getElementById('connection')!.addEventListener('submit', (event) => {
      event.preventDefault();
      this.onSubmit();
    });
  }

  /** The WebSocket's address. A host, port or path that is none makes it invalid. */
  get url(): string {
    const host = this.#host.value.trim();
    const port = this.#port.value.trim();
    const authority = /^[^[]*:.*:/.test(host) ? `[${host}]` : host;
    const path = this.#path.value.trim().replace(/^\/?/, '/');
    return `${this.#encrypt.checked ? 'wss' : 'ws'}://${authority}${port && `:${port}`}${path}`;
  }

  /** While there is a connection the fields can't be changed, and the button ends it. */
  show(state: SessionState): void {
    this.#fields.disabled = state !== 'closed';
    this.#button.textContent = ACTIONS[state];
  }

  focus(): void {
    this.#button.focus();
  }
}

const isSet = (value: string | null) => value !== null && /^(1|true|yes|on|)$/i.test(value);
