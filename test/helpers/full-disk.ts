/**
 * A disk that is soon full.
 */
import { execFileSync } from 'node:child_process';
import type { TestContext } from 'vitest';
import { makeDirectory } from './command.js';

/** Runs with a directory on a disk of 64 KiB, where one can be mounted; `grow` makes it 8 MiB. */
export async function onFullDisk(
  context: TestContext,
  run: (directory: string, grow: () => void) => Promise<void>,
): Promise<void> {
  const directory = makeDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]);
  } catch {
    // In containers, root often may not, and there is nothing to install.
    context.skip('no small disk can be mounted here');
  }
  try {
    await run(directory, () => execFileSync('mount', ['-o', 'remount,size=8m', directory]));
  } finally {
    // Also when a test has failed that has a file open there.
    execFileSync('umount', ['--lazy', directory]);
  }
}
