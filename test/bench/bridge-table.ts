/**
 * The figures of one row as a readable table: each subject's median, and the least and most of its rounds.
 */
import type { Figures } from './bridge-rows.js';

const WIDTH = 22;

/** The table of one row, with a line for each figure and a column for each subject. */
export function bridgeTable(
  name: string,
  rounds: number,
  results: ReadonlyMap<string, readonly Figures[]>,
): string {
  const subjects = [...results.keys()].map((subject) => subject.padStart(WIDTH)).join('');
  const title = `${name}: ${rounds === 1 ? 'one round' : `median (least-most) of ${rounds}`}`;
  const [first = []] = results.values();
  const lines = Object.keys(first[0] ?? {}).map((figure) => {
    const cells = [...results.values()].map((figures) =>
      cell(figures.map((each) => each[figure] ?? NaN)),
    );
    return `${figure.padEnd(30)}${cells.join('')}`;
  });
  return [`\n${title}`, `${''.padEnd(30)}${subjects}`, ...lines].join('\n');
}

function cell(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [median, least, most] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)].map(format);
  return (values.length === 1 ? median : `${median} (${least}-${most})`).padStart(WIDTH);
}

function format(value = NaN): string {
  if (Number.isNaN(value)) return '-';
  return value.toFixed(Math.abs(value) < 10 ? 2 : 0);
}
