/** The processes of `--workers`. */
import { readFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';

/** The process IDs of a process's children, such as the workers of a main process, oldest first. Linux only. */
export function workersOf({ pid }: ChildProcess): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}
