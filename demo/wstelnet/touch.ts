/**
 * Touch for xterm.js, which has none of its own (its issue 5489): a drag scrolls, or turns the wheel for a program that uses the
 * alternate screen or the mouse; a long press selects a word, and a drag after it extends the selection.
 */
import type { Terminal } from '@xterm/xterm';

/** How long a finger rests to select a word, in ms, and how far it may move meanwhile, in px. */
const LONG_PRESS = 500;
const SLIP = 8;

export function addTouch(terminal: Terminal): void {
  const element = terminal.element!;
  const screen = element.querySelector<HTMLElement>('.xterm-screen')!;
  let timer: number | undefined;
  let start = { x: 0, y: 0 };
  let lastY = 0;
  let isDragging = false;
  /** The fraction of a line that was dragged but not scrolled yet. */
  let scrolled = 0;
  /** The word that was pressed: its first cell and the one after its last, counted through the whole buffer. */
  let word: [number, number] | undefined;

  const cellAt = ({ clientX, clientY }: Touch): number => {
    const { left, top, width, height } = screen.getBoundingClientRect();
    const { cols, rows, buffer } = terminal;
    const column = clamp(Math.floor(((clientX - left) / width) * cols), cols - 1);
    const row = clamp(Math.floor(((clientY - top) / height) * rows), rows - 1);
    return (buffer.active.viewportY + row) * cols + column;
  };

  const select = (from: number, to: number) =>
    terminal.select(from % terminal.cols, Math.floor(from / terminal.cols), to - from);

  const selectWord = (cell: number) => {
    const { cols, buffer } = terminal;
    const column = cell % cols;
    const line = buffer.active.getLine((cell - column) / cols);
    const isText = (at: number) => /\S/.test(line?.getCell(at)?.getChars() ?? '');
    let from = column;
    let to = column + 1;
    while (isText(column) && from > 0 && isText(from - 1)) from--;
    while (isText(column) && to < cols && isText(to)) to++;
    word = [cell - column + from, cell - column + to];
    select(...word);
  };

  const scroll = (pixels: number, { clientX, clientY }: Touch) => {
    const { buffer, modes, rows } = terminal;
    if (buffer.active.type === 'alternate' || modes.mouseTrackingMode !== 'none') {
      const wheel = { deltaY: pixels, clientX, clientY, bubbles: true, cancelable: true };
      screen.dispatchEvent(new WheelEvent('wheel', wheel));
      return;
    }
    scrolled += (pixels / screen.clientHeight) * rows;
    const lines = Math.trunc(scrolled);
    scrolled -= lines;
    terminal.scrollLines(lines);
  };

  element.addEventListener('touchstart', ({ touches: [touch], touches: { length } }) => {
    clearTimeout(timer);
    isDragging = false;
    word = undefined;
    if (length > 1) return;
    start = { x: touch.clientX, y: touch.clientY };
    lastY = touch.clientY;
    timer = window.setTimeout(() => selectWord(cellAt(touch)), LONG_PRESS);
  });

  element.addEventListener(
    'touchmove',
    (event) => {
      const [touch] = event.touches;
      if (event.touches.length > 1) return;
      if (word) {
        event.preventDefault();
        const cell = cellAt(touch);
        return select(Math.min(word[0], cell), Math.max(word[1], cell + 1));
      }
      const { clientX, clientY } = touch;
      isDragging ||= Math.hypot(clientX - start.x, clientY - start.y) > SLIP;
      if (!isDragging) return;
      clearTimeout(timer);
      event.preventDefault();
      scroll(lastY - clientY, touch);
      lastY = clientY;
    },
    { passive: false },
  );

  element.addEventListener('touchend', (event) => {
    clearTimeout(timer);
    // Otherwise a click would follow, and clear the selection.
    if (word || isDragging) event.preventDefault();
  });
  element.addEventListener('touchcancel', () => clearTimeout(timer));
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, most));
