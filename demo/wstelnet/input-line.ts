/**
 * An input line below the terminal, for servers that take whole lines and send text meanwhile: what is typed stays in place.
 * The prompt precedes it, if the server marks prompts.
 */
import { History } from '../line/history.js';

export class InputLine {
  /** Called with a line that was finished with Enter, or with pasted text of several lines. */
  onLine = (_text: string): void => {};
  readonly #form = document.getElementById('input-line') as HTMLFormElement;
  readonly #prompt = document.getElementById('prompt')!;
  readonly #field = document.getElementById('line') as HTMLInputElement;
  readonly #history = new History();

  constructor() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send(this.#field.value);
    });
    this.#field.addEventListener('keydown', (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined;
      if (!step) return;
      event.preventDefault();
      this.#field.value = this.#history.go(step, this.#field.value) ?? this.#field.value;
    });
    this.#field.addEventListener('paste', (event) => {
      const pasted = event.clipboardData?.getData('text/plain') ?? '';
      // A field would join the lines.
      if (!/[\r\n]/.test(pasted)) return;
      event.preventDefault();
      this.#send(this.#field.value + pasted.replace(/\r?\n$/, ''));
    });
  }

  get isShown(): boolean {
    return !this.#form.hidden;
  }

  /** @param hidden whether to hide what is typed, such as a password */
  show(on: boolean, hidden: boolean): void {
    const hadFocus = document.activeElement === this.#field;
    this.#form.hidden = !on;
    this.#field.type = hidden ? 'password' : 'text';
    if (!on) this.#prompt.textContent = '';
    if (!on && hadFocus) document.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus();
  }

  prompt(text: string): void {
    this.#prompt.textContent = text.trim();
  }

  /** Inserts text that was typed elsewhere, and takes the focus. */
  type(text: string): void {
    this.#field.focus();
    this.#field.setRangeText(text, this.#field.selectionStart!, this.#field.selectionEnd!, 'end');
  }

  focus(): void {
    this.#field.focus();
  }

  #send(text: string): void {
    if (this.#field.type === 'text') this.#history.add(text);
    this.#field.value = '';
    this.onLine(text);
  }
}
