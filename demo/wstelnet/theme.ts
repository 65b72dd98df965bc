/** The terminal's colors: light, dark, and as the system forces them. Background and text match the page's (style.css). */
import type { ITheme } from '@xterm/xterm';

export const dark: ITheme = {
  background: '#14171a',
  foreground: '#d8dce0',
  cursor: '#d8dce0',
  cursorAccent: '#14171a',
  selectionBackground: '#3d5a80',
  black: '#2a2f35',
  red: '#e5707a',
  green: '#83c17b',
  yellow: '#dcb35f',
  blue: '#70a7e8',
  magenta: '#c78be0',
  cyan: '#5fbdc4',
  white: '#c3c8cd',
  brightBlack: '#747d87',
  brightRed: '#ff959d',
  brightGreen: '#a6dd9f',
  brightYellow: '#f3d08b',
  brightBlue: '#9cc5ff',
  brightMagenta: '#dfb0f3',
  brightCyan: '#8fdce1',
  brightWhite: '#ffffff',
};

export const light: ITheme = {
  background: '#fdfdfc',
  foreground: '#24292e',
  cursor: '#24292e',
  cursorAccent: '#fdfdfc',
  selectionBackground: '#b9d3f2',
  black: '#24292e',
  red: '#c02f3c',
  green: '#2f7d32',
  yellow: '#946200',
  blue: '#1f66c1',
  magenta: '#8b3fb0',
  cyan: '#0f7681',
  white: '#d5d9dd',
  brightBlack: '#6a737d',
  brightRed: '#d8505c',
  brightGreen: '#4b9a4e',
  brightYellow: '#b17f1c',
  brightBlue: '#4584d8',
  brightMagenta: '#a563c6',
  brightCyan: '#33939d',
  brightWhite: '#f4f5f6',
};

/** The colors of a PC's text mode, for which the pictures of bulletin boards are drawn. */
export const vga: ITheme = {
  background: '#000000',
  foreground: '#aaaaaa',
  cursor: '#aaaaaa',
  cursorAccent: '#000000',
  selectionBackground: '#3d5a80',
  black: '#000000',
  red: '#aa0000',
  green: '#00aa00',
  yellow: '#aa5500',
  blue: '#0000aa',
  magenta: '#aa00aa',
  cyan: '#00aaaa',
  white: '#aaaaaa',
  brightBlack: '#555555',
  brightRed: '#ff5555',
  brightGreen: '#55ff55',
  brightYellow: '#ffff55',
  brightBlue: '#5555ff',
  brightMagenta: '#ff55ff',
  brightCyan: '#55ffff',
  brightWhite: '#ffffff',
};

/** The user's own colors, when the system forces them on pages. Read anew each time, since they may have changed. */
export function forced(): ITheme {
  const probe = document.createElement('span');
  probe.style.forcedColorAdjust = 'none';
  document.body.append(probe);
  const color = (name: string): string => {
    probe.style.color = name;
    return getComputedStyle(probe).color;
  };
  const theme = {
    background: color('Canvas'),
    foreground: color('CanvasText'),
    cursor: color('CanvasText'),
    cursorAccent: color('Canvas'),
    selectionBackground: color('Highlight'),
    selectionForeground: color('HighlightText'),
    selectionInactiveBackground: color('Highlight'),
  };
  probe.remove();
  return theme;
}
