/** The memory of processes, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly command: string;
  /** Resident memory, in bytes. */
  readonly rss: number;
}

/** All descendants of a process: its children, their children, and so on. */
export function descendantsOf(ancestor: number): Process[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map<number, number>();
  for (const name of processes) {
    const parent = /^PPid:\t(\d+)/m.exec(read(`/proc/${name}/status`))?.[1];
    if (parent) parents.set(Number(name), Number(parent));
  }
  const isOf = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === ancestor || isOf(parents.get(pid)));
  return [...parents.keys()]
    .filter((pid) => pid !== ancestor && isOf(pid))
    .map((pid) => ({
      pid,
      command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '),
      rss: rssOf(pid),
    }));
}

/** The resident memory of a process, in bytes; 0 when it has ended. */
export function rssOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** The peak resident memory of a process, in bytes; 0 when it has ended. */
export function peakRssOf(pid: number): number {
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
