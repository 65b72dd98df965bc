/** Buttons for keys that a phone lacks or a browser keeps for itself, and input from a phone's own keyboard. */

/** Sends a key by its X11 keysym: pressed or released, or both in turn if `down` is left out. */
export type SendKey = (keysym: number, code: string | null, down?: boolean) => void;

/** The keys that stay down until they are pressed again. */
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

/** Latin-1 characters are their own keysyms; the others have Unicode keysyms. */
export function keysymOf(char: string): number {
  const code = char.codePointAt(0)!;
  if (char === '\n') return RETURN;
  return code < 0x100 ? code : 0x0100_0000 + code;
}

/** Sets up the row of keys. @returns a function that releases the held keys */
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
  // The focus stays where it is, and so does a phone's keyboard.
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

/** Lets a phone's keyboard type: the button focuses a field, and whatever is entered there is sent. */
export function addSoftKeyboard(send: SendKey): void {
  const field = document.getElementById('soft-keyboard') as HTMLTextAreaElement;
  const type = (text: string | null) => {
    for (const char of text ?? '') send(keysymOf(char), null);
  };
  document.getElementById('keyboard')!.addEventListener('click', () => field.focus());
  field.addEventListener('beforeinput', (event) => {
    // Text under composition can't be prevented; it is sent when the composition ends.
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
  // A phone's keyboard does not report Backspace when there is nothing to delete.
  const refill = () => {
    field.value = ' '.repeat(16);
    field.setSelectionRange(16, 16);
  };
  field.addEventListener('focus', refill);
}
