/**
 * The results as a Markdown table.
 */
import type { KindReport, Report } from './run.js';

const KINDS = ['fake channel', 'stream pair', 'WebSocket', 'WebSocketStream', 'RTCDataChannel'];
const HEADS = [
  '',
  ...KINDS,
  'backpressure over',
  'BYOB readers',
  '`using`',
  '`bufferedAmount` of a WebSocket',
];

export interface Row {
  /** Platform, version and place. */
  readonly title: string;
  readonly report: Report;
}

export function matrix(rows: readonly Row[]): string {
  const cells = rows.map(({ title, report }) => [
    title,
    ...KINDS.map((kind) => passed(report.kinds.find((of) => of.kind === kind))),
    report.kinds
      .filter(({ backpressure }) => backpressure === 'transport')
      .map(({ kind }) => kind)
      .join(', '),
    report.facts.byob ? 'yes' : 'no',
    report.facts.disposeSymbols ? 'yes' : 'no',
    lacks(report).includes('WebSocket: bufferedAmount') ? 'too little' : 'true',
  ]);
  return [HEADS, HEADS.map(() => '---'), ...cells]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}

/** The total numbers of cases, as the last line of a run. */
export function totals(rows: readonly Row[]): string {
  const kinds = rows.flatMap(({ report }) => report.kinds);
  const failed = kinds.reduce((sum, { failures }) => sum + failures.length, 0);
  const total = kinds.reduce((sum, kind) => sum + kind.total, 0);
  return `${total - failed} passed, ${failed} failed`;
}

/** The names of the features that the platform lacks. */
export function lacks({ facts, kinds }: Report): string[] {
  const found = kinds.flatMap(({ kind, notes }) =>
    Object.entries(notes).map(([fact, isSo]) => [`${kind}: ${fact}`, isSo] as const),
  );
  return [...Object.entries(facts), ...found].filter(([, isSo]) => !isSo).map(([name]) => name);
}

/** The passed cases of a kind, or a dash if the platform does not have it. */
function passed(report: KindReport | undefined): string {
  return report ? `${report.total - report.failures.length}/${report.total}` : '–';
}
