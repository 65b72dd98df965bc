/**
 * A disk that soon fills up.
 */
import { execFileSync } from 'node:child_process';
import type { TestContext } from 'vitest';
import { makeDirectory } from './command.js';

/** Calls `run` with a directory on a disk of 64 KiB; `grow` makes it 8 MiB. Skips the test if none can be mounted. */
export async function onFullDisk(
  context: TestContext,
  run: (directory: string, grow: () => void) => Promise<void>,
): Promise<void> {
  const directory = makeDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]);
  } catch {
    // In containers, even root often may not mount, and there is no program to install that would help.
    context.skip('cannot mount a small disk here');
  }
  try {
    await run(directory, () => execFileSync('mount', ['-o', 'remount,size=8m', directory]));
  } finally {
    // Lazily, because a failed test may still have a file open there.
    execFileSync('umount', ['--lazy', directory]);
  }
}
