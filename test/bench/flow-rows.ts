/**
 * What `bench:flow` measures, and what its page says of it.
 */

/** Each way as fast as it goes, at the pace of a gigabit line, and there and back. */
export const FLOW_ROWS = ['down', 'down at 125 MB/s', 'up', 'up at 125 MB/s', 'rtt'] as const;
export type FlowRow = (typeof FLOW_ROWS)[number];

/** The pace of the slower rows, in bytes a ms. */
export const PACE = 125_000;

export interface FlowPageOptions {
  readonly url: string;
  readonly rows: readonly FlowRow[];
  readonly rounds: number;
}

/** One figure: the bytes that the page has received so far, or microseconds. */
export interface FlowFigure {
  readonly row: FlowRow;
  readonly withFlow: boolean;
  readonly value: number;
}
