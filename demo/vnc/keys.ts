/** The keys that a phone does not have, or a browser keeps for itself, and a phone's own keyboard. */

/** Sends a key: X11's number of it, and whether it is pressed or released; both if left out. */
export type SendKey = (keysym: number, code: string | null, down?: boolean) => void;

/** Those that stay down until they are pressed again. */
const HELD: Record<string, [keysym: number, code: string]> = {
  Ctrl: [0xffe3, 'ControlLeft'],
  Alt: [0xffe9, 'AltLeft'],
  Super: [0xffeb, 'MetaLeft'],
};

const KEYS: Record<string, [keysym: number, code: string]> = {
  Esc: [0xff1b, 'Escape'],
  Tab: [0xff09, 'Tab'],
  '←': [0xff51, 'ArrowLeft'],
  '↑': [0xff52, 'ArrowUp'],
  '→': [0xff53, 'ArrowRight'],
  '↓': [0xff54, 'ArrowDown'],
};

const BACKSPACE = 0xff08;
const RETURN = 0xff0d;

/** Characters of Latin-1 are their own keysyms; the others are those of Unicode. */
export function keysymOf(char: string): number {
  const code = char.codePointAt(0)!;
  if (char === '\n') return RETURN;
  return code < 0x100 ? code : 0x0100_0000 + code;
}

/** Sets up the row of keys. @returns what lets go of the keys that are held */
export function addKeys(send: SendKey, ctrlAltDel: () => void): () => void {
  const row = document.getElementById('keys')!;
  const toggle = document.getElementById('show-keys')!;
  const show = (on: boolean) => {
    row.hidden = !on;
    toggle.setAttribute('aria-expanded', String(on));
  };
  const held = (button: Element) => button.getAttribute('aria-pressed') === 'true';
  row.addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLButtonElement)) return;
    const name = target.textContent;
    if (name === 'Ctrl-Alt-Del') return ctrlAltDel();
    if (!(name in HELD)) return send(...KEYS[name]);
    target.setAttribute('aria-pressed', String(!held(target)));
    send(...HELD[name], held(target));
  });
  // Who has the focus keeps it, and a phone's keyboard stays.
  row.addEventListener('pointerdown', (event) => event.preventDefault());
  toggle.addEventListener('click', () => show(row.hidden === true));
  show(matchMedia('(pointer: coarse)').matches);
  return () => {
    for (const button of row.querySelectorAll('[aria-pressed=true]')) {
      button.setAttribute('aria-pressed', 'false');
      send(...HELD[button.textContent], false);
    }
  };
}

/** Lets a phone's keyboard type: the button gives the focus to a field, and what is put into it is sent. */
export function addSoftKeyboard(send: SendKey): void {
  const field = document.getElementById('soft-keyboard') as HTMLTextAreaElement;
  const type = (text: string | null) => {
    for (const char of text ?? '') send(keysymOf(char), null);
  };
  document.getElementById('keyboard')!.addEventListener('click', () => field.focus());
  field.addEventListener('beforeinput', (event) => {
    // What is being composed comes with its end, and can't be refused.
    if (event.inputType === 'insertCompositionText') return;
    event.preventDefault();
    if (event.inputType === 'insertLineBreak') send(RETURN, 'Enter');
    else if (event.inputType.startsWith('delete')) send(BACKSPACE, 'Backspace');
    else type(event.data ?? event.dataTransfer?.getData('text/plain') ?? null);
  });
  field.addEventListener('compositionend', ({ data }) => {
    type(data);
    refill();
  });
  // A keyboard says nothing of Backspace where there is nothing to delete.
  const refill = () => {
    field.value = ' '.repeat(16);
    field.setSelectionRange(16, 16);
  };
  field.addEventListener('focus', refill);
}
