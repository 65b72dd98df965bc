/**
 * Logs to syslog, in the format of RFC 5424 or the older RFC 3164: over UDP, or to a unix socket through the system's `logger`,
 * since Node has no datagrams for unix sockets.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import type { LogSink } from './log-file.js';

const NAME = 'websock-bridge';
/** Facility daemon, severities err and info. */
const [ERROR, INFO] = [3 * 8 + 3, 3 * 8 + 6];
/** How many bytes may wait for `logger`; lines that come while there are more are lost. */
const MAX_WAITING = 1024 * 1024;
/** A `logger` that keeps ending is started again this often (ms). */
const RESTART_INTERVAL = 1_000;
/** The system's own socket, for which `logger` chooses the format. */
const SYSTEM = '/dev/log';

/** Where syslog listens, and in which format. */
export interface Syslog {
  /** A unix socket (a path), or `host:port`. */
  readonly to: string | { readonly host: string; readonly port: number };
  /** Whether to use RFC 3164 instead of RFC 5424. */
  readonly isLegacy: boolean;
}

/** Opens a log to syslog. Rejects with a RangeError when syslog can't be used. */
export function openSyslog({ to, isLegacy }: Syslog): Promise<LogSink> {
  if (typeof to === 'string') return openUnix(to, isLegacy);
  return openUdp(to.host, to.port, isLegacy ? formatLegacy : format);
}

async function openUnix(path: string, isLegacy: boolean): Promise<LogSink> {
  const fail = (reason: string) => new RangeError(`Cannot use --syslog "${path}": ${reason}`);
  if (!statSync(path, { throwIfNoEntry: false })?.isSocket()) throw fail('it is not a socket');
  const dialect = path === SYSTEM ? [] : [isLegacy ? '--rfc3164' : '--rfc5424'];
  const args = [
    '--socket',
    path,
    '--tag',
    NAME,
    `--id=${process.pid}`,
    '--prio-prefix',
    ...dialect,
  ];
  const start = () => {
    const child = spawn('logger', args, { stdio: ['pipe', 'ignore', 'ignore'] });
    // If `logger` goes away, the bridge stays.
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    return child;
  };
  let child = start();
  let startedAt = performance.now();
  await once(child, 'spawn').catch(() => {
    throw fail('the command logger is not installed');
  });
  return {
    write: (text) => {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (hasEnded && performance.now() - startedAt >= RESTART_INTERVAL) {
        child = start();
        startedAt = performance.now();
      }
      if (child.stdin.writableLength < MAX_WAITING) {
        child.stdin.write(`<${priorityOf(text)}>${text}`);
      }
    },
    reopen: () => {},
    close: () => child.stdin.end(),
  };
}

async function openUdp(host: string, port: number, write: typeof format): Promise<LogSink> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.on('error', () => {});
  return {
    write: (text) => socket.send(write(text), port, host, () => {}),
    reopen: () => {},
    // An empty datagram, so that the socket closes only after the lines that are being sent.
    close: () => void socket.send('', port, host, () => socket.close()),
  };
}

/** Formats a line as a message of RFC 5424 (section 6), without structured data. */
function format(text: string): string {
  const time = new Date().toISOString();
  const host = hostname().replace(/[^\x21-\x7e]/g, '') || '-';
  return `<${priorityOf(text)}>1 ${time} ${host} ${NAME} ${process.pid} - - ${text.trimEnd()}`;
}

/** Formats a line as a message of RFC 3164 (section 4.1), with the local time. */
function formatLegacy(text: string): string {
  const [, month = '', day = '', , time = ''] = new Date().toString().split(' ');
  const [host = ''] = hostname().split('.');
  const date = `${month} ${day.replace(/^0/, ' ')} ${time}`;
  return `<${priorityOf(text)}>${date} ${host} ${NAME}[${process.pid}]: ${text.trimEnd()}`;
}

function priorityOf(text: string): number {
  return /^(?:error: |websock-bridge: |\{"time":"[^"]*","event":"error")/.test(text) ? ERROR : INFO;
}
