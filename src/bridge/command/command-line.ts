/**
 * Parses the command line: which options were given, in order, and which arguments are not options.
 */
import { parseArgs } from 'node:util';
import { hint } from './hint.js';
import type { Option } from './option.js';
import { OPTIONS } from './options/index.js';

const NAMES = OPTIONS.map(({ name }) => name);

/** The parts of a command line. */
export interface CommandLine {
  /** The options as they were given, each with its value, '' for a flag. */
  readonly given: readonly (readonly [option: Option, value: string])[];
  readonly positionals: readonly string[];
  /** The arguments after `--`, if it is given. */
  readonly command?: readonly string[];
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
      throw new RangeError(
        `Cannot use ${rawName}: there is no such option${hint(name, NAMES, (each) => `--${each}`)}`,
      );
    if (option.value === undefined) {
      if (value !== undefined) throw new RangeError(`Cannot use ${rawName}: it takes no value`);
    } else if (value === undefined || (!inlineValue && /^-./.test(value))) {
      const got = value === undefined ? '' : `, got ${value}`;
      throw new RangeError(`Cannot use ${rawName}: expected ${option.value} after it${got}`);
    }
    return [[option, value ?? ''] as const];
  });
  const end = tokens.find(({ kind }) => kind === 'option-terminator');
  if (!end) return { given, positionals };
  const command = args.slice(end.index + 1);
  return { given, positionals: positionals.slice(0, positionals.length - command.length), command };
}
