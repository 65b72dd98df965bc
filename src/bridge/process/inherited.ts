/**
 * The sockets that a process was started with, by systemd (sd_listen_fds(3)) or by an inetd.
 */
import { fstatSync, readFileSync, readlinkSync } from 'node:fs';

/** The first file descriptor that systemd hands over. */
const FIRST_FD = 3;

/** A socket that systemd handed over, and what its unit calls it. */
export interface HandedOver {
  readonly fd: number;
  readonly name: string;
}

/** The sockets that systemd handed over to this very process, or to the one with the id `pid`. */
export function socketsOfSystemd(environment: NodeJS.ProcessEnv, pid = process.pid): HandedOver[] {
  const { LISTEN_PID, LISTEN_FDS = '0', LISTEN_FDNAMES = '' } = environment;
  if (LISTEN_PID !== String(pid)) return [];
  const names = LISTEN_FDNAMES.split(':');
  return Array.from({ length: Number(LISTEN_FDS) }, (_, index) => ({
    fd: FIRST_FD + index,
    name: names[index] ?? '',
  }));
}

/** Whether two file descriptors refer to the same file. */
export function isSame(fd: number, other: number): boolean {
  try {
    const [{ ino, dev }, { ino: otherIno, dev: otherDev }] = [fstatSync(fd), fstatSync(other)];
    return ino === otherIno && dev === otherDev;
  } catch {
    return false;
  }
}

/** Whether a file descriptor is a socket. */
export function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

/** The kernel's tables of sockets: which word of a line is the inode, and whether the line says that the socket listens. */
const TABLES = [
  { file: '/proc/net/tcp', inode: 9, listens: (words: string[]) => words[3] === '0A' },
  { file: '/proc/net/tcp6', inode: 9, listens: (words: string[]) => words[3] === '0A' },
  { file: '/proc/net/unix', inode: 6, listens: (words: string[]) => words[3] === '00010000' },
];

/**
 * Whether a socket listens, as one from an inetd in `wait` mode does, rather than being a single connection. Only Linux's
 * tables tell; without them it counts as a connection.
 */
export function isListening(fd: number): boolean {
  try {
    const inode = /\[(\d+)\]/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
    return TABLES.some(({ file, inode: at, listens }) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .some((words) => words[at] === inode && listens(words)),
    );
  } catch {
    return false;
  }
}
