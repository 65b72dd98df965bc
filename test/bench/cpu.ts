/**
 * The CPU time that a browser has used, read from Linux's /proc: see proc_pid_stat(5).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Milliseconds in user and kernel mode since the browser started. */
export interface CpuTime {
  /** Used by the processes that run pages. */
  readonly renderer: number;
  /** Used by all its processes; networking has a separate one. */
  readonly browser: number;
}

/** A clock tick in /proc is 1/100 s, whatever the kernel's own tick. */
const MS_A_TICK = 10;

/** How Chromium and Firefox mark a page's process on its command line. */
const RENDERER = /--type=renderer|-isForBrowser/;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  /** Ticks of children that have ended; counting these, the tree's total never shrinks. */
  readonly endedTicks: number;
}

/** The CPU time that the process `root` and its descendants have used; undefined where there is no /proc. */
export function cpuTime(root: number): CpuTime | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  const processes = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readProcess(Number(name)))
      .map((process) => [process.pid, process]),
  );
  const isInTree = (pid: number): boolean =>
    pid === root || (processes.has(pid) && isInTree(processes.get(pid)!.parent));
  let renderer = 0;
  let browser = 0;
  for (const { pid, ticks, endedTicks } of processes.values()) {
    if (!isInTree(pid)) continue;
    browser += (ticks + endedTicks) * MS_A_TICK;
    if (RENDERER.test(read(pid, 'cmdline'))) renderer += ticks * MS_A_TICK;
  }
  return { renderer, browser };
}

function readProcess(pid: number): Process[] {
  const stat = read(pid, 'stat');
  if (stat === '') return [];
  // The second field is the program's name in parentheses and may contain anything; parse from the third on.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [utime, stime, cutime, cstime] = fields.slice(11);
  return [{ pid, parent: fields[1], ticks: utime + stime, endedTicks: cutime + cstime }];
}

/** Reads one of the process's files; empty if the process has ended meanwhile. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
