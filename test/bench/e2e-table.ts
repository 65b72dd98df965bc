/**
 * The legs as a table: the median of each figure, and its ratio to the bare handler's figure in the same round.
 */
import type { CpuTime } from './cpu.js';
import type { Leg } from './e2e-page.js';
import { median } from './measure.js';
import { formatSize } from './table.js';

/** A leg, with the CPU time used during it if known. */
export interface WeighedLeg extends Leg {
  readonly cpu?: CpuTime;
}

export interface E2eFigure {
  readonly value: number;
  /** The subject's figure over the bare handler's, per round. */
  readonly ratio: readonly [median: number, least: number, most: number];
}

export interface E2eRow {
  readonly subject: string;
  readonly size: number;
  readonly figures: Readonly<Record<string, E2eFigure>>;
}

const NS_A_MS = 1e6;

const FIGURES: Record<string, (leg: WeighedLeg) => number | undefined> = {
  'MB/s': ({ bytes, ms }) => bytes / ms / 1e3,
  'CPU ns/B, renderer': ({ bytes, cpu }) => cpu && (cpu.renderer * NS_A_MS) / bytes,
  'CPU ns/B, browser': ({ bytes, cpu }) => cpu && (cpu.browser * NS_A_MS) / bytes,
};

/** The rows of one message size, from all its legs; the first leg is the bare handler's. */
export function summarise(legs: readonly WeighedLeg[]): E2eRow[] {
  const subjects = [...new Set(legs.map(({ subject }) => subject))];
  const valuesOf = (subject: string, figure: string): number[] =>
    legs
      .filter((leg) => leg.subject === subject)
      .map(FIGURES[figure])
      .filter((value) => value !== undefined);
  const names = Object.keys(FIGURES).filter((figure) => valuesOf(subjects[0], figure).length > 0);
  return subjects.map((subject) => ({
    subject,
    size: legs[0].size,
    figures: Object.fromEntries(
      names.map((figure) => {
        const values = valuesOf(subject, figure);
        const floor = valuesOf(subjects[0], figure);
        const ratios = values.map((value, round) => value / floor[round]);
        const ratio = [median(ratios), Math.min(...ratios), Math.max(...ratios)] as const;
        return [figure, { value: median(values), ratio }];
      }),
    ),
  }));
}

const SUBJECT = 18;
const CELL = 28;

export function e2eHeader(where: string, row: E2eRow): string {
  const columns = Object.keys(row.figures).map((name) => name.padStart(CELL));
  const lacking = columns.length > 1 ? '' : '; no CPU time, for there is no /proc';
  return `\n${where}: medians, and their ratio to ${row.subject} (least-most)${lacking}\n${'message'.padStart(8)}  ${'subject'.padEnd(SUBJECT)}${columns.join('')}`;
}

export function e2eLine({ subject, size, figures }: E2eRow): string {
  const cells = Object.values(figures).map(({ value, ratio: [middle, least, most] }) => {
    const ratio = `${middle.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`;
    return `${value.toFixed(value < 100 ? 2 : 0)} ${ratio.padStart(18)}`.padStart(CELL);
  });
  return `${formatSize(size).padStart(8)}  ${subject.padEnd(SUBJECT)}${cells.join('')}`;
}
