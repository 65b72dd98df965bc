/**
 * The CPU time that a browser has used, from Linux's /proc: see proc_pid_stat(5).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Milliseconds in user and kernel mode since the browser started. */
export interface CpuTime {
  /** Of the processes that run pages. */
  readonly renderer: number;
  /** Of all its processes; the network's is one of its own. */
  readonly browser: number;
}

/** A clock tick is 1/100 s in /proc, whatever the kernel counts in. */
const MS_A_TICK = 10;

/** Chromium's name for a page's process, and Firefox's. */
const RENDERER = /--type=renderer|-isForBrowser/;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  /** Of children that have ended: with them, nothing that the tree has used is ever lost. */
  readonly endedTicks: number;
}

/** What the process `root` and all below it have used; undefined where there is no /proc. */
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
  // The second field is the program's name in brackets, and may hold anything; what follows begins with the third.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [utime, stime, cutime, cstime] = fields.slice(11);
  return [{ pid, parent: fields[1], ticks: utime + stime, endedTicks: cutime + cstime }];
}

/** Empty when the process has ended meanwhile. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
