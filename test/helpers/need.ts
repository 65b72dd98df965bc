/**
 * What a test needs on the machine. Where a user's machine lacks it, the test is skipped and named. In CI that is an
 * error, because a skipped test would look like a passed one.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The reason for a skip if one of the programs is not installed; undefined if all are. */
export function lacking(...programs: string[]): string | undefined {
  const missing = programs.find((program) => !find(program));
  return missing === undefined ? undefined : skip(`${missing} is not installed`);
}

/** Returns the reason for a skip. @throws Error in CI */
export function skip(reason: string): string {
  if (process.env.CI) throw new Error(`Cannot skip a test in CI: ${reason}`);
  return reason;
}

/** Finds a program's path; also looks in directories that are often missing from a user's PATH. */
export function find(program: string): string | undefined {
  const paths = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/games'];
  return paths.map((path) => join(path, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
