/**
 * What `bench:flow` measures, and what its page posts.
 */

/** Each direction at full speed and at the pace of a gigabit line, and round trips. */
export const FLOW_ROWS = ['down', 'down at 125 MB/s', 'up', 'up at 125 MB/s', 'rtt'] as const;
export type FlowRow = (typeof FLOW_ROWS)[number];

/** The pace of the slower rows, in bytes per ms. */
export const PACE = 125_000;

export interface FlowPageOptions {
  readonly url: string;
  readonly rows: readonly FlowRow[];
  readonly rounds: number;
}

/** One figure: the bytes that the page has received so far, or a time in microseconds. */
export interface FlowFigure {
  readonly row: FlowRow;
  readonly withFlow: boolean;
  readonly value: number;
}
