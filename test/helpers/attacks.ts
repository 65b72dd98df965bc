/**
 * The figures of an attack, in one form for all of them.
 */
import { expect } from 'vitest';

/** What came of an attack. All of it is counted. */
export interface Attack {
  readonly name: string;
  readonly tried: number;
  readonly refused: number;
  /** What got through to targets. */
  readonly reached: number;
  /** In what that is counted. */
  readonly unit?: 'dials' | 'bytes';
}

/** Prints a row of the table; all must have been refused, and nothing may have got through. */
export function report({ name, tried, refused, reached, unit = 'dials' }: Attack): void {
  console.log(`attack: ${name}: ${tried} tried, ${refused} refused, ${reached} ${unit}`);
  expect({ refused, reached }).toEqual({ refused: tried, reached: 0 });
}
