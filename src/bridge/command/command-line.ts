/**
 * Parses the command line: which options were given, in order, and which arguments are not options.
 */
import { parseArgs } from 'node:util';
import type { Option } from './option.js';
import { OPTIONS } from './options/index.js';

/** Wrong keys in a name that is still known again. */
const MAX_SLIPS = 2;

/** The parts of a command line. */
export interface CommandLine {
  /** The options as they were given, each with its value, '' for a flag. */
  readonly given: readonly (readonly [option: Option, value: string])[];
  readonly positionals: readonly string[];
}

/** Reads the arguments. Throws a RangeError for an unknown option or a missing value. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { tokens, positionals } = parseArgs({
    args: [...args],
    // Its own messages make misleading suggestions; ours are below.
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      OPTIONS.map(({ name, short, value }) => [
        name,
        { type: value ? 'string' : 'boolean', ...(short && { short }) } as const,
      ]),
    ),
  });
  const given = tokens.flatMap((token) => {
    if (token.kind !== 'option') return [];
    const { name, rawName, value, inlineValue } = token;
    const option = OPTIONS.find((each) => each.name === name);
    if (!option)
      throw new RangeError(`Cannot use ${rawName}: there is no such option${hint(name)}`);
    if (option.value === undefined) {
      if (value !== undefined) throw new RangeError(`Cannot use ${rawName}: it takes no value`);
    } else if (value === undefined || (!inlineValue && /^-./.test(value))) {
      const got = value === undefined ? '' : `, got ${value}`;
      throw new RangeError(`Cannot use ${rawName}: expected ${option.value} after it${got}`);
    }
    return [[option, value ?? ''] as const];
  });
  return { given, positionals: positionals.map(String) };
}

/** The option that may have been meant: the one that begins so, or that is the fewest keys away. */
function hint(name: string): string {
  const names = OPTIONS.map((option) => option.name);
  const [longer, ...more] = names.filter((each) => name.length > 1 && each.startsWith(name));
  if (longer !== undefined && more.length === 0) return suggest(longer);
  const near = names.map((each) => ({ each, distance: distanceOf(name, each) }));
  const least = Math.min(...near.map(({ distance }) => distance));
  const nearest = near.find(({ distance }) => distance === least)?.each ?? '';
  return least <= Math.min(MAX_SLIPS, name.length / 3) ? suggest(nearest) : '';
}

function suggest(name: string): string {
  return `; did you mean --${name}?`;
}

/** How many letters have to be put in, taken out or changed to make one word of another (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, its] of [...other].entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[j], row[j + 1], row[j]];
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === its ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
