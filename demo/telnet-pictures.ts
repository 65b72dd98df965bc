/** The two pictures that the demo's telnet server draws with characters: color swatches and a clock. */

const RESET = '\x1b[0m';

/** Two colors in one cell: the upper half block in `top`, on `bottom`; each is an SGR color such as `5;196`. */
const cell = (top: string, bottom: string, width: number) =>
  `\x1b[38;${top};48;${bottom}m${'▀'.repeat(width)}`;

const range = (length: number) => Array.from({ length }, (_, i) => i);

/** The 16, 256 and true colors, 72 columns wide, or 36 if there is no room for that. */
export function swatches(columns: number): string {
  const wide = columns >= 76;
  const lines = [
    '',
    title('16 colors'),
    range(8).map((i) => `\x1b[4${i}m${' '.repeat(wide ? 9 : 4)}`),
    range(8).map((i) => `\x1b[10${i}m${' '.repeat(wide ? 9 : 4)}`),
    '',
    title('256 colors'),
    ...range(3).map((row) => cube(row * 2, wide ? 2 : 1)),
    range(24).map((i) => `\x1b[48;5;${232 + i}m${' '.repeat(wide ? 3 : 1)}`),
    '',
    title('16 million colors'),
    ...range(4).map((row) => rainbow(row * 2, wide ? 72 : 36)),
    '',
  ];
  return lines.map((line) => `  ${[line].flat().join('')}${RESET}\n`).join('');
}

const title = (text: string) => `\x1b[1m${text}`;

/** Two rows of the 6 x 6 x 6 cube, for `green` and the next green: 36 cells for red and blue. */
const cube = (green: number, width: number) =>
  range(36).map((i) => {
    const color = 16 + Math.floor(i / 6) * 36 + (i % 6) + green * 6;
    return cell(`5;${color}`, `5;${color + 6}`, width);
  });

/** Two rows of the rainbow: the hue changes from left to right, the lightness from row 0 (light) to row 7 (dark). */
const rainbow = (row: number, width: number) =>
  range(width).map((i) => cell(hue(i / width, row), hue(i / width, row + 1), 1));

function hue(turn: number, row: number): string {
  const lightness = 0.85 - row * 0.1;
  const saturation = Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + turn * 12) % 12;
    return Math.round(255 * (lightness - saturation * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return `2;${channel(0)};${channel(8)};${channel(4)}`;
}

/** Digits and the colon, five rows of three bits each. */
const GLYPHS: Record<string, readonly number[]> = {
  '0': [7, 5, 5, 5, 7],
  '1': [2, 6, 2, 2, 7],
  '2': [7, 1, 7, 4, 7],
  '3': [7, 1, 3, 1, 7],
  '4': [5, 5, 7, 1, 1],
  '5': [7, 4, 7, 1, 7],
  '6': [7, 4, 7, 5, 7],
  '7': [7, 1, 1, 1, 1],
  '8': [7, 5, 7, 5, 7],
  '9': [7, 5, 7, 1, 7],
  ':': [0, 2, 0, 2, 0],
};

/** The time in digits five rows high, 33 columns wide, and a line that says how to stop. */
export function clockFace(time: Date): string {
  const text = time.toTimeString().slice(0, 8);
  const rows = range(5).map((row) => {
    const cells = [...text].map((char) =>
      [4, 2, 1].map((bit) => (GLYPHS[char][row] & bit ? '█' : ' ')).join(''),
    );
    return `  \x1b[36m${cells.join(' ')}${RESET}\n`;
  });
  return `${rows.join('')}\n  \x1b[2many key stops the clock${RESET}\n`;
}
