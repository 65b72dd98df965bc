/** How many cells text takes on the screen, and how the cursor gets back over it. */

/** Characters that are two cells wide: East Asian ones. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/gu;

/** A tab in a line that is being typed: of fixed width, so that it can be erased without knowing its column. */
const TAB = '    ';

/** A text as it is shown while it is typed. */
export const show = (text: string): string => text.replaceAll('\t', TAB);

/** How many cells a text takes on the screen. */
export function cellsOf(text: string): number {
  const shown = show(text).replace(/\p{Mark}/gu, '');
  return [...shown].length + (shown.match(WIDE)?.length ?? 0);
}

export const back = (cells: number): string => '\b'.repeat(cells);
export const blank = (cells: number): string => ' '.repeat(cells);

/** Reverse wraparound (mode 45) lets the cursor go back over the edge of a line that was wrapped. */
export const overEdges = (output: string): string => output && `\x1b[?45h${output}\x1b[?45l`;
