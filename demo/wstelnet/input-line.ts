/**
 * A line of its own below the terminal, for servers that take whole lines and talk meanwhile: what is typed stays where it is. The
 * prompt stands before it, where the server marks it.
 */
import { History } from '../line/history.js';

export class InputLine {
  /** A line was finished with Enter; of text that was pasted, several, with line feeds between. */
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

  /** @param hidden what is typed is not to be seen: a password */
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

  /** Takes what was typed elsewhere, and the focus. */
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
