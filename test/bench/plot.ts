/**
 * The figures as a picture. Each place and pattern has a bar: the geometric mean, over the message sizes, of noVNC's time
 * over ours. Dots on it show the sizes.
 */
import type { Row } from './measure.js';
import { noVnc } from './subjects.js';

const LEFT = 150;
const WIDTH = 520;
const ROW = 22;
const GROUP_GAP = 44;

/** The right and left ends of the logarithmic axis. */
const MOST = 64;
const LEAST = 0.5;

const x = (ratio: number): number => {
  const clamped = Math.min(MOST, Math.max(LEAST, ratio));
  return LEFT + (WIDTH * Math.log(clamped / LEAST)) / Math.log(MOST / LEAST);
};

const ratioOf = (row: Row): number =>
  row.figures.find(({ subject }) => subject === noVnc.name)!.ratio![0];

const mean = (ratios: readonly number[]): number =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

export function plot(results: Readonly<Record<string, readonly Row[]>>): string {
  const parts: string[] = [];
  let y = 40;
  for (const [where, rows] of Object.entries(results)) {
    const names = [...new Set(rows.map(({ pattern }) => pattern))];
    parts.push(`<text class="where" x="${LEFT}" y="${y}">${where}</text>`);
    const top = y + 8;
    for (const name of names) {
      y += ROW;
      const ratios = rows.filter(({ pattern }) => pattern === name).map(ratioOf);
      const average = mean(ratios);
      const [from, to] = [x(1), x(average)].toSorted((a, b) => a - b);
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${name}</text>`,
        `<rect x="${from}" y="${y - 6}" width="${to - from}" height="12"/>`,
        ...ratios.map((ratio) => `<circle cx="${x(ratio)}" cy="${y}" r="2.5"/>`),
        `<text class="figure" x="${LEFT + WIDTH + 8}" y="${y + 4}">${average.toFixed(1)}×</text>`,
      );
    }
    for (const tick of [0.5, 1, 2, 4, 8, 16, 32, 64]) {
      const kind = tick === 1 ? 'one' : 'tick';
      parts.push(
        `<line class="${kind}" x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${y + 10}"/>`,
        `<text class="figure" x="${x(tick)}" y="${y + 22}" text-anchor="middle">${tick}</text>`,
      );
    }
    y += GROUP_GAP + 10;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${y}" role="img" aria-label="How many times faster than noVNC's Websock">
<style>
  text { font: 12px system-ui, sans-serif; fill: #57606a; }
  .where { font-weight: 600; font-size: 14px; }
  .figure { font-size: 11px; }
  rect { fill: #4c8bd8; opacity: .55; }
  circle { fill: #1f5fae; }
  line { stroke: #8886; stroke-width: 1; }
  .one { stroke: #57606a; }
  @media (prefers-color-scheme: dark) { text { fill: #9aa4af; } circle { fill: #8fc0ff; } .one { stroke: #9aa4af; } }
</style>
<text x="${LEFT}" y="16">times as fast as noVNC’s Websock; a dot is a message size, the bar their mean</text>
${parts.join('\n')}
</svg>
`;
}
