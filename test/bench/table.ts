/**
 * The figures as a readable table: our rate, and each other subject's time over ours.
 */
import { geometricMean, type Row } from './measure.js';

const KiB = 1024;

/** `16`, `1448`, `16 KiB`, `1 MiB`. */
export function formatSize(bytes: number): string {
  if (bytes % (KiB * KiB) === 0) return `${bytes / KiB / KiB} MiB`;
  return bytes % KiB === 0 ? `${bytes / KiB} KiB` : `${bytes}`;
}

export function header(where: string, subjects: readonly string[]): string {
  const [first, ...others] = subjects;
  const columns = others.map((name) => `${name} (least-most)`.padStart(28)).join('');
  return `\n${where}: time of each over the time of ${first}; above 1 it is slower\n${'pattern'.padEnd(20)}${'message'.padStart(8)}${'MB/s'.padStart(9)}${columns}`;
}

export function line({ pattern, size, figures }: Row): string {
  const [first, ...others] = figures;
  const cells = others.map(({ ratio }) => {
    if (!ratio) return 'gave up'.padStart(28);
    const [median, least, most] = ratio.map((value) => value.toFixed(2));
    return `${median} (${least}-${most})`.padStart(28);
  });
  const rate = first.rate < 10 ? first.rate.toFixed(1) : first.rate.toFixed(0);
  return `${pattern.padEnd(20)}${formatSize(size).padStart(8)}${rate.padStart(9)}${cells.join('')}`;
}

export function footer(rows: readonly Row[]): string {
  const others = rows[0].figures.slice(1).map(({ subject }) => subject);
  const means = others.map((name) => geometricMean(rows, name).toFixed(2).padStart(15).padEnd(28));
  return `${'geometric mean'.padEnd(37)}${means.join('')}`;
}
