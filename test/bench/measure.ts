/**
 * Runs every pattern on every subject with the same bytes: interleaved, so that a slow spell of the machine hits all of
 * them, and reported as ratios of times within a round. Runs in Node and in browsers.
 */
import { patterns, SIZES, type Pattern } from './patterns.js';
import { GaveUp, noVnc, ours, type Reader, type Receiver, type Subject } from './subjects.js';

/** A subject's figures for one pattern and one message size. */
export interface Figure {
  readonly subject: string;
  /** Megabytes per second, the median. */
  readonly rate: number;
  /** The subject's time over ours, per round: the median, the least and the most; undefined if it gave up. */
  readonly ratio: readonly [median: number, least: number, most: number] | undefined;
}

export interface Row {
  readonly pattern: string;
  readonly size: number;
  readonly figures: readonly Figure[];
}

export interface MeasureOptions {
  readonly rounds: number;
  /** Part of the name of the patterns to run. */
  readonly only?: string;
}

/** Distinct messages in a run; more would measure the CPU cache. */
const DISTINCT = 32;

/**
 * How long a subject warms up, in ms. A run takes a few, and the engine needs some more to optimise the code: without the
 * warm-up, rows would measure baseline code, which is much the same for all.
 */
const WARM_UP = 150;

/**
 * With large messages, a handler is called rarely and optimised late: the warm-up goes on until it has had this many
 * calls, but for no longer than this many ms.
 */
const WARM_UP_CALLS = 1000;
const WARM_UP_MAX = 1500;

/** The shortest time to measure, in ms: a page's clock moves in steps of 0.1. */
const TIMED = 5;

export async function measure(
  others: readonly Subject[],
  { rounds, only = '' }: MeasureOptions,
  onRow: (row: Row) => void = () => {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const pattern of patterns.filter(({ name }) => name.includes(only))) {
    for (const size of SIZES) {
      const row = measureRow(pattern, size, [ours, noVnc, ...others], rounds);
      rows.push(row);
      onRow(row);
      // Keeps a page responsive between two rows.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  return rows;
}

function measureRow(
  pattern: Pattern,
  size: number,
  subjects: readonly Subject[],
  rounds: number,
): Row {
  const messages = makeMessages(size, pattern.ascii ?? false);
  const count = Math.max(4, Math.ceil(pattern.bytes(size) / size));
  const runs = subjects.map((subject) => prepare(subject, pattern, size, messages, count));
  const repeats = runs.map((run) => warmUp(run, count));
  const times: number[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round++) {
    // The first subject runs on a colder machine, so they take turns.
    for (let i = 0; i < runs.length; i++) {
      const turn = (i + round) % runs.length;
      if (repeats[turn] > 0) times[turn].push(timeOf(runs[turn], repeats[turn]));
    }
  }
  const figures = subjects.map(({ name }, i) => {
    if (repeats[i] === 0) return { subject: name, rate: 0, ratio: undefined };
    const ratios = times[i].map((time, round) => time / times[0][round]);
    return {
      subject: name,
      rate: (count * size) / 1e3 / median(times[i]),
      ratio: [median(ratios), Math.min(...ratios), Math.max(...ratios)] as const,
    };
  });
  return { pattern: pattern.name, size, figures };
}

/** Warms up; returns how many runs take long enough to be timed, or 0 for a subject that can't do the row. */
function warmUp(run: () => void, calls: number): number {
  try {
    const start = performance.now();
    let time = 0;
    let runs = 0;
    while (time < WARM_UP || (time < WARM_UP_MAX && runs * calls < WARM_UP_CALLS)) {
      run();
      runs++;
      time = performance.now() - start;
    }
    return Math.ceil((TIMED * runs) / time);
  } catch (error) {
    if (error instanceof GaveUp) return 0;
    throw error;
  }
}

/** The time of a run in ms. */
function timeOf(run: () => void, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) run();
  return (performance.now() - start) / repeats;
}

type HandlerOf = (
  handler: (reader: Reader) => number,
  result: { sum: number },
) => Parameters<Subject['start']>[0];

type DeliverAll = (receiver: Receiver, messages: readonly ArrayBuffer[], count: number) => void;

/** A run of `count` messages. */
function prepare(
  subject: Subject,
  pattern: Pattern,
  size: number,
  messages: readonly ArrayBuffer[],
  count: number,
): () => void {
  // Each subject and row gets its own copy of all code that calls it or that it calls: see Pattern.make. V8 recognizes
  // identical source and reuses its inline caches; the name makes the source different.
  const mark = `/* ${subject.name}, ${pattern.name}, ${size} */`;
  const own = <T>(source: string): T => new Function(`return ${source} ${mark}`)() as T;
  const handler = own<Pattern['make']>(pattern.make.toString())(size);
  const result = { sum: 0 };
  const handlerOf = own<HandlerOf>(
    '(handler, result) => (reader) => () => { result.sum += handler(reader); }',
  );
  const receiver = subject.start(handlerOf(handler, result));
  const deliverAll = own<DeliverAll>(`(receiver, messages, count) => {
    for (let i = 0; i < count; i++) receiver.onmessage({ data: messages[i % messages.length] });
  }`);
  return () => {
    deliverAll(receiver, messages, count);
    if (Number.isNaN(result.sum))
      throw new Error(`${subject.name} read garbage in ${pattern.name}`);
  };
}

function makeMessages(size: number, ascii: boolean): ArrayBuffer[] {
  return Array.from({ length: Math.min(DISTINCT, Math.ceil(64e6 / size)) }, (_, n) => {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + n) & (ascii ? 0x7f : 0xff);
    return bytes.buffer;
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The geometric mean, over all rows, of a subject's time over ours. */
export function geometricMean(rows: readonly Row[], subject: string): number {
  const logs = rows.flatMap(({ figures }) =>
    figures
      .filter((figure) => figure.subject === subject && figure.ratio)
      .map(({ ratio }) => Math.log(ratio![0])),
  );
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}
