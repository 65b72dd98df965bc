/**
 * Reports the counts of an attack, in the same form for every attack.
 */
import { expect } from 'vitest';

/** The outcome of an attack, in numbers. */
export interface Attack {
  readonly name: string;
  readonly tried: number;
  readonly refused: number;
  /** How much got through to targets, in `unit`. */
  readonly reached: number;
  /** The unit of `reached`, dials by default. */
  readonly unit?: 'dials' | 'bytes';
}

/** Prints a row of the table, and checks that every attempt was refused and nothing got through. */
export function report({ name, tried, refused, reached, unit = 'dials' }: Attack): void {
  console.log(`attack: ${name}: ${tried} tried, ${refused} refused, ${reached} ${unit}`);
  expect({ refused, reached }).toEqual({ refused: tried, reached: 0 });
}
