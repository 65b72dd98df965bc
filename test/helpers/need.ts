/**
 * What a test needs of the machine. A user's machine may lack it: the test is skipped, by name. In CI it is an
 * error, for there a skipped test would look like a passed one.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of the programs that is not installed, with its reason for a skip; undefined when all are there. */
export function lacking(...programs: string[]): string | undefined {
  const missing = programs.find((program) => !find(program));
  return missing === undefined ? undefined : skip(`${missing} is not installed`);
}

/** The reason for a skip. @throws Error in CI */
export function skip(reason: string): string {
  if (process.env.CI) throw new Error(`Cannot skip a test in CI: ${reason}`);
  return reason;
}

/** Where a program is; also looks where a user's PATH may not. */
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
